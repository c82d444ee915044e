//! Budget: rows by department, and the whole bank.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Budget, Origin},
    unit::{Money, Timestamp},
};

/// A department's budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BudgetRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub budget: Budget,
    /// Actual to date / approved; undefined while nothing is approved.
    pub utilization: Option<f64>,
    /// (Actual + committed) / approved.
    pub committed_utilization: Option<f64>,
    /// Approved - actual - committed; negative when overspent.
    pub available: Money,
    /// Actual - planned to date; positive is over plan.
    pub variance: Money,
    /// Share of the period that had passed at the event's time.
    pub elapsed: f64,
    /// Utilization / elapsed; undefined before 10 % of the period.
    pub pace: Option<f64>,
    /// Burn a day: actual of the trailing window / its length, else since the period's start.
    pub burn_per_day: Option<Money>,
    /// When available runs out at this burn, if that is before the period's end.
    pub exhausted_at: Option<Timestamp>,
    /// Forecast at completion: actual + forecast remaining.
    pub forecast: Money,
    /// (Forecast - approved) / approved.
    pub forecast_overrun: Option<f64>,
}

/// The bank's budget: sums over departments of one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Sum of the approved budgets.
    pub approved: Money,
    /// Sum of what was planned.
    pub planned: Money,
    /// Sum of what was spent.
    pub actual: Money,
    /// Sum of what was committed.
    pub committed: Money,
    /// Approved - actual - committed.
    pub available: Money,
    /// Sum of the forecasts at completion.
    pub forecast: Money,
    /// Actual / approved.
    pub utilization: Option<f64>,
    /// (Actual + committed) / approved.
    pub committed_utilization: Option<f64>,
    /// Utilization / elapsed share of the period, of the department that reported last.
    pub pace: Option<f64>,
    /// Sum of burns a day, of the departments that have one.
    pub burn_per_day: Option<Money>,
    /// The newest report.
    pub newest: Row,
}

/// Adds the departments up; `None` without departments, across currencies, across fiscal
/// periods, or beyond 64 bits: such a total would be wrong.
pub fn summary<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Option<Summary> {
    let sum = |amount: fn(&Row) -> Money| Money::sum(rows.clone().map(amount));
    let newest = rows.clone().max_by_key(|row| row.origin.time)?;
    let period = newest.budget.fiscal_period;
    if rows.clone().any(|row| row.budget.fiscal_period != period) {
        return None;
    }
    let approved = sum(|row| row.budget.approved)?;
    let actual = sum(|row| row.budget.actual_to_date)?;
    let committed = sum(|row| row.budget.committed)?;
    let spoken_for = actual.checked_add(committed)?;
    let utilization = actual.share_of(approved);
    Some(Summary {
        approved,
        planned: sum(|row| row.budget.planned_to_date)?,
        actual,
        committed,
        available: approved.checked_sub(spoken_for)?,
        forecast: sum(|row| row.forecast)?,
        utilization,
        committed_utilization: spoken_for.share_of(approved),
        pace: pace(utilization, newest.elapsed),
        burn_per_day: Money::sum(rows.clone().filter_map(|row| row.burn_per_day)),
        newest: newest.clone(),
    })
}

/// Utilization over the share of the period that has passed; undefined before a tenth of it,
/// where a single invoice would look like a crisis.
pub fn pace(utilization: Option<f64>, elapsed: f64) -> Option<f64> {
    utilization.filter(|_| elapsed >= 0.1).map(|utilization| utilization / elapsed)
}
