//! The answers to the four questions of the band, as words. Pure.

use model::{
    Alert, AlertState, Book, Figure, Provenance, Severity, Snapshot, SourceState, Status,
    Timestamp, Topic, order, status::SourceMode,
};

use crate::{components::mark::Shape, format};

/// Whether the view shows a simulation in place of real figures that stopped.
pub fn stopped(status: &Status, book: &Book) -> Option<Timestamp> {
    let fallback = *book == Book::Simulated
        && status.mode != SourceMode::Simulation
        && status.state != SourceState::Live;
    status.last_real.filter(|_| fallback)
}

/// Is anything wrong?
pub fn verdict(snapshot: &Snapshot, status: &Status) -> String {
    if let Some(at) = stopped(status, &snapshot.book) {
        return format!("Real data stopped {}", format::clock(at));
    }
    let [_, warnings, critical, emergency] = snapshot.alert_counts();
    match (critical + emergency, warnings) {
        (0, 0) => "Nothing needs action".to_owned(),
        (0, 1) => "Nothing critical, 1 warning".to_owned(),
        (0, warnings) => format!("Nothing critical, {} warnings", format::count(warnings)),
        (1, _) => "One matter needs action".to_owned(),
        (urgent, _) => format!("{} matters need action", format::word(urgent)),
    }
}

/// Open alerts by severity. A simulation in place of real figures hides no real alert: then they
/// are those of the real book.
pub fn counts(snapshot: &Snapshot, status: &Status) -> [usize; 4] {
    match stopped(status, &snapshot.book) {
        Some(_) => status.real_alerts.map(|count| count as usize),
        None => snapshot.alert_counts(),
    }
}

/// What stands behind the counts: whose they are, or how many somebody has taken.
pub fn footnote(snapshot: &Snapshot, status: &Status) -> String {
    if let Some(at) = stopped(status, &snapshot.book) {
        return format!("real, as of {}", format::moment(at, status.now));
    }
    let acknowledged = |alert: &&Alert| alert.state == AlertState::Acknowledged;
    match snapshot.book.provenance() {
        Provenance::Simulated => "simulated".to_owned(),
        Provenance::Drill => "of the drill".to_owned(),
        Provenance::Real | Provenance::Replayed => {
            let taken = snapshot.alerts.values().filter(acknowledged).count();
            format!("{} acknowledged", format::count(taken))
        }
    }
}

/// One line of what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Mark before it.
    pub shape: Shape,
    /// What changed.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// The alert that it is about.
    pub alert: Option<String>,
}

/// What changed since a moment: at most three lines, newest first.
pub fn changed(snapshot: &Snapshot, status: &Status, since: Timestamp) -> Vec<News> {
    if let Some(at) = stopped(status, &snapshot.book) {
        return fallback(status, at);
    }
    let mut fresh: Vec<&Alert> =
        snapshot.alerts.values().filter(|alert| alert.changed_at > since).collect();
    order::sort(&mut fresh, |a, b| Alert::by_change(a, b));
    let (resolved, open): (Vec<&Alert>, Vec<&Alert>) =
        fresh.into_iter().partition(|alert| alert.state == AlertState::Resolved);
    let gone = resolved.first().map(|newest| News {
        shape: Shape::Resolved,
        text: match resolved.len() {
            1 => format!("{} resolved", newest.title),
            many => format!("{} resolved", format::plural(many, "alert")),
        },
        at: newest.changed_at,
        alert: (resolved.len() == 1).then(|| newest.id.to_string()),
    });
    let mut worst = open;
    order::sort(&mut worst, |a, b| (b.severity, b.changed_at).cmp(&(a.severity, a.changed_at)));
    let room = if gone.is_some() { 2 } else { 3 };
    let line = |alert: &&Alert| News {
        shape: Shape::of(alert.severity),
        text: alert.title.clone(),
        at: alert.changed_at,
        alert: Some(alert.id.to_string()),
    };
    let mut news: Vec<News> = worst.iter().take(room).map(line).chain(gone).collect();
    order::sort(&mut news, |a, b| b.at.cmp(&a.at));
    news
}

fn fallback(status: &Status, at: Timestamp) -> Vec<News> {
    let line = |shape, text: String, at| News { shape, text, at, alert: None };
    let seed = status.seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
    let mut news = vec![
        line(Shape::Missed, "The brokers stopped answering".to_owned(), at),
        line(Shape::Simulated, format!("Simulation took over{seed}"), status.since),
    ];
    if status.real_events > 0 {
        let kept = format!("{} HTTP events kept", format::count(status.real_events));
        news.push(line(Shape::Info, kept, status.now));
    }
    news
}

/// One meter of freshness.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// The topic.
    pub topic: Topic,
    /// Share of its interval that has passed since its newest event, at most 1.
    pub share: f64,
    /// Its age, `sim`, or an en dash.
    pub text: String,
    /// How it stands.
    pub state: Freshness,
}

/// How fresh a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Real and younger than its deadline.
    Fresh,
    /// Older than its deadline.
    Stale,
    /// Not real.
    Simulated,
    /// No event yet.
    Missing,
    /// Its topic is not in the cluster.
    Absent,
}

/// The meter of a topic.
pub fn meter(snapshot: &Snapshot, status: &Status, topic: Topic, now: Timestamp) -> Meter {
    let age = super::domain::age(snapshot, topic, now);
    let deadline = stale_after(status, topic);
    let fault = status.topic(topic).is_some_and(|status| status.fault.is_some());
    let simulated = status.topic(topic).is_some_and(|status| status.simulated);
    let (state, text) = match age {
        _ if snapshot.book.of_topic(simulated).provenance() != Provenance::Real => {
            (Freshness::Simulated, "sim".to_owned())
        }
        _ if fault => (Freshness::Absent, "absent".to_owned()),
        None => (Freshness::Missing, format::MISSING.to_owned()),
        Some(age) if age > deadline => (Freshness::Stale, format::age(age)),
        Some(age) => (Freshness::Fresh, format::age(age)),
    };
    let share = age.map_or(0.0, |age| share(age, deadline));
    Meter { topic, share, text, state }
}

/// A topic is meant to report three times before it counts as stale.
#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn share(age: i64, deadline: i64) -> f64 {
    (age as f64 * 3.0 / deadline.max(1) as f64).clamp(0.04, 1.0)
}

/// Milliseconds after which a topic counts as stale.
pub fn stale_after(status: &Status, topic: Topic) -> i64 {
    let default = 3 * i64::from(topic.interval_seconds()) * Timestamp::SECOND;
    status.topic(topic).map_or(default, |status| status.stale_after_ms)
}

/// What is doubtful about real figures, however fresh they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doubts {
    /// Older messages are still being read.
    pub catching_up: bool,
    /// Messages were dropped before they were read.
    pub missed: bool,
}

/// Whether messages were dropped before they were read, within the life of the alert about it.
pub fn missed(snapshot: &Snapshot) -> bool {
    let mut open = snapshot.alerts.values().filter(|alert| alert.state.is_open());
    open.any(|alert| alert.figure == Figure::MissedRecords)
}

/// Can I trust these figures?
pub fn trust(book: &Book, doubts: Doubts, meters: &[Meter]) -> String {
    match book {
        Book::Simulated => return "No. All seven domains are simulated".to_owned(),
        Book::Drill(_) => return "No. This is a drill".to_owned(),
        Book::Replay(_) => return "Not the present. This is a replay".to_owned(),
        Book::Real | Book::Mixed if doubts.catching_up => {
            return "Not yet. Kafka is being caught up with".to_owned();
        }
        Book::Real | Book::Mixed => {}
    }
    let not_fresh = |state: Freshness| {
        let names = meters.iter().filter(move |meter| meter.state == state);
        names.map(|meter| meter.topic.title()).collect::<Vec<_>>()
    };
    match not_fresh(Freshness::Simulated).as_slice() {
        [] => {}
        [one] => return format!("Not all. {one} is simulated"),
        many => return format!("Not all. {} domains are simulated", many.len()),
    }
    match not_fresh(Freshness::Absent).as_slice() {
        [] => {}
        [one] => return format!("Not all. {one} is not in Kafka"),
        many => return format!("Not all. {} domains are not in Kafka", many.len()),
    }
    if doubts.missed {
        return "Not all. Kafka dropped messages unread".to_owned();
    }
    let (stale, missing) = (not_fresh(Freshness::Stale), not_fresh(Freshness::Missing));
    match (stale.as_slice(), missing.as_slice()) {
        ([], []) => "Yes. All real, all fresh".to_owned(),
        ([], missing) if missing.len() == Topic::ALL.len() => {
            "No figure has arrived yet".to_owned()
        }
        ([], [one]) => format!("Yes, but {one} has no event"),
        ([], many) => format!("Yes, but {} domains have no event", many.len()),
        ([one], _) => format!("Not all. {one} is stale"),
        (many, _) => format!("Not all. {} domains are stale", many.len()),
    }
}

/// What stands below the meters: refusals, and what totals rest on.
pub fn footing(snapshot: &Snapshot, status: &Status) -> String {
    if let Some(at) = stopped(status, &snapshot.book) {
        return format!("Last real event {}. Positions kept.", format::clock_seconds(at));
    }
    let rejects: u64 = status.topics.iter().map(|topic| topic.rejects).sum();
    let oldest = snapshot.rates.iter().flatten().map(|rate| rate.as_of).min();
    let rates = match oldest {
        Some(at) => format!("USD totals use rates of {}.", format::moment(at, status.now)),
        None => "No exchange rates.".to_owned(),
    };
    format!("{} rejected in 1 h. {rates}", format::count(rejects))
}

/// What do I do next?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Show what was real last.
    LastReal(Timestamp),
    /// Take an alert before it escalates.
    Acknowledge {
        /// The alert.
        id: model::AlertId,
        /// What it is about.
        entity: String,
        /// What it says.
        title: String,
        /// Who is told next, and when.
        escalation: Option<(String, Timestamp)>,
    },
    /// Nothing.
    Nothing,
}

/// The unacknowledged alert that escalates first, else the worst.
pub fn next(snapshot: &Snapshot, status: &Status) -> Next {
    if let Some(at) = stopped(status, &snapshot.book) {
        return Next::LastReal(at);
    }
    let mut waiting: Vec<&Alert> =
        snapshot.alerts.values().filter(|alert| alert.needs_action()).collect();
    let due = |alert: &Alert| alert.escalation.as_ref().and_then(|level| level.next_at);
    order::sort(&mut waiting, |a, b| {
        let key = |alert: &Alert| due(alert).map_or(i64::MAX, Timestamp::millis);
        key(a).cmp(&key(b)).then_with(|| Alert::by_urgency(a, b))
    });
    match waiting.first() {
        None => Next::Nothing,
        Some(alert) => Next::Acknowledge {
            id: alert.id.clone(),
            entity: alert.entity_name.clone(),
            title: alert.title.clone(),
            escalation: due(alert).map(|at| (told_next(snapshot, alert), at)),
        },
    }
}

/// Who is told next: their position, for that is what they are told as.
pub fn told_next(snapshot: &Snapshot, alert: &Alert) -> String {
    let level = alert.escalation.as_ref();
    let Some(person) = level.and_then(|level| level.next_to.as_ref()) else {
        return "the next level".to_owned();
    };
    match snapshot.people.get(person) {
        Some(person) => format!("the {}", person.title),
        None => snapshot.person_name(person),
    }
}

/// Where an alert stands, in a few words: its next event, or its last.
pub fn standing(alert: &Alert, now: Timestamp) -> String {
    match alert.state {
        AlertState::Resolved => {
            format!("Resolved after {}", format::age(alert.changed_at.since(alert.fired_at)))
        }
        AlertState::Acknowledged => {
            let who = alert.acknowledged_by.as_deref().unwrap_or("somebody");
            format!("Ack {} {}", initialled(who), format::moment(alert.changed_at, now))
        }
        AlertState::Firing => match alert.escalation.as_ref().and_then(|level| level.next_at) {
            Some(at) => format!("Escalates in {}", format::countdown(at.since(now))),
            None if alert.severity >= Severity::Warning => "Not acknowledged".to_owned(),
            None => "Open".to_owned(),
        },
    }
}

/// `Priya Raman` as `P. Raman`.
pub fn initialled(name: &str) -> String {
    match (name.split_once(' '), name.chars().next()) {
        (Some((_, rest)), Some(first)) => format!("{first}. {rest}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Initial;

    #[test]
    fn names_are_shortened() {
        assert_eq!(initialled("Priya Raman"), "P. Raman");
        assert_eq!(initialled("operator"), "operator");
    }

    #[test]
    fn nothing_open_needs_no_action() {
        let Initial { hello, status } = Initial::default();
        assert_eq!(verdict(&hello.snapshot, &status), "Nothing needs action");
        assert_eq!(next(&hello.snapshot, &status), Next::Nothing);
        assert!(changed(&hello.snapshot, &status, Timestamp::default()).is_empty());
    }

    #[test]
    fn trust_names_what_is_wrong() {
        let check = |book: &Book, states: &[Freshness], expected: &str| {
            let meter = |(topic, &state): (Topic, &Freshness)| Meter {
                topic,
                share: 0.5,
                text: String::new(),
                state,
            };
            let meters: Vec<Meter> = Topic::ALL.into_iter().zip(states).map(meter).collect();
            assert_eq!(trust(book, Doubts::default(), &meters), expected);
        };
        use Freshness::{Absent, Fresh, Missing, Simulated, Stale};
        check(&Book::Mixed, &[Fresh, Simulated], "Not all. Projects is simulated");
        check(&Book::Mixed, &[Simulated, Fresh, Simulated], "Not all. 2 domains are simulated");
        check(&Book::Real, &[Fresh; 7], "Yes. All real, all fresh");
        check(&Book::Real, &[Missing; 7], "No figure has arrived yet");
        check(&Book::Real, &[Fresh, Stale, Fresh], "Not all. Projects is stale");
        check(&Book::Real, &[Stale, Stale, Missing], "Not all. 2 domains are stale");
        check(&Book::Real, &[Fresh, Fresh, Missing], "Yes, but Compliance has no event");
        check(&Book::Real, &[Absent, Stale], "Not all. Budget is not in Kafka");
        let doubts = Doubts { missed: true, ..Doubts::default() };
        assert!(trust(&Book::Real, doubts, &[]).starts_with("Not all. Kafka dropped"));
        let doubts = Doubts { catching_up: true, ..doubts };
        assert!(trust(&Book::Real, doubts, &[]).starts_with("Not yet."));
        check(&Book::Simulated, &[Fresh; 7], "No. All seven domains are simulated");
    }

    #[test]
    fn fallback_says_what_stopped() {
        let Initial { mut hello, mut status } = Initial::default();
        hello.snapshot.book = Book::Simulated;
        status.state = SourceState::Simulating;
        status.last_real = "2026-11-23T14:31:07Z".parse().ok();
        assert_eq!(verdict(&hello.snapshot, &status), "Real data stopped 14:31");
        assert_eq!(changed(&hello.snapshot, &status, Timestamp::default()).len(), 2);
        status.last_real = None;
        assert_eq!(verdict(&hello.snapshot, &status), "Nothing needs action");
    }

    #[test]
    fn fallback_counts_real_alerts() {
        let Initial { hello, status } = crate::fixture::simulated();
        let check = |change: fn(&mut Status), expected: [usize; 4], note: &str| {
            let mut status = status.clone();
            change(&mut status);
            assert_eq!(counts(&hello.snapshot, &status), expected);
            assert_eq!(footnote(&hello.snapshot, &status), note);
        };
        let simulated = hello.snapshot.alert_counts();
        assert_ne!(simulated, [5, 9, 4, 0]);
        check(|_| (), [5, 9, 4, 0], "real, as of 14:31");
        check(|status| status.state = SourceState::Degraded, [5, 9, 4, 0], "real, as of 14:31");
        check(
            |status| status.now = status.now.plus(Timestamp::DAY),
            [5, 9, 4, 0],
            "real, as of 23 Nov",
        );
        check(|status| status.last_real = None, simulated, "simulated");
        check(|status| status.mode = SourceMode::Simulation, simulated, "simulated");
        check(|status| status.state = SourceState::Live, simulated, "simulated");
    }
}
