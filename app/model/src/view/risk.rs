//! Risk: rows by event, the heat map, and expected loss.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Origin, Risk, compliance::Rating, risk::RiskCategory},
    unit::{Currency, Money, Ratio, Timestamp},
};

/// A risk event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RiskRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub risk: Risk,
    /// Probability x impact; PD x LGD x EAD where the credit parameters are known.
    pub expected_loss: Money,
    /// Expected loss x (1 - control effectiveness).
    pub residual: Money,
    /// Likelihood of the 5 by 5 matrix, 1 rare to 5 almost certain.
    pub likelihood: u8,
    /// Impact of the matrix, 1 minor to 5 severe; 0 where it is not in US dollars.
    pub impact: u8,
    /// Weight in the matrix.
    pub rating: Rating,
}

impl Row {
    /// Whether mitigation is left to do.
    pub fn is_open(&self) -> bool {
        self.risk.mitigation_status.is_open()
    }

    /// Open past the day its mitigation was due.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_open() && self.risk.mitigation_due.is_some_and(|due| now > due)
    }
}

/// Likelihood of the matrix: up to 5 %, 20 %, 50 %, 80 %, above.
pub fn likelihood(probability: Ratio) -> u8 {
    match probability.get() {
        ..=0.05 => 1,
        ..=0.20 => 2,
        ..=0.50 => 3,
        ..=0.80 => 4,
        _ => 5,
    }
}

/// Impact of the matrix: up to USD 100 k, 500 k, 2 M, 10 M, above; 0 in other currencies.
pub fn impact(amount: Money) -> u8 {
    const MILLION: i64 = 100_000_000;
    match (amount.currency, amount.minor) {
        (Currency::Usd, ..=10_000_000) => 1,
        (Currency::Usd, ..=50_000_000) => 2,
        (Currency::Usd, minor) if minor <= 2 * MILLION => 3,
        (Currency::Usd, minor) if minor <= 10 * MILLION => 4,
        (Currency::Usd, _) => 5,
        _ => 0,
    }
}

/// Weight of a cell: the product of its sides, up to 4 low, 9 medium, 15 high, else critical.
pub fn rating(likelihood: u8, impact: u8) -> Rating {
    match likelihood.saturating_mul(impact) {
        ..=4 => Rating::Low,
        5..=9 => Rating::Medium,
        10..=15 => Rating::High,
        16.. => Rating::Critical,
    }
}

/// The open risk.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Open events.
    pub open: usize,
    /// Open events whose mitigation is late.
    pub overdue: usize,
    /// Sum of expected losses.
    pub expected_loss: Option<Money>,
    /// Sum of residual risks.
    pub residual: Option<Money>,
    /// Losses booked, less what was won back, of all events known.
    pub net_loss: Option<Money>,
    /// Open events by impact (row, severe first) and likelihood (column, rare first).
    pub heat: [[u16; 5]; 5],
    /// Open events by category, in the order of `RiskCategory::ALL`.
    pub by_category: [(usize, Option<Money>); 7],
}

/// Adds the open events up. Sums across currencies are undefined.
pub fn summary<'a>(rows: impl Iterator<Item = &'a Row> + Clone, now: Timestamp) -> Summary {
    let open = rows.clone().filter(|row| row.is_open());
    let mut heat = [[0; 5]; 5];
    for row in open.clone().filter(|row| (1..=5).contains(&row.impact)) {
        heat[5 - usize::from(row.impact)][usize::from(row.likelihood.clamp(1, 5)) - 1] += 1;
    }
    let by_category = RiskCategory::ALL.map(|category| {
        let of = open.clone().filter(move |row| row.risk.category == category);
        (of.clone().count(), Money::sum(of.map(|row| row.expected_loss)))
    });
    let net = |row: &Row| row.risk.gross_loss.checked_sub(row.risk.recovery);
    Summary {
        open: open.clone().count(),
        overdue: open.clone().filter(|row| row.is_overdue(now)).count(),
        expected_loss: Money::sum(open.clone().map(|row| row.expected_loss)),
        residual: Money::sum(open.clone().map(|row| row.residual)),
        net_loss: Money::sum(rows.filter_map(net)),
        heat,
        by_category,
    }
}
