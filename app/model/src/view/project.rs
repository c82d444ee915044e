//! Projects: rows of earned value, and the portfolio.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Origin, Project, project::ProjectStatus},
    unit::Money,
};

/// A project, with the derived figures of PMI's earned value management.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProjectRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub project: Project,
    /// Cost variance: EV - AC.
    pub cv: Money,
    /// Schedule variance: EV - PV.
    pub sv: Money,
    /// Cost performance index: EV / AC; undefined before anything was spent.
    pub cpi: Option<f64>,
    /// Schedule performance index: EV / PV; undefined before anything was due.
    pub spi: Option<f64>,
    /// Estimate at completion: BAC / CPI, from the exact quotient BAC x AC / EV.
    pub eac: Option<Money>,
    /// Estimate to complete: EAC - AC.
    pub etc: Option<Money>,
    /// Variance at completion: BAC - EAC.
    pub vac: Option<Money>,
    /// To-complete performance index: (BAC - EV) / (BAC - AC); undefined once AC reaches BAC.
    pub tcpi: Option<f64>,
    /// Forecast finish - baseline finish, in days; negative is early.
    pub slip_days: f64,
    /// Reported green while CPI is below 0.9.
    pub watermelon: bool,
    /// Risk score, 0 to 100: the sum of its parts.
    pub risk: RiskParts,
}

impl Row {
    /// Under way, with CPI or SPI below 0.90.
    pub fn at_risk(&self) -> bool {
        let below = |index: Option<f64>| index.is_some_and(|index| index < 0.90);
        self.project.status == ProjectStatus::Active && (below(self.cpi) || below(self.spi))
    }
}

/// Parts of a project's risk score, each with its own upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RiskParts {
    /// 0 to 30: CPI from 1.0 down to 0.7.
    pub cost: u8,
    /// 0 to 30: SPI from 1.0 down to 0.7.
    pub schedule: u8,
    /// 0 to 20: days of slip, full at 40.
    pub deadline: u8,
    /// 0 to 20: a fifth of the project office's own score.
    pub reported: u8,
}

impl RiskParts {
    /// The score, 0 to 100.
    pub fn total(self) -> u8 {
        self.cost
            .saturating_add(self.schedule)
            .saturating_add(self.deadline)
            .saturating_add(self.reported)
    }
}

/// The portfolio: sums over the projects that are under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Projects known.
    pub projects: usize,
    /// Projects under way.
    pub active: usize,
    /// Projects under way with CPI or SPI below 0.90.
    pub at_risk: usize,
    /// Sum of budgets at completion.
    pub bac: Option<Money>,
    /// Sum of EV / sum of AC.
    pub cpi: Option<f64>,
    /// Sum of EV / sum of PV.
    pub spi: Option<f64>,
    /// Sum of estimates at completion.
    pub eac: Option<Money>,
    /// Projects that report green and are not.
    pub watermelons: usize,
}

/// Adds the projects that are under way up. Sums across currencies are undefined.
pub fn summary<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Summary {
    let active = rows.clone().filter(|row| row.project.status == ProjectStatus::Active);
    let sum = |amount: fn(&Row) -> Money| Money::sum(active.clone().map(amount));
    let [ev, ac, pv] =
        [sum(|row| row.project.ev), sum(|row| row.project.ac), sum(|row| row.project.pv)];
    Summary {
        projects: rows.clone().count(),
        active: active.clone().count(),
        at_risk: active.clone().filter(|row| row.at_risk()).count(),
        bac: sum(|row| row.project.bac),
        cpi: ev.zip(ac).and_then(|(ev, ac)| ev.share_of(ac)),
        spi: ev.zip(pv).and_then(|(ev, pv)| ev.share_of(pv)),
        eac: Money::sum(active.clone().map(|row| row.eac.unwrap_or(row.project.bac))),
        watermelons: active.clone().filter(|row| row.watermelon).count(),
    }
}
