//! Projects: earned value, as PMI's Standard for Earned Value Management names it.

use serde::{Deserialize, Serialize};

use super::{Invalid, budget::DepartmentId};
use crate::{
    person::PersonId,
    unit::{Money, Ratio, Timestamp, id},
};

id! {
    /// A project, for instance `instant-payments`.
    ProjectId
}

/// Stage of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProjectStatus {
    /// Approved, not begun.
    Planned,
    /// Under way.
    Active,
    /// Paused.
    OnHold,
    /// Delivered.
    Completed,
    /// Given up.
    Cancelled,
}

/// What the project reports about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rag {
    /// On course.
    Green,
    /// In doubt.
    Amber,
    /// Off course.
    Red,
}

/// A milestone of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Milestone {
    /// Name.
    pub name: String,
    /// When it was planned.
    pub baseline: Timestamp,
    /// When it is expected now, or was reached.
    pub forecast: Timestamp,
    /// Whether it was reached.
    pub done: bool,
}

/// State of one project at its data date. All amounts have one currency and none is negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// The project; the key.
    pub project: ProjectId,
    /// Display name.
    pub name: String,
    /// Portfolio that it belongs to.
    pub portfolio: String,
    /// Who answers for it.
    pub sponsor: PersonId,
    /// Department whose budget pays for it.
    pub department: DepartmentId,
    /// Stage.
    pub status: ProjectStatus,
    /// Budget at completion.
    pub bac: Money,
    /// Planned value: budgeted cost of the work that was scheduled by now.
    pub pv: Money,
    /// Earned value: budgeted cost of the work that was done by now.
    pub ev: Money,
    /// Actual cost of the work that was done by now.
    pub ac: Money,
    /// Share of the work that is done.
    pub percent_complete: Ratio,
    /// Finish as approved.
    pub baseline_finish: Timestamp,
    /// Finish as expected now.
    pub forecast_finish: Timestamp,
    /// Milestones, in time order.
    #[serde(default)]
    pub milestones: Vec<Milestone>,
    /// What the project says of itself.
    pub reported_rag: Rag,
    /// The project office's own risk score, 0 to 100.
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub risk_score: u8,
}

impl Project {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        Invalid::unless_amounts(&[
            ("bac", self.bac),
            ("pv", self.pv),
            ("ev", self.ev),
            ("ac", self.ac),
        ])?;
        Invalid::unless(self.bac.minor > 0, "bac", "must be above zero")?;
        Invalid::unless(self.pv.minor <= self.bac.minor, "pv", "must not exceed bac")?;
        Invalid::unless(self.ev.minor <= self.bac.minor, "ev", "must not exceed bac")?;
        Invalid::unless(self.risk_score <= 100, "risk_score", "lies between 0 and 100")
    }
}
