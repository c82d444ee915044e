//! Alerts: what a rule raised, how bad it is, where it stands, and why.

use serde::{Deserialize, Serialize};

use crate::{
    book::Book,
    event::Origin,
    figure::Figure,
    person::PersonId,
    topic::Topic,
    unit::{Timestamp, id},
};

id! {
    /// An alert; the same log always makes the same identities.
    AlertId
}

id! {
    /// A rule, for instance `budget.utilization`.
    RuleId
}

/// How bad it is. Comes from thresholds alone; escalation never changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Needs a look.
    Warning,
    /// Needs action.
    Critical,
    /// Needs action now, by somebody above the owner.
    Emergency,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 4] =
        [Severity::Info, Severity::Warning, Severity::Critical, Severity::Emergency];

    /// The name on the wire and, capitalised, on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
            Severity::Emergency => "emergency",
        }
    }

    /// Position in [`Severity::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// The condition holds and nobody has taken it.
    Firing,
    /// The condition holds and somebody has taken it.
    Acknowledged,
    /// The condition no longer holds.
    Resolved,
}

impl AlertState {
    /// Whether the condition still holds.
    pub fn is_open(self) -> bool {
        self != AlertState::Resolved
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            AlertState::Firing => "firing",
            AlertState::Acknowledged => "acknowledged",
            AlertState::Resolved => "resolved",
        }
    }
}

/// One thing that happened to an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// When, in the clock of the book.
    pub at: Timestamp,
    /// What.
    pub what: StepKind,
    /// Severity after it.
    pub severity: Severity,
    /// Who did it; nobody where a rule did.
    pub actor: Option<String>,
    /// The value at that moment, or what the actor wrote, in a sentence.
    pub note: Option<String>,
}

/// Kinds of steps in the life of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The rule fired.
    Fired,
    /// The severity rose; a new acknowledgement is needed.
    Raised,
    /// The severity fell.
    Lowered,
    /// Somebody took it, which stops the escalation.
    Acknowledged,
    /// Somebody gave it back, which starts the escalation again.
    Unacknowledged,
    /// The next level was reached.
    Escalated,
    /// The condition no longer holds.
    Resolved,
}

/// Who is told next, and when, unless somebody acknowledges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Escalation {
    /// Level reached: 1 the owner, 2 the owner's superior, 3 emergency.
    pub level: u8,
    /// Who answers for the alert at this level.
    pub to: Option<PersonId>,
    /// When the next level is reached; never, once the highest is or somebody acknowledged.
    pub next_at: Option<Timestamp>,
    /// Who answers for it at the next level.
    pub next_to: Option<PersonId>,
}

impl Escalation {
    /// Milliseconds without acknowledgement until the next level.
    pub const WAIT: i64 = 15 * Timestamp::MINUTE;
}

/// What one rule says about one entity, from firing to its resolution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alert {
    /// Identity.
    pub id: AlertId,
    /// The book whose figures raised it.
    pub book: Book,
    /// Topic of the rule.
    pub topic: Topic,
    /// The rule that raised it.
    pub rule: RuleId,
    /// Version of that rule.
    pub rule_version: u32,
    /// The entity that it is about: the key of its events.
    pub entity: String,
    /// Display name of the entity.
    pub entity_name: String,
    /// How bad it is now.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// In a few words: `Retail Banking over 90 %`.
    pub title: String,
    /// In a sentence, with the numbers.
    pub summary: String,
    /// The figure that the rule watches.
    pub figure: Figure,
    /// Its value when last evaluated.
    pub value: f64,
    /// The threshold of the severity that holds.
    pub threshold: f64,
    /// Where that severity recovers.
    pub recovers: f64,
    /// When it fired.
    pub fired_at: Timestamp,
    /// When it last changed severity or state.
    pub changed_at: Timestamp,
    /// Whose it is, by the entity's own events.
    pub owner: Option<PersonId>,
    /// Who acknowledged it.
    pub acknowledged_by: Option<String>,
    /// Escalation, for critical and worse.
    pub escalation: Option<Escalation>,
    /// The newest events behind it, newest first, at most ten.
    pub events: Vec<Origin>,
    /// What happened to it, newest first, at most fifty.
    pub history: Vec<Step>,
    /// Place in the book's log of the entry that last changed it.
    pub sequence: u64,
}

impl Alert {
    /// Whether somebody must act: critical or worse, firing, not acknowledged.
    pub fn needs_action(&self) -> bool {
        self.state == AlertState::Firing && self.severity >= Severity::Critical
    }

    /// Worst first: open before resolved, then by severity, not acknowledged first, newest first.
    pub fn by_urgency(a: &Alert, b: &Alert) -> std::cmp::Ordering {
        let key = |alert: &Alert| {
            (
                alert.state.is_open(),
                alert.severity,
                alert.state == AlertState::Firing,
                alert.changed_at,
                alert.sequence,
            )
        };
        key(b).cmp(&key(a)).then_with(|| a.id.cmp(&b.id))
    }

    /// The one that changed last first.
    pub fn by_change(a: &Alert, b: &Alert) -> std::cmp::Ordering {
        let key = |alert: &Alert| (alert.changed_at, alert.sequence);
        key(b).cmp(&key(a))
    }
}

/// What somebody does to an alert. A command is an entry of the book's log, like an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Command {
    /// The alert.
    pub alert: AlertId,
    /// What is done.
    pub action: Action,
    /// Who does it.
    pub actor: String,
    /// What they say.
    pub comment: Option<String>,
}

/// Kinds of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Take it: stops the escalation, not the visibility.
    Acknowledge,
    /// Give it back.
    Unacknowledge,
}
