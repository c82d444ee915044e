//! Budget: what a department may spend, has spent, and has promised to spend.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::{
    person::PersonId,
    unit::{FiscalPeriod, Money, id},
};

id! {
    /// A department, for instance `retail-banking`.
    DepartmentId
}

id! {
    /// A cost centre of the general ledger, for instance `RB-4410`.
    CostCentreId
}

/// State of one department's budget in one fiscal period. All amounts have one currency and
/// none is negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    /// The department; the key.
    pub department: DepartmentId,
    /// Its display name, where the producer knows one.
    pub name: Option<String>,
    /// Cost centre that last moved.
    pub cost_centre: CostCentreId,
    /// Senior vice president who owns the budget.
    pub svp: PersonId,
    /// Period that the amounts belong to.
    pub fiscal_period: FiscalPeriod,
    /// What may be spent in the period.
    pub approved: Money,
    /// What was planned to be spent by now.
    pub planned_to_date: Money,
    /// What was spent by now.
    pub actual_to_date: Money,
    /// Purchase orders and contracts signed and not yet invoiced.
    pub committed: Money,
    /// What the owner expects to spend from now to the period's end.
    pub forecast_remaining: Money,
}

impl Budget {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        Invalid::unless_amounts(&[
            ("approved", self.approved),
            ("planned_to_date", self.planned_to_date),
            ("actual_to_date", self.actual_to_date),
            ("committed", self.committed),
            ("forecast_remaining", self.forecast_remaining),
        ])
    }
}
