//! Scenarios: what a drill is, and how far one is.

use serde::{Deserialize, Serialize};

use crate::{
    alert::{AlertId, Severity},
    book::Book,
    topic::Topic,
    unit::Timestamp,
};

/// The five drills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ScenarioName"))]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// Five departments run out of money.
    BudgetCrisis,
    /// Three projects miss their dates and their budgets.
    ProjectDeadlines,
    /// A supervisor announces an audit.
    ComplianceAudit,
    /// Markets fall, and fraud follows.
    MarketVolatility,
    /// As many events as asked for, as fast as asked for.
    Burst,
}

impl Name {
    /// Every scenario, in the order of the page.
    pub const ALL: [Name; 5] = [
        Name::BudgetCrisis,
        Name::ProjectDeadlines,
        Name::ComplianceAudit,
        Name::MarketVolatility,
        Name::Burst,
    ];

    /// The name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Name::BudgetCrisis => "budget-crisis",
            Name::ProjectDeadlines => "project-deadlines",
            Name::ComplianceAudit => "compliance-audit",
            Name::MarketVolatility => "market-volatility",
            Name::Burst => "burst",
        }
    }

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Name::BudgetCrisis => "Budget crisis",
            Name::ProjectDeadlines => "Project deadlines",
            Name::ComplianceAudit => "Compliance audit",
            Name::MarketVolatility => "Market volatility",
            Name::Burst => "Burst",
        }
    }

    /// What it must raise, in a line.
    pub fn promise(self) -> &'static str {
        match self {
            Name::BudgetCrisis => "5 critical budget alerts, emergency escalation",
            Name::ProjectDeadlines => "3 high-risk projects, deadline and budget overrun",
            Name::ComplianceAudit => "4 regulatory alerts, audit deadline ladder",
            Name::MarketVolatility => "6 risk events and a wave of scored transactions",
            Name::Burst => "N events at R per second, 100 to 100,000",
        }
    }

    /// The scenario that has this name in URLs.
    pub fn named(name: &str) -> Option<Name> {
        Name::ALL.into_iter().find(|scenario| scenario.name() == name)
    }
}

/// State of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Events are made.
    Running,
    /// Held by somebody.
    Paused,
    /// Came to its end.
    Finished,
    /// Ended by somebody.
    Stopped,
    /// Ended by the end of the program.
    Interrupted,
}

impl RunState {
    /// Whether it may still make events.
    pub fn is_live(self) -> bool {
        matches!(self, RunState::Running | RunState::Paused)
    }
}

/// An incident that a drill must raise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expected {
    /// Topic of the alert.
    pub topic: Topic,
    /// The entity.
    pub entity: String,
    /// Display name of the entity.
    pub name: String,
    /// Least severity that counts.
    pub severity: Severity,
    /// Milliseconds of drill time at which its cause is made.
    pub at_ms: i64,
}

/// An incident that a drill has raised: the first alert of an entity at its expected severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Raised {
    /// The alert that counts.
    pub alert: AlertId,
    /// Topic of the alert.
    pub topic: Topic,
    /// The entity.
    pub entity: String,
    /// What the alert says.
    pub title: String,
    /// Worst severity of the entity so far.
    pub severity: Severity,
    /// Milliseconds of drill time at which it was raised.
    pub at_ms: i64,
    /// Whether it was expected.
    pub expected: bool,
}

/// How a burst goes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Burst {
    /// Events asked for.
    pub count: u64,
    /// Events a second asked for.
    pub rate: u32,
    /// Events stored so far.
    pub done: u64,
    /// Events a second reached since the start.
    pub achieved: f64,
    /// 99th percentile, in milliseconds, from the moment an event was meant to be sent until it
    /// was stored and shown.
    pub p99_ms: f64,
}

/// A run of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// Identity; also names the book `drill:<id>`.
    pub id: String,
    /// The scenario.
    pub name: Name,
    /// Seed of its world.
    pub seed: u64,
    /// Drill seconds that pass in one second.
    pub speed: f64,
    /// Where it stands.
    pub state: RunState,
    /// Share that is done.
    pub progress: f64,
    /// When it was started, by the wall clock.
    pub started: Timestamp,
    /// Milliseconds of drill time that have passed.
    pub elapsed_ms: i64,
    /// Milliseconds of drill time that it takes.
    pub length_ms: i64,
    /// Events made so far.
    pub events: u64,
    /// Incidents that it must raise.
    pub expected: Vec<Expected>,
    /// Incidents that it has raised.
    pub raised: Vec<Raised>,
    /// Transactions scored 80 or more so far.
    pub scored_transactions: u32,
    /// How it goes, for a burst.
    pub burst: Option<Burst>,
}

impl Run {
    /// The book that it fills.
    pub fn book(&self) -> Book {
        Book::Drill(self.id.clone())
    }
}
