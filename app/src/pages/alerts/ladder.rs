//! The ladder: who is told next, and when; or who took the alert and stopped the clock.

use leptos::prelude::*;
use markup::view;
use model::{Alert, AlertState, PersonId, Severity, Snapshot, Timestamp, alert::StepKind};

use super::{
    Shown,
    inbox::{next_at, taken},
};
use crate::{erased::Derived, format, node::Node, state::Live};

/// A level of the ladder, with the moment that it was or will be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Level, from 1.
    pub level: u8,
    /// Who is told, where somebody is named.
    pub who: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Where an alert stands on the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The clock runs: the levels that were reached, and the next one.
    Climbing {
        /// Levels that were reached, first to last.
        reached: Vec<Rung>,
        /// The next level.
        next: Rung,
    },
    /// The last level was reached and nobody has taken it.
    Top(Rung),
    /// Somebody took it.
    Taken {
        /// Who.
        who: String,
        /// When.
        at: Timestamp,
        /// Milliseconds after firing.
        after: i64,
    },
    /// There is no ladder.
    None,
}

impl Standing {
    /// Where an alert stands.
    pub fn of(snapshot: &Snapshot, alert: &Alert) -> Standing {
        if let Some((who, at)) = taken(alert) {
            return Standing::Taken { who: who.to_owned(), at, after: at.since(alert.fired_at) };
        }
        let waits = alert.state == AlertState::Firing && alert.severity >= Severity::Critical;
        let Some(escalation) = alert.escalation.as_ref().filter(|_| waits) else {
            return Standing::None;
        };
        let rung =
            |level, who: Option<&PersonId>, at| Rung { level, who: title(snapshot, who), at };
        let (level, to) = (escalation.level, escalation.to.as_ref());
        match next_at(alert) {
            Some(at) => Standing::Climbing {
                reached: reached(alert, level)
                    .into_iter()
                    .map(|(each, at)| {
                        let who = if each == level { to } else { alert.owner.as_ref() };
                        rung(each, who, at)
                    })
                    .collect(),
                next: rung(level.saturating_add(1), escalation.next_to.as_ref(), at),
            },
            None => Standing::Top(rung(level, to, since(alert))),
        }
    }
}

/// The levels that were reached, with their times: the first, and the one that holds.
fn reached(alert: &Alert, level: u8) -> Vec<(u8, Timestamp)> {
    let now = (level, since(alert));
    if level <= 1 { vec![now] } else { vec![(1, begun(alert)), now] }
}

/// When the level that holds began: told, raised, or given back.
fn since(alert: &Alert) -> Timestamp {
    let step = alert.history.iter().find(|step| {
        matches!(
            step.what,
            StepKind::Fired | StepKind::Raised | StepKind::Escalated | StepKind::Unacknowledged
        )
    });
    step.map_or(alert.fired_at, |step| step.at)
}

/// When the alert last became critical or worse.
fn begun(alert: &Alert) -> Timestamp {
    let step =
        alert.history.iter().find(|step| matches!(step.what, StepKind::Fired | StepKind::Raised));
    step.map_or(alert.fired_at, |step| step.at)
}

/// The position of a person, for that is what they are told as.
fn title(snapshot: &Snapshot, who: Option<&PersonId>) -> Option<String> {
    let id = who?;
    let person = snapshot.people.get(id);
    Some(person.map_or_else(|| snapshot.person_name(id), |person| person.title.clone()))
}

/// The ladder of the alert that is opened.
#[component]
pub fn Ladder(
    /// The alert that is opened.
    alert: Shown,
    /// The day that ages refer to.
    today: Derived<Timestamp>,
) -> Node {
    let live = Live::expect();
    let standing = Derived::new(move || {
        alert.with(|alert| {
            let of = |alert: &Alert| live.alerts(|snapshot| Standing::of(snapshot, alert));
            alert.as_ref().map_or(Standing::None, of)
        })
    });
    Node::from(move || match standing.get() {
        Standing::Climbing { reached, next } => climbing(reached, next).into_any(),
        Standing::Top(rung) => top(&rung, today.get()).into_any(),
        Standing::Taken { who, at, after } => held(&who, at, after, today.get()).into_any(),
        Standing::None => Node::Empty,
    })
}

/// The countdown, the bar up to the next level, and its ticks.
fn climbing(reached: Vec<Rung>, next: Rung) -> Node {
    let live = Live::expect();
    let left = {
        let at = next.at;
        move || format::countdown(at.since(live.now()))
    };
    let head = match &next.who {
        Some(who) => format!("Escalates to level {}, {who}, in", next.level),
        None => format!("Escalates to level {} in", next.level),
    };
    let start = reached.first().map_or(next.at, |rung| rung.at);
    let share =
        move |at: Timestamp| format!("{}%", format::plain(share(start, next.at, at) * 100.0, 2));
    let filled = move || share(live.now());
    let inner = reached.iter().skip(1).map(|rung| rung.at);
    let tick = |x: String| view! { <rect class="tick" x=x width="2" height="100%"></rect> };
    let ticks: Vec<_> = inner.map(|at| tick(share(at))).collect();
    let rungs: Vec<_> = reached.iter().chain([&next]).map(label).collect();
    view! {
        <section class="ladder crit" aria-labelledby="ladder">
            <h3 id="ladder">{head}</h3>
            <p class="countdown" role="timer" aria-live="off">{left}</p>
            <svg class="climb" aria-hidden="true">
                <rect class="track" y="2" width="100%" height="6"></rect>
                <rect class="level" y="2" width=filled height="6"></rect>
                {ticks}
                <rect class="tick end" x="100%" width="2" height="100%"></rect>
            </svg>
            <ol class="rungs">{rungs}</ol>
            <p class="quiet">"Acknowledging stops this clock."</p>
        </section>
    }
}

/// How far a moment lies between two others.
#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn share(start: Timestamp, end: Timestamp, at: Timestamp) -> f64 {
    (at.since(start) as f64 / end.since(start).max(1) as f64).clamp(0.0, 1.0)
}

fn label(rung: &Rung) -> Node {
    let words = format!("L{} {}", rung.level, rung.who.as_deref().unwrap_or_default());
    view! {
        <li>
            <span class="ellipsis" title=words.clone()>{words.clone()}</span>
            <time>{format::clock(rung.at)}</time>
        </li>
    }
}

fn top(rung: &Rung, today: Timestamp) -> Node {
    let head = format!("Level {}, the last, since {}", rung.level, format::moment(rung.at, today));
    let told = format!("Told: {}.", rung.who.as_deref().unwrap_or("nobody is named for it"));
    view! {
        <section class="ladder crit" aria-labelledby="ladder">
            <h3 id="ladder">{head}</h3>
            <p class="told">{told}</p>
            <p class="quiet">"Nobody has acknowledged it."</p>
        </section>
    }
}

fn held(who: &str, at: Timestamp, after: i64, today: Timestamp) -> Node {
    let when =
        format!("{}, {} after firing", format::moment_seconds(at, today), format::span(after));
    view! {
        <section class="ladder" aria-labelledby="ladder">
            <h3 id="ladder">"Acknowledged by"</h3>
            <p class="told">{who.to_owned()}</p>
            <p class="quiet">{when}</p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use model::alert::Step;

    use super::*;
    use crate::fixture;

    fn step(minutes: i64, what: StepKind) -> Step {
        let at = fixture::now().plus(-minutes * Timestamp::MINUTE);
        Step { at, what, severity: Severity::Critical, actor: None, note: None }
    }

    /// The fixture's first alert, at a level and with a history, newest first.
    fn standing(level: u8, history: Vec<Step>) -> Vec<(u8, i64)> {
        let snapshot = fixture::initial().hello.snapshot;
        let mut alert = snapshot.open_alerts().first().map(|alert| (*alert).clone()).unwrap();
        alert.escalation.as_mut().unwrap().level = level;
        alert.history = history;
        let Standing::Climbing { reached, next } = Standing::of(&snapshot, &alert) else {
            panic!("the clock runs")
        };
        assert_eq!(next.level, level + 1);
        let ago = |rung: &Rung| fixture::now().since(rung.at) / Timestamp::MINUTE;
        reached.iter().map(|rung| (rung.level, ago(rung))).collect()
    }

    #[test]
    fn only_levels_that_are_known_stand_on_the_bar() {
        use StepKind::{Acknowledged, Escalated, Fired, Raised, Unacknowledged};
        assert_eq!(standing(1, vec![step(8, Fired)]), [(1, 8)]);
        assert_eq!(standing(1, vec![step(3, Raised), step(90, Fired)]), [(1, 3)]);
        assert_eq!(standing(2, vec![step(5, Escalated), step(20, Fired)]), [(1, 20), (2, 5)]);
        let back = vec![step(1, Unacknowledged), step(4, Acknowledged), step(9, Fired)];
        assert_eq!(standing(1, back), [(1, 1)]);
    }

    #[test]
    fn the_bar_stays_within_its_ends() {
        let at = |second: i64| Timestamp::from_millis(second * Timestamp::SECOND);
        assert_eq!(share(at(0), at(100), at(25)), 0.25);
        assert_eq!(share(at(0), at(100), at(500)), 1.0);
        assert_eq!(share(at(10), at(10), at(10)), 0.0);
    }
}
