//! Escalation of alerts that are critical or worse: the owner at once, their superior after 15
//! minutes without acknowledgement, emergency after 30. An emergency is at the last level from the
//! start. Escalation changes who is told, never the severity.

use model::{
    Alert, AlertState, Map, Person, PersonId, Severity, Timestamp,
    alert::{Escalation, StepKind},
};

use super::life::step;

/// The last level.
const EMERGENCY: u8 = 3;

type People = Map<PersonId, Person>;

fn superior(people: &People, of: Option<&PersonId>) -> Option<PersonId> {
    people.get(of?)?.superior.clone()
}

/// Who answers at a level: the owner, their superior, and above that one; where nobody stands
/// higher, the highest who does. An emergency goes to the owner's superior.
fn answers(people: &People, alert: &Alert, level: u8) -> Option<PersonId> {
    let steps = match (level, alert.severity) {
        (..=1, _) => 0,
        (2, _) | (_, Severity::Emergency) => 1,
        _ => 2,
    };
    let mut person = alert.owner.clone();
    for _ in 0..steps {
        person = superior(people, person.as_ref()).or(person);
    }
    person
}

/// Starts the escalation, or starts it again at the level that it had reached.
pub(super) fn start(alert: &mut Alert, people: &People, at: Timestamp) {
    if alert.severity < Severity::Critical {
        alert.escalation = None;
        return;
    }
    let reached = alert.escalation.as_ref().map_or(1, |escalation| escalation.level);
    if reached >= EMERGENCY {
        return;
    }
    let emergency = alert.severity == Severity::Emergency;
    reach(alert, people, if emergency { EMERGENCY } else { reached }, at);
    if emergency {
        tell(alert, at);
    }
}

/// Stops the clock: somebody acknowledged, or it is over.
pub(super) fn stop(alert: &mut Alert) {
    if let Some(escalation) = &mut alert.escalation {
        (escalation.next_at, escalation.next_to) = (None, None);
    }
}

/// Whether the next level is due.
pub(super) fn is_due(alert: &Alert, now: Timestamp) -> bool {
    let next = alert.escalation.as_ref().and_then(|escalation| escalation.next_at);
    alert.state == AlertState::Firing && next.is_some_and(|at| at <= now)
}

/// Goes up one level.
pub(super) fn climb(alert: &mut Alert, people: &People, now: Timestamp) {
    let level = alert.escalation.as_ref().map_or(1, |escalation| escalation.level);
    let due = alert.escalation.as_ref().and_then(|escalation| escalation.next_at);
    reach(alert, people, level.saturating_add(1).min(EMERGENCY), due.unwrap_or(now));
    tell(alert, now);
}

fn reach(alert: &mut Alert, people: &People, level: u8, at: Timestamp) {
    let more = level < EMERGENCY;
    alert.escalation = Some(Escalation {
        level,
        to: answers(people, alert, level),
        next_at: more.then(|| at.plus(Escalation::WAIT)),
        next_to: more.then(|| answers(people, alert, level + 1)).flatten(),
    });
}

/// Records the level that was reached.
fn tell(alert: &mut Alert, at: Timestamp) {
    let Some(escalation) = &alert.escalation else { return };
    let to = escalation.to.as_ref().map_or("nobody", PersonId::as_str);
    let note = match escalation.level {
        EMERGENCY => format!("level 3, emergency, to {to}"),
        level => format!("level {level} to {to}"),
    };
    step(alert, at, StepKind::Escalated, None, Some(note));
}
