//! Steps in the life of one alert: held, raised, lowered, acknowledged, given back.

use model::{
    Alert, AlertState, Change, Severity, Timestamp,
    alert::{Action, Command, Step, StepKind},
};

use super::{
    Rule,
    alarm::{EVENTS, HISTORY, Occasion, Verdict},
    escalation, text,
};
use crate::process::{Output, Subject};

/// Keeps an alert at a level, or moves it to one.
pub(super) fn hold(
    mut alert: Alert,
    rule: &Rule,
    verdict: &Verdict,
    index: usize,
    occasion: &Occasion<'_>,
    out: &mut Output<'_>,
) {
    let (Some(level), Some(value)) = (rule.levels.get(index), verdict.value) else { return };
    let (at, before) = (occasion.at, alert.severity);
    let subject = Subject::of(out.snapshot, rule.topic, &alert.entity);
    alert.title = text::fill(&rule.title, rule, level, value, &subject);
    alert.summary = text::fill(&rule.summary, rule, level, value, &subject);
    (alert.entity_name, alert.owner) = (subject.name, subject.owner.or(alert.owner));
    (alert.value, alert.severity) = (value, level.severity);
    (alert.threshold, alert.recovers) = (level.fire, level.recover);
    alert.rule_version = rule.version;
    alert.sequence = out.snapshot.sequence;
    if let Some(source) = occasion.source {
        alert.events.insert(0, source.origin());
        alert.events.truncate(EVENTS);
    }
    if level.severity > before {
        (alert.state, alert.acknowledged_by) = (AlertState::Firing, None);
        moved(&mut alert, StepKind::Raised, at);
        escalation::start(&mut alert, &out.snapshot.people, at);
    } else if level.severity < before {
        moved(&mut alert, StepKind::Lowered, at);
        if level.severity < Severity::Critical {
            alert.escalation = None;
        }
    }
    out.emit(Change::Alert(Box::new(alert)));
}

fn moved(alert: &mut Alert, what: StepKind, at: Timestamp) {
    alert.changed_at = at;
    let note = Some(alert.summary.clone());
    step(alert, at, what, None, note);
}

/// Writes a step into the history.
pub(super) fn step(
    alert: &mut Alert,
    at: Timestamp,
    what: StepKind,
    actor: Option<String>,
    note: Option<String>,
) {
    alert.history.insert(0, Step { at, what, severity: alert.severity, actor, note });
    alert.history.truncate(HISTORY);
}

/// Does what somebody asked for; nothing where the alert is gone, resolved or already so.
pub(crate) fn command(command: &Command, at: Timestamp, out: &mut Output<'_>) {
    let Some(mut alert) = out.snapshot.alerts.get(&command.alert).cloned() else { return };
    let (actor, note) = (Some(command.actor.clone()), command.comment.clone());
    match (command.action, alert.state) {
        (Action::Acknowledge, AlertState::Firing) => {
            alert.state = AlertState::Acknowledged;
            alert.acknowledged_by = actor.clone();
            escalation::stop(&mut alert);
            step(&mut alert, at, StepKind::Acknowledged, actor, note);
        }
        (Action::Unacknowledge, AlertState::Acknowledged) => {
            alert.state = AlertState::Firing;
            alert.acknowledged_by = None;
            step(&mut alert, at, StepKind::Unacknowledged, actor, note);
            escalation::start(&mut alert, &out.snapshot.people, at);
        }
        _ => return,
    }
    (alert.changed_at, alert.sequence) = (at, out.snapshot.sequence);
    out.emit(Change::Alert(Box::new(alert)));
}
