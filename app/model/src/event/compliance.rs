//! Compliance: obligations, control tests, findings, incidents and regulatory change.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::{
    person::PersonId,
    unit::{Country, Money, Timestamp, id},
};

id! {
    /// A compliance item, for instance `BCRA-A-7724`.
    ItemId
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Something that must be done by a date, such as a report.
    Obligation,
    /// A test whether a control works.
    ControlTest,
    /// A weakness that an audit or a supervisor found.
    Finding,
    /// A breach that happened.
    Incident,
    /// A rule that changes.
    RegulatoryChange,
}

/// Weight of an item or a risk, low to critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// Threatens the licence.
    Critical,
}

/// Where an item is in its cycle: open, in progress, under review, then one of the last three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Nobody works on it yet.
    Open,
    /// Somebody works on it.
    InProgress,
    /// Done and being checked.
    UnderReview,
    /// A control test that the control passed.
    Passed,
    /// A control test that the control failed.
    Failed,
    /// Done.
    Closed,
}

impl ItemStatus {
    /// Whether work is left.
    pub fn is_open(self) -> bool {
        matches!(self, ItemStatus::Open | ItemStatus::InProgress | ItemStatus::UnderReview)
    }
}

/// What an item means for the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImpactAssessment {
    /// Weight.
    pub rating: Rating,
    /// In a sentence.
    pub summary: String,
    /// Largest penalty or loss that is at stake.
    pub exposure: Option<Money>,
}

/// State of one compliance item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compliance {
    /// The item; the key.
    pub item: ItemId,
    /// What it is about.
    pub title: String,
    /// What it is.
    pub kind: ItemKind,
    /// Authority that asks for it, for instance `BCRA`.
    pub regulator: String,
    /// Country whose law applies.
    pub jurisdiction: Country,
    /// The rule, for instance `Comunicación A 7724`.
    pub regulation: String,
    /// Weight.
    pub severity: Rating,
    /// Where it is in its cycle.
    pub status: ItemStatus,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it must be done.
    pub due: Timestamp,
    /// Who does it.
    pub owner: PersonId,
    /// What it means for the bank, once assessed.
    pub impact: Option<ImpactAssessment>,
    /// The earlier item that this one repeats.
    pub repeat_of: Option<ItemId>,
}

impl Compliance {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        Invalid::unless(self.due >= self.opened, "due", "must not lie before opened")?;
        let tested = matches!(self.status, ItemStatus::Passed | ItemStatus::Failed);
        Invalid::unless(
            !tested || self.kind == ItemKind::ControlTest,
            "status",
            "only a control test is passed or failed",
        )?;
        match self.impact.as_ref().and_then(|impact| impact.exposure) {
            Some(exposure) => Invalid::unless_amounts(&[("impact.exposure", exposure)]),
            None => Ok(()),
        }
    }
}
