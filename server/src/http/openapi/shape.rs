//! Shapes of bodies for the contract, where the type that is sent says less than the contract
//! does or belongs to a crate that knows no schemas. A test holds them to those types.

use std::borrow::Cow;

use model::{
    EventId, Figure, Severity, Snapshot, Timestamp, Topic, event::Position, scenario, trend::Point,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// How many items a page may have.
#[derive(Debug)]
pub struct Limit;

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 })
    }
}

/// A page of a listing.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Where the next page begins; nothing after the last.
    pub next: Option<String>,
}

/// A problem (RFC 9457).
#[derive(Debug, JsonSchema)]
pub struct Problem {
    /// `about:blank`: the status says what kind it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The field or parameter at fault.
    #[schemars(default)]
    pub field: Option<String>,
    /// What is wrong with each event of a batch; nothing of it was stored.
    #[schemars(default)]
    pub errors: Vec<EventProblem>,
}

/// What is wrong with one event of a batch.
#[derive(Debug, JsonSchema)]
pub struct EventProblem {
    /// Place in the batch, from 0.
    pub index: usize,
    /// The field at fault.
    pub field: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

/// The state of a book.
#[derive(Debug, JsonSchema)]
pub struct SnapshotNow {
    /// Random at each start of the server; sequences of another epoch mean nothing.
    pub epoch: u64,
    /// The state, with its place in the book's log as `sequence`.
    #[serde(flatten)]
    pub snapshot: Snapshot,
}

/// A figure over time.
#[derive(Debug, JsonSchema)]
pub struct Series {
    /// The book.
    pub book: model::Book,
    /// The figure.
    pub figure: Figure,
    /// The entity; without one, the whole book.
    pub entity: Option<String>,
    /// Its values, oldest first.
    pub items: Vec<Point>,
    /// There is no further page.
    pub next: Option<String>,
}

/// What became of an ingest.
#[derive(Debug, JsonSchema)]
pub struct Accepted {
    /// The ids of the events, in order: all of them are stored.
    pub ids: Vec<EventId>,
    /// How many of them were stored before.
    pub known: usize,
}

/// What every command to an alert carries.
#[derive(Debug, JsonSchema)]
pub struct Act {
    /// Who, by name.
    #[schemars(length(min = 1, max = 500))]
    pub actor: String,
    /// What they say.
    #[schemars(length(max = 500))]
    pub comment: Option<String>,
}

/// A drill that can be run.
#[derive(Debug, JsonSchema)]
pub struct Scenario {
    /// The name in URLs.
    pub name: scenario::Name,
    /// The name on the screen.
    pub title: String,
    /// What it must raise.
    pub promise: String,
}

/// How a run is made.
#[derive(Debug, JsonSchema)]
pub struct StartRun {
    /// Seed; without one, a random one.
    pub seed: Option<u64>,
    /// Times as fast as the clock; without one, 1.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub speed: Option<f64>,
    /// Events of a burst.
    #[schemars(range(min = 1))]
    pub count: Option<u64>,
    /// Events a second of a burst.
    #[schemars(range(min = 100, max = 100_000))]
    pub rate: Option<u32>,
}

/// A message that was refused.
#[derive(Debug, JsonSchema)]
pub struct DeadLetter {
    /// Identity, growing.
    pub id: i64,
    /// Topic.
    pub topic: Topic,
    /// Place in Kafka, where it came from there.
    pub position: Option<Position>,
    /// Class of the fault, such as `not_json`.
    pub reason: String,
    /// The fault in a sentence.
    pub detail: String,
    /// When it arrived.
    pub received: Timestamp,
    /// The key, as text with replacement characters.
    pub key: Option<String>,
    /// The headers, as text with replacement characters.
    pub headers: Vec<(String, String)>,
    /// Size of the value in bytes.
    pub size: u64,
    /// The value's first bytes, in base64.
    pub bytes: String,
    /// Whether more bytes came than are kept.
    pub truncated: bool,
}

/// An alert rule in force.
#[derive(Debug, JsonSchema)]
pub struct Rule {
    /// Identity, such as `budget.utilization`.
    pub id: String,
    /// Version.
    pub version: u32,
    /// Topic whose figure it watches.
    pub topic: Topic,
    /// The figure.
    pub figure: Figure,
    /// Its thresholds, mildest first.
    pub level: Vec<Level>,
}

/// A threshold of a rule.
#[derive(Debug, JsonSchema)]
pub struct Level {
    /// Severity that it raises.
    pub severity: Severity,
    /// Where it fires.
    pub fire: f64,
    /// Where it recovers.
    pub recover: f64,
}

/// An event in CloudEvents' JSON format.
#[derive(Debug)]
pub struct CloudEvent;

impl JsonSchema for CloudEvent {
    fn schema_name() -> Cow<'static, str> {
        "CloudEvent".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let id = generator.subschema_for::<EventId>();
        let time = generator.subschema_for::<Timestamp>();
        let provenance = generator.subschema_for::<model::Provenance>();
        let data = generator.subschema_for::<model::event::Payload>();
        json_schema!({
            "type": "object",
            "description": "An event in the JSON format of CloudEvents 1.0. The same `source` and \
                            `id` twice is one event. Without `provenance` it is real.",
            "required": ["specversion", "id", "source", "type", "data"],
            "properties": {
                "specversion": { "const": "1.0" },
                "id": id,
                "source": { "type": "string", "minLength": 1, "format": "uri-reference" },
                "type": { "type": "string", "minLength": 1 },
                "subject": { "type": "string" },
                "time": time,
                "datacontenttype": { "const": "application/json" },
                "dataschema": { "type": "string" },
                "provenance": provenance,
                "correlation": { "type": "string" },
                "data": data
            }
        })
    }
}
