//! Compliance audit: a supervisor announces an audit. Four items raise an alarm, each for a reason
//! of its own, and deadlines come down the ladder.

use model::{
    Payload, Severity, Timestamp,
    event::{
        Compliance,
        compliance::{ImpactAssessment, ItemKind, ItemStatus, Rating},
    },
};

use super::{calm::Calm, stage::Stage};

/// Items with a part in the script: four that raise an alarm, two on the ladder, and the closed
/// finding that one of them repeats.
const HELD: usize = 6;

/// Writes the script.
pub fn script(stage: &mut Stage, calm: &mut Calm) {
    let earlier = calm.items.hold(HELD + 1).last().map(|item| item.item.clone());
    let [incident, late, close, repeat, month, fortnight, ..] = calm.items.hold(HELD + 1) else {
        return;
    };
    let jitter = stage.dice.whole(0, 4_000);
    for item in [&mut *incident, late, close, repeat, month, fortnight] {
        item.status = ItemStatus::InProgress;
        item.severity = Rating::Medium;
    }
    announce(stage, month, 8_000, (30, 26_000 + jitter));
    announce(stage, fortnight, 10_000, (14, 48_000 + jitter));
    announce(stage, close, 12_000, (7, 88_000 + jitter));
    expect(stage, close, 88_001 + jitter, Severity::Warning);
    breach(stage, incident, 20_000 + jitter);
    overdue(stage, late, 58_000 + jitter, 76_000);
    let repeated = Compliance {
        kind: ItemKind::Finding,
        repeat_of: earlier,
        impact: impact(Rating::High, "The first remedy did not hold."),
        ..repeat.clone()
    };
    *repeat = Compliance { kind: ItemKind::Finding, ..repeat.clone() };
    expect(stage, repeat, 110_000 + jitter, Severity::Warning);
    stage.crisis(110_000 + jitter, Payload::Compliance(repeated));
}

fn expect(stage: &mut Stage, item: &Compliance, at_ms: i64, severity: Severity) {
    let data = Payload::Compliance(item.clone());
    stage.expect(at_ms, &data, &item.title, severity);
}

fn impact(rating: Rating, summary: &str) -> Option<ImpactAssessment> {
    Some(ImpactAssessment { rating, summary: summary.to_owned(), exposure: None })
}

/// The audit asks for an item, so that it weighs high; the clock brings it to a rung of the ladder,
/// so many days before it is due, at a drill time.
fn announce(stage: &mut Stage, item: &mut Compliance, at_ms: i64, (days, rung_ms): (i64, i64)) {
    item.due = stage.time(rung_ms + days * Timestamp::DAY);
    let asked = Compliance {
        severity: Rating::High,
        impact: impact(Rating::High, "Within the scope of the audit."),
        ..item.clone()
    };
    stage.crisis(at_ms, Payload::Compliance(asked));
}

/// A breach turns out to be critical.
fn breach(stage: &mut Stage, item: &mut Compliance, at_ms: i64) {
    item.kind = ItemKind::Incident;
    expect(stage, item, at_ms, Severity::Critical);
    let critical = Compliance {
        severity: Rating::Critical,
        status: ItemStatus::Open,
        impact: impact(Rating::Critical, "Customers were affected; the supervisor must be told."),
        ..item.clone()
    };
    stage.crisis(at_ms, Payload::Compliance(critical));
}

/// An item that is about to fall due is asked for, and then is overdue.
fn overdue(stage: &mut Stage, item: &mut Compliance, at_ms: i64, due_ms: i64) {
    item.due = stage.time(due_ms);
    expect(stage, item, at_ms, Severity::Critical);
    let asked = Compliance {
        severity: Rating::High,
        impact: impact(Rating::High, "The audit asks for it on its first day."),
        ..item.clone()
    };
    stage.crisis(at_ms, Payload::Compliance(asked));
}
