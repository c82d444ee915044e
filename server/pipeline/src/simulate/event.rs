//! Wraps what a slot reports into an event of the simulated book.

use model::{Envelope, Event, EventId, Payload, Provenance, Timestamp, Topic};
use uuid::Builder;

use super::chance::draw;

/// The bank of the simulation.
const TENANT: &str = "banco-austral";

/// The event of a slot. Its id depends on seed, topic and slot alone.
pub fn event(
    seed: u64,
    slot: u64,
    time: Timestamp,
    data: Payload,
    correlation: Option<String>,
) -> Event {
    let topic = data.topic();
    Event {
        envelope: Envelope {
            id: identity(seed, topic, slot, time),
            source: source(topic).to_owned(),
            kind: format!("streamboard.{topic}.v1"),
            subject: data.entity().to_owned(),
            time,
            dataschema: Some(format!("/api/v1/schemas/{topic}")),
            tenant: Some(TENANT.to_owned()),
            provenance: Provenance::Simulated,
            correlation,
            scenario: None,
            sequence: Some(slot),
        },
        data,
    }
}

fn identity(seed: u64, topic: Topic, slot: u64, time: Timestamp) -> EventId {
    let name = 900 + topic.index() as u64;
    let mut bits = [0; 10];
    for (index, byte) in bits.iter_mut().enumerate() {
        *byte = byte_of(draw(seed, (name * 16 + index as u64, slot)));
    }
    let millis = time.millis().max(0).unsigned_abs();
    let id = Builder::from_unix_timestamp_millis(millis, &bits).into_uuid();
    EventId::new(id.to_string()).expect("the text of a UUID is an identifier")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a draw is below 1")]
fn byte_of(draw: f64) -> u8 {
    (draw * 256.0) as u8
}

/// The system that reports a topic.
fn source(topic: Topic) -> &'static str {
    match topic {
        Topic::Budget => "/erp/ledger/corporate",
        Topic::Projects => "/pmo/portfolio",
        Topic::Compliance => "/grc/register",
        Topic::Transactions => "/core/payments",
        Topic::Risk => "/risk/register",
        Topic::System => "/observability/services",
        Topic::Etl => "/data/scheduler",
    }
}
