//! The seven topics, in the order in which every page shows them: one table, no second list.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One of the seven event streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// Budgets of departments, keyed by department.
    Budget,
    /// Earned value of projects, keyed by project.
    Projects,
    /// Obligations, control tests, findings, incidents, keyed by item.
    Compliance,
    /// Money movements of accounts, keyed by account.
    Transactions,
    /// Risk events, keyed by risk event.
    Risk,
    /// Service metrics, keyed by service.
    System,
    /// Runs of data jobs, keyed by job.
    Etl,
}

/// What is fixed about a topic.
struct Facts {
    topic: Topic,
    name: &'static str,
    title: &'static str,
    path: &'static str,
    abbreviation: &'static str,
    entity: &'static str,
    interval_seconds: u32,
}

const TABLE: [Facts; 7] = [
    facts(Topic::Budget, "budget", "Budget", "/budget", "BUD", "department", 10),
    facts(Topic::Projects, "projects", "Projects", "/projects", "PRJ", "project", 20),
    facts(Topic::Compliance, "compliance", "Compliance", "/compliance", "CMP", "item", 45),
    facts(
        Topic::Transactions,
        "transactions",
        "Transactions",
        "/transactions",
        "TXN",
        "account",
        5,
    ),
    facts(Topic::Risk, "risk", "Risk", "/risk", "RSK", "risk event", 30),
    facts(Topic::System, "system", "Systems", "/systems", "SYS", "service", 2),
    facts(Topic::Etl, "etl", "Pipelines", "/pipelines", "ETL", "job", 30),
];

const fn facts(
    topic: Topic,
    name: &'static str,
    title: &'static str,
    path: &'static str,
    abbreviation: &'static str,
    entity: &'static str,
    interval_seconds: u32,
) -> Facts {
    Facts { topic, name, title, path, abbreviation, entity, interval_seconds }
}

impl Topic {
    /// Every topic, in the order of the pages.
    pub const ALL: [Topic; 7] = [
        Topic::Budget,
        Topic::Projects,
        Topic::Compliance,
        Topic::Transactions,
        Topic::Risk,
        Topic::System,
        Topic::Etl,
    ];

    /// Position in [`Topic::ALL`], for arrays with one slot a topic.
    pub const fn index(self) -> usize {
        self as usize
    }

    fn facts(self) -> &'static Facts {
        &TABLE[self.index()]
    }

    /// The name in URLs, JSON and, behind a prefix, in Kafka: `budget`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name on the screen: `Budget`, `Systems`, `Pipelines`.
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// Path of the topic's page.
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// Three letters for tight places: `BUD`.
    pub fn abbreviation(self) -> &'static str {
        self.facts().abbreviation
    }

    /// What the key of the topic names: `department`.
    pub fn entity(self) -> &'static str {
        self.facts().entity
    }

    /// Default seconds between two events in simulation.
    pub fn interval_seconds(self) -> u32 {
        self.facts().interval_seconds
    }

    /// The topic whose page has this path.
    pub fn from_path(path: &str) -> Option<Topic> {
        TABLE.iter().find(|facts| facts.path == path).map(|facts| facts.topic)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No topic has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no topic is named {0:?}; topics are budget, projects, compliance, transactions, risk, system, etl"
)]
pub struct UnknownTopic(pub String);

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(name: &str) -> Result<Self, UnknownTopic> {
        TABLE
            .iter()
            .find(|facts| facts.name == name)
            .map(|facts| facts.topic)
            .ok_or_else(|| UnknownTopic(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_stands_in_the_order_of_the_variants() {
        for (index, topic) in Topic::ALL.into_iter().enumerate() {
            assert_eq!(topic.index(), index);
            assert_eq!(topic.facts().topic, topic);
            assert_eq!(topic.name().parse(), Ok(topic));
            assert_eq!(Topic::from_path(topic.path()), Some(topic));
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.name());
        }
    }

    #[test]
    fn unknown_name_is_refused_by_name() {
        assert_eq!("Budget".parse::<Topic>(), Err(UnknownTopic("Budget".into())));
    }
}
