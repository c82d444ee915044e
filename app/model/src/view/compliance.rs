//! Compliance: rows by item, and what is open, late and tested.

use serde::{Deserialize, Serialize};

use crate::{
    event::{
        Compliance, Origin,
        compliance::{ItemKind, ItemStatus},
    },
    unit::Timestamp,
};

/// A compliance item. Ages depend on the clock, so they are methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ComplianceRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub item: Compliance,
    /// Severity from 1 low to 4 critical, one more for a repeat finding; 0 once done.
    pub weight: u8,
}

impl Row {
    /// Days until it is due, negative once it is overdue; `None` when done.
    #[expect(clippy::cast_precision_loss, reason = "days on a screen")]
    pub fn days_to_due(&self, now: Timestamp) -> Option<f64> {
        let left = self.item.due.since(now) as f64 / Timestamp::DAY as f64;
        self.item.status.is_open().then_some(left)
    }

    /// Open past its due moment.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.item.status.is_open() && now > self.item.due
    }

    /// Whole days since it was opened.
    pub fn age_days(&self, now: Timestamp) -> i64 {
        now.since(self.item.opened).max(0) / Timestamp::DAY
    }
}

/// Open items by age: 0 to 30, 31 to 60, 61 to 90, more than 90 whole days.
pub const AGEING: [&str; 4] = ["0\u{2013}30", "31\u{2013}60", "61\u{2013}90", ">90 d"];

/// The ageing bucket of an age in whole days.
pub fn bucket(age_days: i64) -> usize {
    match age_days {
        ..=30 => 0,
        31..=60 => 1,
        61..=90 => 2,
        _ => 3,
    }
}

/// What is open, late and tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Items with work left.
    pub open: usize,
    /// Open items past their due moment.
    pub overdue: usize,
    /// Open items due within 14 days.
    pub due_soon: usize,
    /// Open items by age, see [`AGEING`].
    pub ageing: [usize; 4],
    /// Passed / (passed + failed) control tests; undefined before the first result.
    pub pass_rate: Option<f64>,
    /// Open findings that repeat an earlier one.
    pub repeats: usize,
}

/// Counts the items at a moment.
#[expect(clippy::cast_precision_loss, reason = "counts of items")]
pub fn summary<'a>(rows: impl Iterator<Item = &'a Row> + Clone, now: Timestamp) -> Summary {
    let open = rows.clone().filter(|row| row.item.status.is_open());
    let mut ageing = [0; 4];
    for row in open.clone() {
        ageing[bucket(row.age_days(now))] += 1;
    }
    let tests = |status: ItemStatus| {
        let tested = rows.clone().filter(|row| row.item.kind == ItemKind::ControlTest);
        tested.filter(|row| row.item.status == status).count()
    };
    let (passed, failed) = (tests(ItemStatus::Passed), tests(ItemStatus::Failed));
    let soon = |row: &&Row| row.days_to_due(now).is_some_and(|days| (0.0..=14.0).contains(&days));
    Summary {
        open: open.clone().count(),
        overdue: open.clone().filter(|row| row.is_overdue(now)).count(),
        due_soon: open.clone().filter(soon).count(),
        ageing,
        pass_rate: (passed + failed > 0).then(|| passed as f64 / (passed + failed) as f64),
        repeats: open.filter(|row| row.item.repeat_of.is_some()).count(),
    }
}
