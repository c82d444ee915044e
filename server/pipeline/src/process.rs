//! Processors: one for each topic. Each turns an event into the row that the dashboard shows and
//! the readings that the rules watch. Pure and total: no clock, no IO, no failure; what a figure
//! needs from the past is in [`Memory`].

pub mod budget;
pub mod compliance;
pub mod etl;
pub(crate) mod missed;
pub mod project;
pub mod risk;
pub mod system;
pub mod transaction;

mod exact;
mod keep;
mod subject;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::BTreeMap;

use model::{Change, Event, Figure, Origin, Payload, Snapshot, Timestamp, Topic};
use serde::{Deserialize, Serialize};

pub(crate) use self::subject::Subject;

/// An event older than its entity's newest enters windows while it is not later than this.
pub const LATE: i64 = 10 * Timestamp::MINUTE;

/// What a processor says about one figure of an entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// It has this value.
    Value(f64),
    /// It has none now, so that no rule about it can hold.
    Undefined,
    /// The event says nothing about it: rules stay as they are.
    Unchanged,
}

impl From<Option<f64>> for Reading {
    fn from(value: Option<f64>) -> Self {
        value.filter(|value| value.is_finite()).map_or(Reading::Undefined, Reading::Value)
    }
}

impl From<f64> for Reading {
    fn from(value: f64) -> Self {
        Some(value).into()
    }
}

impl Reading {
    /// The value, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Reading::Value(value) => Some(value),
            Reading::Undefined | Reading::Unchanged => None,
        }
    }
}

/// Figures of one entity, always all of its topic, in one order.
pub type Readings = Vec<(Figure, Reading)>;

/// What the processors remember beyond the rows; bounded in every part.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Memory {
    budget: BTreeMap<String, budget::History>,
    accounts: transaction::Accounts,
    system: BTreeMap<String, system::Window>,
    etl: BTreeMap<String, etl::History>,
}

/// A snapshot, and the list of what changes in it: the one way in which a fold changes state.
pub(crate) struct Output<'a> {
    /// The state.
    pub snapshot: &'a mut Snapshot,
    /// What was changed, in order.
    pub changes: &'a mut Vec<Change>,
}

impl Output<'_> {
    /// Applies a change and lists it.
    pub fn emit(&mut self, change: Change) {
        self.snapshot.apply(&change);
        self.changes.push(change);
    }
}

/// Folds an event: emits the rows that it changes and fills `readings` with the figures of its
/// entity; they stay empty where the event is too late to be the entity's newest.
pub(crate) fn fold(
    memory: &mut Memory,
    event: &Event,
    origin: Origin,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    readings.clear();
    let now = out.snapshot.now;
    match &event.data {
        Payload::Budget(data) => budget::fold(&mut memory.budget, data, origin, readings, out),
        Payload::Project(data) => project::fold(data, origin, now, readings, out),
        Payload::Compliance(data) => compliance::fold(data, origin, now, readings, out),
        Payload::Transaction(data) => {
            transaction::fold(&mut memory.accounts, data, origin, readings, out);
        }
        Payload::Risk(data) => risk::fold(data, origin, now, readings, out),
        Payload::System(data) => system::fold(&mut memory.system, data, origin, readings, out),
        Payload::Etl(data) => etl::fold(&mut memory.etl, data, origin, readings, out),
    }
}

/// Makes room where a topic has more entities than are kept, and names those that went.
pub(crate) fn bound(memory: &mut Memory, topic: Topic, out: &mut Output<'_>) -> Vec<String> {
    let gone = keep::surplus(out.snapshot, topic);
    for entity in &gone {
        match topic {
            Topic::Budget => drop(memory.budget.remove(entity)),
            Topic::System => drop(memory.system.remove(entity)),
            Topic::Etl => drop(memory.etl.remove(entity)),
            Topic::Projects | Topic::Compliance | Topic::Transactions | Topic::Risk => {}
        }
        out.emit(Change::Removed(topic, entity.clone()));
    }
    gone
}

/// Whether a figure moves without any event: with the clock, or because none came.
pub(crate) fn moves_by_itself(figure: Figure) -> bool {
    matches!(
        figure,
        Figure::DaysToFinish
            | Figure::StatusAge
            | Figure::DaysToDue
            | Figure::DaysOverdue
            | Figure::MitigationOverdueDays
            | Figure::FreshnessMinutes
            | Figure::MissedRecords
    )
}

/// Hands the figures of every entity that has one that moves with the clock to `each`.
pub(crate) fn each_timed(snapshot: &Snapshot, mut each: impl FnMut(Topic, &str, &Readings)) {
    let mut readings = Readings::new();
    let now = snapshot.now;
    for (entity, row) in &snapshot.projects {
        project::read(row, now, &mut readings);
        each(Topic::Projects, entity, &readings);
    }
    for (entity, row) in &snapshot.compliance {
        compliance::read(row, now, &mut readings);
        each(Topic::Compliance, entity, &readings);
    }
    for (entity, row) in &snapshot.risk {
        risk::read(row, now, &mut readings);
        each(Topic::Risk, entity, &readings);
    }
    for (entity, row) in &snapshot.etl {
        etl::read(row, now, &mut readings);
        each(Topic::Etl, entity, &readings);
    }
}

/// Milliseconds as days.
#[expect(clippy::cast_precision_loss, reason = "days in a rule or on a screen")]
pub(crate) fn days(millis: i64) -> f64 {
    millis as f64 / Timestamp::DAY as f64
}
