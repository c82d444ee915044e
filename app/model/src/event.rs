//! Events: the CloudEvents envelope, the seven payloads, and where an event came from.

pub mod budget;
pub mod compliance;
pub mod etl;
pub mod project;
pub mod risk;
pub mod system;
pub mod transaction;

use serde::{Deserialize, Serialize};

pub use self::{
    budget::Budget, compliance::Compliance, etl::Etl, project::Project, risk::Risk, system::System,
    transaction::Transaction,
};
use crate::{
    book::{Book, Provenance},
    topic::Topic,
    unit::{Money, Timestamp, id},
};

id! {
    /// Identity of an event within its source; UUIDv7 where Streamboard makes it.
    EventId
}

/// CloudEvents 1.0 context attributes, and the extensions that Streamboard reads.
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Envelope {
    /// Unique together with `source`.
    pub id: EventId,
    /// The system that reports: a URI reference such as `/erp/ledger/corporate`.
    pub source: String,
    /// Kind of event: `streamboard.budget.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The entity that it is about; also the key in Kafka.
    pub subject: String,
    /// When it happened (event time).
    pub time: Timestamp,
    /// Where the payload's schema is published.
    pub dataschema: Option<String>,
    /// Extension: the bank or unit that it belongs to.
    pub tenant: Option<String>,
    /// Extension: how it came to be; real where the producer says nothing.
    #[serde(default)]
    pub provenance: Provenance,
    /// Extension: joins events of one cause.
    pub correlation: Option<String>,
    /// Extension: the run of a scenario that made it, which names its book.
    pub scenario: Option<String>,
    /// Extension: the producer's own running number.
    pub sequence: Option<u64>,
}

impl Envelope {
    /// The book in which the event is kept. A drill without a run and a replay without an id have
    /// none: they were not made here.
    pub fn book(&self) -> Option<Book> {
        match (self.provenance, &self.scenario) {
            (Provenance::Real, _) => Some(Book::Real),
            (Provenance::Simulated, _) => Some(Book::Simulated),
            (Provenance::Drill, Some(run)) => format!("drill:{run}").parse().ok(),
            (Provenance::Replayed, Some(id)) => format!("replay:{id}").parse().ok(),
            (Provenance::Drill | Provenance::Replayed, None) => None,
        }
    }
}

/// What happened: one payload, of one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[expect(missing_docs, reason = "each variant is documented at its type")]
pub enum Payload {
    Budget(Budget),
    Project(Project),
    Compliance(Compliance),
    Transaction(Transaction),
    Risk(Risk),
    System(System),
    Etl(Etl),
}

impl Payload {
    /// The topic that carries this payload.
    pub fn topic(&self) -> Topic {
        match self {
            Payload::Budget(_) => Topic::Budget,
            Payload::Project(_) => Topic::Projects,
            Payload::Compliance(_) => Topic::Compliance,
            Payload::Transaction(_) => Topic::Transactions,
            Payload::Risk(_) => Topic::Risk,
            Payload::System(_) => Topic::System,
            Payload::Etl(_) => Topic::Etl,
        }
    }

    /// Reads a payload of a topic from its JSON. Does not [`validate`](Payload::validate) it.
    ///
    /// # Errors
    /// When the bytes are not JSON of this topic's shape.
    pub fn from_json(topic: Topic, json: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(match topic {
            Topic::Budget => Payload::Budget(serde_json::from_slice(json)?),
            Topic::Projects => Payload::Project(serde_json::from_slice(json)?),
            Topic::Compliance => Payload::Compliance(serde_json::from_slice(json)?),
            Topic::Transactions => Payload::Transaction(serde_json::from_slice(json)?),
            Topic::Risk => Payload::Risk(serde_json::from_slice(json)?),
            Topic::System => Payload::System(serde_json::from_slice(json)?),
            Topic::Etl => Payload::Etl(serde_json::from_slice(json)?),
        })
    }

    /// The key: the entity that the event is about.
    pub fn entity(&self) -> &str {
        match self {
            Payload::Budget(budget) => budget.department.as_str(),
            Payload::Project(project) => project.project.as_str(),
            Payload::Compliance(item) => item.item.as_str(),
            Payload::Transaction(transaction) => transaction.account.as_str(),
            Payload::Risk(risk) => risk.event.as_str(),
            Payload::System(system) => system.service.as_str(),
            Payload::Etl(etl) => etl.job.name.as_str(),
        }
    }

    /// Holds the payload against the rules that its shape cannot say: signs, one currency
    /// throughout, order of times.
    ///
    /// # Errors
    /// The first field at fault, and what is wrong with it.
    pub fn validate(&self) -> Result<(), Invalid> {
        match self {
            Payload::Budget(budget) => budget.validate(),
            Payload::Project(project) => project.validate(),
            Payload::Compliance(item) => item.validate(),
            Payload::Transaction(transaction) => transaction.validate(),
            Payload::Risk(risk) => risk.validate(),
            Payload::System(system) => system.validate(),
            Payload::Etl(etl) => etl.validate(),
        }
    }
}

/// A payload that has the right shape and says something impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    /// The field, by its name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Invalid {
    /// `Ok` when `holds`, else this fault.
    pub(crate) fn unless(
        holds: bool,
        field: &'static str,
        reason: &'static str,
    ) -> Result<(), Invalid> {
        if holds { Ok(()) } else { Err(Invalid { field, reason }) }
    }

    /// Holds amounts against a lower bound of zero, the bound of [`Money::LIMIT`], and the
    /// currency of the first of them.
    pub(crate) fn unless_amounts(amounts: &[(&'static str, Money)]) -> Result<(), Invalid> {
        for &(field, amount) in amounts {
            Self::unless(amount.minor >= 0, field, "must not be negative")?;
            Self::unless(amount.minor <= Money::LIMIT, field, "must not exceed 10^17 minor units")?;
            let currency = amounts.first().map(|(_, first)| first.currency);
            Self::unless(
                currency == Some(amount.currency),
                field,
                "must have the currency of the other amounts of this event",
            )?;
        }
        Ok(())
    }
}

/// An event: envelope and payload.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Who reports, when, about what.
    #[serde(flatten)]
    pub envelope: Envelope,
    /// What is reported.
    pub data: Payload,
}

/// Place of a message in a Kafka topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// Partition, from 0.
    pub partition: i32,
    /// Offset within the partition.
    pub offset: i64,
}

/// The event behind a figure: enough to name it and to open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Origin {
    /// Identity of the event.
    pub event: EventId,
    /// When it happened.
    pub time: Timestamp,
    /// Its place in the log of its book; grows with each entry.
    pub sequence: u64,
    /// Its place in Kafka, where it came from there.
    pub position: Option<Position>,
}

/// A stored event, as the API hands it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recorded {
    /// Who reports, when, about what.
    pub envelope: Envelope,
    /// Topic.
    pub topic: Topic,
    /// The book that keeps it.
    pub book: Book,
    /// Its place in the log of that book.
    pub log_sequence: u64,
    /// When it reached Streamboard.
    pub received: Timestamp,
    /// Its place in Kafka, where it came from there.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The payload, exactly as it arrived.
    pub data: serde_json::Value,
}
