//! The incidents of a run: what it must raise beside what it has raised, with the delay between.

use model::{
    AlertId, Severity,
    scenario::{Expected, Raised, Run},
};

use crate::{components::mark::Shape, format};

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Expected and raised.
    Raised,
    /// Its cause is still to come.
    ToCome,
    /// Its cause has been made; no alert yet.
    Awaited,
    /// The run ended without it.
    Missed,
    /// Raised, and nobody expected it.
    Unexpected,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The entity that it is about.
    pub name: String,
    /// What its alert says, once there is one.
    pub title: Option<String>,
    /// The alert that counts.
    pub alert: Option<AlertId>,
    /// Worst severity so far; the expected one before that.
    pub severity: Severity,
    /// Drill time at which its cause is made, in milliseconds.
    pub due: Option<i64>,
    /// Drill time at which it was raised, in milliseconds.
    pub raised: Option<i64>,
    /// Where it stands.
    pub standing: Standing,
}

impl Incident {
    /// Milliseconds from its cause to its alert.
    pub fn delay(&self) -> Option<i64> {
        Some(self.raised? - self.due?)
    }

    /// When its story begins on the drill's clock.
    pub fn at(&self) -> i64 {
        self.due.or(self.raised).unwrap_or(0)
    }

    /// The mark before it.
    pub fn shape(&self) -> Shape {
        match self.standing {
            Standing::Missed => Shape::Missed,
            _ => Shape::of(self.severity),
        }
    }

    /// Its delay in words, or why it has none.
    pub fn verdict(&self) -> String {
        match (self.standing, self.delay()) {
            (Standing::Raised, Some(delay)) => format::seconds(delay),
            (Standing::Raised, None) => format::MISSING.to_owned(),
            (Standing::ToCome, _) => "to come".to_owned(),
            (Standing::Awaited, _) => "awaited".to_owned(),
            (Standing::Missed, _) => "missed".to_owned(),
            (Standing::Unexpected, _) => "not expected".to_owned(),
        }
    }
}

/// The incidents of a run: the expected ones in the order of their causes, then the others.
pub fn incidents(run: &Run) -> Vec<Incident> {
    let expected = run.expected.iter().map(|expected| awaited(run, expected));
    let unexpected = run.raised.iter().filter(|raised| !raised.expected).map(|raised| Incident {
        name: raised.title.clone(),
        title: Some(raised.title.clone()),
        alert: Some(raised.alert.clone()),
        severity: raised.severity,
        due: None,
        raised: Some(raised.at_ms),
        standing: Standing::Unexpected,
    });
    expected.chain(unexpected).collect()
}

fn awaited(run: &Run, expected: &Expected) -> Incident {
    let same = |raised: &&Raised| {
        raised.expected && (raised.topic, &raised.entity) == (expected.topic, &expected.entity)
    };
    let raised = run.raised.iter().find(same);
    let standing = match raised {
        Some(_) => Standing::Raised,
        None if !run.state.is_live() => Standing::Missed,
        None if run.elapsed_ms < expected.at_ms => Standing::ToCome,
        None => Standing::Awaited,
    };
    Incident {
        name: expected.name.clone(),
        title: raised.map(|raised| raised.title.clone()),
        alert: raised.map(|raised| raised.alert.clone()),
        severity: raised.map_or(expected.severity, |raised| raised.severity),
        due: Some(expected.at_ms),
        raised: raised.map(|raised| raised.at_ms),
        standing,
    }
}

/// How many of the expected incidents were raised.
pub fn raised(run: &Run) -> usize {
    run.raised.iter().filter(|raised| raised.expected).count()
}

/// The score in words: `4 of 6`.
pub fn score(run: &Run) -> String {
    format!("{} of {}", format::count(raised(run)), format::count(run.expected.len()))
}

/// The middle one of all delays, in milliseconds: the lower one of two.
pub fn median_delay(run: &Run) -> Option<i64> {
    let mut delays: Vec<i64> = incidents(run).iter().filter_map(Incident::delay).collect();
    delays.sort_unstable();
    delays.get(delays.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use model::scenario::RunState;

    use super::*;
    use crate::fixture::runs;

    fn standings(run: &Run) -> Vec<Standing> {
        incidents(run).iter().map(|incident| incident.standing).collect()
    }

    #[test]
    fn an_incident_is_to_come_then_awaited_then_raised_or_missed() {
        use Standing::{Awaited, Missed, Raised, ToCome, Unexpected};
        let mut run = runs::market();
        assert_eq!(standings(&run), [Raised, Raised, Raised, Raised, ToCome, ToCome]);
        run.elapsed_ms = 102_000;
        assert_eq!(standings(&run)[4..], [Awaited, ToCome]);
        run.state = RunState::Stopped;
        assert_eq!(standings(&run)[4..], [Missed, Missed]);
        run.raised.push(runs::raised("oil", 70_000));
        assert_eq!(standings(&run).last(), Some(&Unexpected));
        assert_eq!(score(&run), "4 of 6");
    }

    #[test]
    fn the_median_is_of_those_that_have_a_delay() {
        assert_eq!(median_delay(&runs::market()), Some(2_100));
        assert_eq!(median_delay(&runs::budget()), Some(1_600));
        assert_eq!(median_delay(&runs::projects()), None);
    }

    #[test]
    fn an_alert_of_another_topic_is_not_the_expected_one() {
        let mut run = runs::market();
        run.raised[0].topic = model::Topic::Budget;
        assert_eq!(standings(&run)[0], Standing::Awaited);
    }
}
