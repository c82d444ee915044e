//! What the list says, as plain data: the groups in their order, and a row.

use model::{Alert, AlertId, AlertState, Book, Provenance, Snapshot, Timestamp, alert::StepKind};

use super::filter::Filter;
use crate::{components::mark::Shape, format, pages::overview::verdict::initialled};

/// Most rows of a group.
const MOST: usize = 100;

/// Alerts in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many there are, whatever the filter hides.
    pub total: usize,
    /// Those that are shown, in the order of the list.
    pub shown: Vec<AlertId>,
}

impl Group {
    /// The group of a state.
    pub fn of(snapshot: &Snapshot, state: AlertState, filter: Filter) -> Group {
        let alerts = snapshot.alerts.values().filter(|alert| alert.state == state);
        let mut shown: Vec<&Alert> = alerts.clone().filter(|alert| filter.shows(alert)).collect();
        shown.sort_by(|a, b| order(a, b));
        shown.truncate(MOST);
        Group {
            total: alerts.count(),
            shown: shown.into_iter().map(|alert| alert.id.clone()).collect(),
        }
    }

    /// How many of how many, where not all are shown.
    pub fn note(&self) -> Option<String> {
        let (shown, total) = (self.shown.len(), self.total);
        let words = || format!("{} of {} shown", format::count(shown), format::count(total));
        (shown < total).then(words)
    }
}

/// Worst first, then what escalates first, then the newest; what is resolved by its end alone.
fn order(a: &Alert, b: &Alert) -> std::cmp::Ordering {
    let ended = |alert: &Alert| (alert.changed_at, alert.sequence);
    if !a.state.is_open() && !b.state.is_open() {
        return ended(b).cmp(&ended(a));
    }
    let due = |alert: &Alert| next_at(alert).map_or(i64::MAX, Timestamp::millis);
    let worse = b.severity.cmp(&a.severity);
    worse.then_with(|| due(a).cmp(&due(b))).then_with(|| Alert::by_urgency(a, b))
}

/// The first alert of the list.
pub fn first(snapshot: &Snapshot, filter: Filter) -> Option<AlertId> {
    super::filter::STATES
        .into_iter()
        .find_map(|state| Group::of(snapshot, state, filter).shown.into_iter().next())
}

/// The name of a group.
pub fn title(state: AlertState) -> &'static str {
    match state {
        AlertState::Firing => "Not acknowledged",
        AlertState::Acknowledged => "Acknowledged",
        AlertState::Resolved => "Resolved",
    }
}

/// When the next level is reached, while the clock runs.
pub fn next_at(alert: &Alert) -> Option<Timestamp> {
    let running = alert.escalation.as_ref().filter(|_| alert.state == AlertState::Firing);
    running.and_then(|level| level.next_at)
}

/// Who took an alert, and when.
pub fn taken(alert: &Alert) -> Option<(&str, Timestamp)> {
    if alert.state != AlertState::Acknowledged {
        return None;
    }
    let step = alert.history.iter().find(|step| step.what == StepKind::Acknowledged);
    let at = step.map_or(alert.changed_at, |step| step.at);
    Some((alert.acknowledged_by.as_deref().unwrap_or("somebody"), at))
}

/// What stands behind the topic of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Escalates at a moment: the words count down.
    Escalates(Timestamp),
    /// Words at rest; none where nothing is known.
    Words(String),
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its mark.
    pub shape: Shape,
    /// What it says.
    pub title: String,
    /// The topic.
    pub topic: &'static str,
    /// What it is marked as, where a mixed view shows it.
    pub tag: Option<Provenance>,
    /// When it fired.
    pub fired: String,
    /// Whether it waits for somebody.
    pub waits: bool,
    /// What follows, or whose it is.
    pub detail: Detail,
}

impl Row {
    /// The row of an alert.
    pub fn of(snapshot: &Snapshot, alert: &Alert, today: Timestamp) -> Row {
        Row {
            shape: Shape::of_alert(alert),
            title: alert.title.clone(),
            topic: alert.topic.title(),
            tag: (snapshot.book == Book::Mixed).then(|| alert.book.provenance()),
            fired: format::moment(alert.fired_at, today),
            waits: alert.state == AlertState::Firing,
            detail: detail(snapshot, alert, today),
        }
    }
}

fn detail(snapshot: &Snapshot, alert: &Alert, today: Timestamp) -> Detail {
    if let Some(at) = next_at(alert) {
        return Detail::Escalates(at);
    }
    if let Some((who, at)) = taken(alert) {
        return Detail::Words(format!("{}, {}", initialled(who), format::moment(at, today)));
    }
    if alert.state == AlertState::Resolved {
        let after = format::age(alert.changed_at.since(alert.fired_at));
        return Detail::Words(format!("Resolved after {after}"));
    }
    let owner = alert.owner.as_ref().map(|owner| initialled(&snapshot.person_name(owner)));
    Detail::Words(owner.map(|owner| format!("Owner {owner}")).unwrap_or_default())
}
