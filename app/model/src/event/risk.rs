//! Risk events: what may happen or happened, what it costs, who deals with it.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::{
    person::PersonId,
    unit::{Money, Ratio, Timestamp, id},
};

id! {
    /// A risk event, for instance `RSK-2041`.
    RiskEventId
}

/// Category of the bank's risk taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RiskCategory {
    /// A counterparty does not pay.
    Credit,
    /// Prices move.
    Market,
    /// Cash is not there when due.
    Liquidity,
    /// Processes, people or systems fail.
    Operational,
    /// Rules are broken.
    Compliance,
    /// An attack.
    Cyber,
    /// Trust is lost.
    Reputational,
}

impl RiskCategory {
    /// Every category.
    pub const ALL: [RiskCategory; 7] = [
        RiskCategory::Credit,
        RiskCategory::Market,
        RiskCategory::Liquidity,
        RiskCategory::Operational,
        RiskCategory::Compliance,
        RiskCategory::Cyber,
        RiskCategory::Reputational,
    ];

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            RiskCategory::Credit => "Credit",
            RiskCategory::Market => "Market",
            RiskCategory::Liquidity => "Liquidity",
            RiskCategory::Operational => "Operational",
            RiskCategory::Compliance => "Compliance",
            RiskCategory::Cyber => "Cyber",
            RiskCategory::Reputational => "Reputational",
        }
    }
}

/// How far the mitigation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MitigationStatus {
    /// Nothing is planned.
    None,
    /// Planned.
    Planned,
    /// Under way.
    InProgress,
    /// Done; the risk event is closed.
    Completed,
    /// The risk is taken as it is; the event is closed.
    Accepted,
}

impl MitigationStatus {
    /// Whether work is left.
    pub fn is_open(self) -> bool {
        !matches!(self, MitigationStatus::Completed | MitigationStatus::Accepted)
    }
}

/// Basel parameters of a credit exposure: expected loss is their product.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditExposure {
    /// Probability of default within a year.
    pub pd: Ratio,
    /// Loss given default.
    pub lgd: Ratio,
    /// Exposure at default.
    pub ead: Money,
}

/// State of one risk event. All amounts have one currency and none is negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Risk {
    /// The risk event; the key.
    pub event: RiskEventId,
    /// What it is about.
    pub title: String,
    /// Category.
    pub category: RiskCategory,
    /// Business line that bears it.
    pub business_line: String,
    /// Probability that it happens, or happens again, within a year.
    pub probability: Ratio,
    /// What it costs when it happens, before controls.
    pub impact: Money,
    /// Loss booked so far.
    pub gross_loss: Money,
    /// Loss won back so far; never more than the loss.
    pub recovery: Money,
    /// Who deals with it, once named.
    pub officer: Option<PersonId>,
    /// How far the mitigation is.
    pub mitigation_status: MitigationStatus,
    /// When the mitigation must be done.
    pub mitigation_due: Option<Timestamp>,
    /// Share of the inherent risk that the controls remove.
    pub control_effectiveness: Ratio,
    /// Parameters of a credit risk.
    pub credit: Option<CreditExposure>,
}

impl Risk {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        let exposure = self.credit.map_or(Money::zero(self.impact.currency), |credit| credit.ead);
        Invalid::unless_amounts(&[
            ("impact", self.impact),
            ("gross_loss", self.gross_loss),
            ("recovery", self.recovery),
            ("credit.ead", exposure),
        ])?;
        Invalid::unless(
            self.recovery.minor <= self.gross_loss.minor,
            "recovery",
            "must not exceed gross_loss",
        )?;
        Invalid::unless(
            self.credit.is_none() || self.category == RiskCategory::Credit,
            "credit",
            "belongs to credit risk only",
        )
    }
}
