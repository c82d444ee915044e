//! Events out of payloads: identity and envelope.

use model::{Envelope, Event, EventId, Payload, Provenance, Timestamp, Topic};
use uuid::Builder;

use super::dice::Dice;

/// Gives payloads their envelopes.
#[derive(Debug)]
pub struct Mint {
    dice: Dice,
    provenance: Provenance,
    scenario: Option<String>,
}

impl Mint {
    /// A mint of a seed. The run enters the identities, so that two runs of one seed make
    /// different events of the same content.
    pub fn new(seed: u64, provenance: Provenance, run: Option<&str>) -> Self {
        let dice = Dice::new(seed, &format!("event {}", run.unwrap_or_default()));
        Self { dice, provenance, scenario: run.map(str::to_owned) }
    }

    /// The event of a payload. Its identity is a UUIDv7 (RFC 9562, section 5.7) of the event's
    /// time and drawn bits.
    pub fn event(&mut self, time: Timestamp, data: Payload, correlation: Option<&str>) -> Event {
        let millis = time.millis().max(0).unsigned_abs();
        let id = Builder::from_unix_timestamp_millis(millis, &self.dice.bytes()).into_uuid();
        let topic = data.topic();
        let envelope = Envelope {
            id: EventId::new(id.to_string()).expect("a UUID is an identity"),
            source: source(topic).to_owned(),
            kind: format!("streamboard.{}.v1", topic.name()),
            subject: data.entity().to_owned(),
            time,
            dataschema: None,
            tenant: None,
            provenance: self.provenance,
            correlation: correlation.map(str::to_owned),
            scenario: self.scenario.clone(),
            sequence: None,
        };
        Event { envelope, data }
    }
}

/// The system of the bank that reports on a topic.
fn source(topic: Topic) -> &'static str {
    match topic {
        Topic::Budget => "/erp/ledger",
        Topic::Projects => "/pmo/portfolio",
        Topic::Compliance => "/grc/register",
        Topic::Transactions => "/core/movements",
        Topic::Risk => "/risk/register",
        Topic::System => "/telemetry/services",
        Topic::Etl => "/scheduler/jobs",
    }
}
