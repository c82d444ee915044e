//! Encoding for Kafka: an event becomes a message in CloudEvents' binary mode, keyed by its
//! entity. [`crate::decode`] reads it back as the same event.

use bytes::Bytes;
use model::{Alert, Event, Timestamp};

use crate::{
    message::{Decoded, Message},
    store::{KEPT_BYTES, KEPT_HEADERS, Rejected},
};

/// Most bytes of a refused message that are copied: Kafka takes 1 MB unless told otherwise.
const COPIED_BYTES: usize = 512 * 1024;

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

/// An alert as a message, keyed by its identity, so that a compacted topic has the newest state.
pub fn alert(alert: &Alert) -> Message {
    let value = serde_json::to_vec(alert).expect("an alert has text keys and no failing map");
    Message {
        topic: alert.topic,
        position: None,
        key: Some(Bytes::copy_from_slice(alert.id.as_str().as_bytes())),
        headers: vec![("content-type".into(), "application/json".into())],
        value: Some(value.into()),
        record_time: None,
        received: alert.changed_at,
    }
}

/// A refused message as a copy for the topic of dead letters: key, headers and value as they
/// arrived, as far as there is room, and what is known of the fault in headers `dead_*`.
pub fn dead_letter(rejected: &Rejected) -> Message {
    let Rejected { message, reason, detail, row } = rejected;
    let cut = |part: &Bytes, most: usize| part.slice(..part.len().min(most));
    let mut room = KEPT_BYTES;
    let fits = |(name, value): &&(String, Bytes)| {
        let size = name.len() + value.len();
        room = room.saturating_sub(size);
        room > 0
    };
    let own = message.headers.iter().take(KEPT_HEADERS).take_while(fits).cloned();
    let whole = message.value.as_ref().is_none_or(|value| value.len() <= COPIED_BYTES);
    let known = [
        ("dead_topic", Some(message.topic.name().to_owned())),
        ("dead_partition", message.position.map(|position| position.partition.to_string())),
        ("dead_offset", message.position.map(|position| position.offset.to_string())),
        ("dead_feed", row.as_ref().map(|row| row.feed.clone())),
        ("dead_place", row.as_ref().map(|row| row.place.clone())),
        ("dead_received", Some(message.received.to_string())),
        ("dead_reason", Some(reason.name().to_owned())),
        ("dead_detail", Some(detail.chars().take(1_000).collect())),
        ("dead_truncated", (!whole).then(|| "true".to_owned())),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into())));
    Message {
        topic: message.topic,
        position: None,
        key: message.key.as_ref().map(|key| cut(key, KEPT_BYTES)),
        headers: own.chain(known).collect(),
        value: message.value.as_ref().map(|value| cut(value, COPIED_BYTES)),
        record_time: None,
        received: message.received,
    }
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

#[cfg(test)]
mod tests {
    use model::Topic;

    use super::*;
    use crate::decode::Reason;

    /// Kafka takes the copy of whatever it took before.
    #[test]
    fn the_copy_of_a_dead_letter_is_bounded() {
        let long = || Bytes::from(vec![b'x'; 900 * 1024]);
        let message = Message {
            topic: Topic::Etl,
            position: None,
            key: Some(long()),
            headers: vec![("small".into(), "one".into()), ("large".into(), long())],
            value: Some(long()),
            record_time: None,
            received: Timestamp::default(),
        };
        let detail = "why ".repeat(1_000);
        let reason = Reason::TooLarge;
        let copy = dead_letter(&Rejected { message, reason, detail, row: None });
        let names: Vec<_> = copy.headers.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "small",
            "dead_topic",
            "dead_received",
            "dead_reason",
            "dead_detail",
            "dead_truncated",
        ];
        assert_eq!(names, expected);
        let size = crate::store::spooled(&copy);
        assert!(size < 600 * 1024, "{size}");
    }
}
