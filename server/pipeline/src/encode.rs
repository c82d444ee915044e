//! Encoding for Kafka: an event becomes a message in CloudEvents' binary mode, keyed by its
//! entity. [`crate::decode`] reads it back as the same event.

use bytes::Bytes;
use model::{Event, Timestamp};

use crate::message::{Decoded, Message};

/// The event as a message that was made at `received`. It has no position yet, and its record time
/// is left to the client, so that lag and retention count from when it is produced.
pub fn encode(event: &Event, received: Timestamp) -> Message {
    let value =
        serde_json::to_vec(&event.data).expect("a payload has text keys and no failing map");
    message(event, value.into(), received)
}

/// An event that came by another way as a message, its payload as it arrived.
pub fn forward(decoded: &Decoded) -> Message {
    message(&decoded.event, decoded.raw.clone(), decoded.received)
}

fn message(event: &Event, value: Bytes, received: Timestamp) -> Message {
    Message {
        topic: event.data.topic(),
        position: None,
        key: Some(Bytes::copy_from_slice(event.data.entity().as_bytes())),
        headers: headers(event),
        value: Some(value),
        record_time: None,
        received,
    }
}

fn headers(event: &Event) -> Vec<(String, Bytes)> {
    let envelope = &event.envelope;
    let required = [
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", envelope.id.as_str().to_owned()),
        ("ce_source", envelope.source.clone()),
        ("ce_type", envelope.kind.clone()),
        ("ce_subject", envelope.subject.clone()),
        ("ce_time", envelope.time.to_string()),
        ("ce_provenance", envelope.provenance.name().to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let optional = [
        ("ce_dataschema", envelope.dataschema.clone()),
        ("ce_tenant", envelope.tenant.clone()),
        ("ce_correlation", envelope.correlation.clone()),
        ("ce_scenario", envelope.scenario.clone()),
        ("ce_sequence", envelope.sequence.map(|sequence| sequence.to_string())),
    ];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let all = required.into_iter().chain(optional);
    all.map(|(name, value)| (name.to_owned(), value.into())).collect()
}
