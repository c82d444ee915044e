//! Decoding at the edge: a message becomes an event or a fault with its reason, never an error of
//! the stream. It owns the three encodings and what is asked of an envelope; what is asked of a
//! payload stands in `model`.
//!
//! The encodings are CloudEvents' binary mode (attributes in headers `ce_*`), its structured mode
//! (attributes around `data`), and the bare payload. Unknown fields and attributes are ignored, so
//! that a producer may be ahead.
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md>

mod attribute;
mod payload;
mod structured;

use bytes::Bytes;
use model::{Event, EventId, Position, Provenance, Timestamp, Topic};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::structured::split_batch;
use self::{attribute::Attributes, structured::Structured};
use crate::message::{Decoded, Message};

/// Longest value that is decoded, in bytes: 1 MiB.
pub const MAX_BYTES: usize = 1024 * 1024;

/// How far an event may be ahead of the clock, in milliseconds: 5 min.
pub const MAX_AHEAD: i64 = 5 * Timestamp::MINUTE;

/// Longest sentence of a fault, in characters: what it quotes was chosen by the producer.
const MAX_DETAIL: usize = 400;

/// Why a message was refused, as a class for counting.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RejectReason")]
pub enum Reason {
    /// A tombstone: no value.
    Tombstone,
    /// Longer than the limit.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON.
    NotJson,
    /// JSON of another shape: a field is missing or has another type.
    Shape,
    /// The right shape and impossible content: a negative amount, mixed currencies.
    Invalid,
    /// A CloudEvents attribute is missing or malformed.
    Envelope,
    /// More than five minutes ahead of the clock.
    Future,
    /// A drill or replay that was not made here.
    ForeignBook,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 9] = [
        Reason::Tombstone,
        Reason::TooLarge,
        Reason::NotUtf8,
        Reason::NotJson,
        Reason::Shape,
        Reason::Invalid,
        Reason::Envelope,
        Reason::Future,
        Reason::ForeignBook,
    ];

    /// The name on the wire and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Tombstone => "tombstone",
            Reason::TooLarge => "too_large",
            Reason::NotUtf8 => "not_utf8",
            Reason::NotJson => "not_json",
            Reason::Shape => "shape",
            Reason::Invalid => "invalid",
            Reason::Envelope => "envelope",
            Reason::Future => "future",
            Reason::ForeignBook => "foreign_book",
        }
    }
}

/// Why one message was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// The class, for counting.
    pub reason: Reason,
    /// The field at fault: a path within the payload, or the CloudEvents attribute.
    pub field: Option<String>,
    /// What is wrong, in a sentence that names the field; bounded in length.
    pub detail: String,
}

impl Fault {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, field: None, detail: bounded(detail.into()) }
    }

    pub(crate) fn at(reason: Reason, field: &str, what: impl std::fmt::Display) -> Self {
        let field = bounded(field.to_owned());
        let detail = bounded(format!("{field}: {what}"));
        Self { reason, field: Some(field), detail }
    }

    /// A message that nobody read to its end.
    pub(crate) fn too_long() -> Self {
        let what = format!("it has more than the {MAX_BYTES} bytes that are accepted");
        Self::new(Reason::TooLarge, what)
    }

    pub(crate) fn envelope(attribute: &str, what: impl std::fmt::Display) -> Self {
        Self::at(Reason::Envelope, attribute, what)
    }
}

fn bounded(text: String) -> String {
    match text.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// How the identity of a message begins that has none but its place in Kafka.
pub const PLACE: &str = "streamboard.";

/// The identity of a message that has none but its place in Kafka.
pub fn place_id(topic: Topic, position: Position) -> String {
    format!("{PLACE}{topic}-{}-{}", position.partition, position.offset)
}

/// Who made a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// A producer outside: it reports what happened, or says that it made it up.
    Outside,
    /// Streamboard itself: its drills and replays are taken as such.
    Own,
}

/// Understands a message in any of the three encodings.
///
/// A bare payload is known by its position: `streamboard.budget-3-184220`.
///
/// # Errors
/// Why it is refused.
pub fn decode(message: &Message, now: Timestamp, trust: Trust) -> Result<Decoded, Fault> {
    let value = message
        .value
        .as_ref()
        .ok_or_else(|| Fault::new(Reason::Tombstone, "the message has no value"))?;
    let text = text(value)?;
    let found = Attributes::from_headers(&message.headers)?;
    let (attributes, data) = if found.is_structured() || !found.binary && structured::looks(text) {
        let event = Structured::parse(text)?;
        (event.attributes, event.data)
    } else if found.binary {
        (found.checked()?, text)
    } else {
        found.json_only()?;
        (Attributes::of_position(message)?, text)
    };
    let time = message.record_time.unwrap_or(message.received);
    let event = assemble(message.topic, attributes, data, time)?;
    check_key(message.key.as_deref(), &event)?;
    check_book(&event, now, trust)?;
    let raw = value.slice_ref(data.as_bytes());
    Ok(Decoded { event, raw, position: message.position, received: message.received })
}

/// Understands a bare payload that came without any position: the caller names it.
///
/// # Errors
/// Why it is refused.
pub fn decode_bare(
    topic: Topic,
    raw: Bytes,
    id: EventId,
    received: Timestamp,
    now: Timestamp,
) -> Result<Decoded, Fault> {
    let attributes = Attributes::bare(topic, id.into(), format!("/http/{topic}"));
    let event = assemble(topic, attributes, text(&raw)?, received)?;
    check_book(&event, now, Trust::Outside)?;
    Ok(Decoded { event, raw, position: None, received })
}

/// Understands one CloudEvent in structured mode, such as a body or an element of
/// [`split_batch`].
///
/// # Errors
/// Why it is refused.
pub fn decode_structured(
    topic: Topic,
    body: &Bytes,
    received: Timestamp,
    now: Timestamp,
    trust: Trust,
) -> Result<Decoded, Fault> {
    let Structured { attributes, data } = Structured::parse(text(body)?)?;
    let raw = body.slice_ref(data.as_bytes());
    let event = assemble(topic, attributes, data, received)?;
    check_book(&event, now, trust)?;
    Ok(Decoded { event, raw, position: None, received })
}

/// The bytes as text, when they are neither too many nor something else.
fn text(raw: &Bytes) -> Result<&str, Fault> {
    if raw.len() > MAX_BYTES {
        let size = raw.len();
        let what = format!("the value has {size} bytes; at most {MAX_BYTES} are accepted");
        return Err(Fault::new(Reason::TooLarge, what));
    }
    std::str::from_utf8(raw).map_err(|error| {
        let what = format!("the value is not UTF-8 from byte {}", error.valid_up_to());
        Fault::new(Reason::NotUtf8, what)
    })
}

/// Joins attributes and payload, and holds both against their rules.
fn assemble(
    topic: Topic,
    attributes: Attributes,
    data: &str,
    time: Timestamp,
) -> Result<Event, Fault> {
    let data = payload::parse(topic, data)?;
    data.validate().map_err(|fault| Fault::at(Reason::Invalid, fault.field, fault.reason))?;
    let envelope = attributes.envelope(data.entity(), time)?;
    Ok(Event { envelope, data })
}

/// The key decides the partition, and with it the order: it must be the entity.
fn check_key(key: Option<&[u8]>, event: &Event) -> Result<(), Fault> {
    let entity = event.data.entity();
    match key {
        Some(key) if !key.is_empty() && key != entity.as_bytes() => {
            let key = String::from_utf8_lossy(key);
            Err(Fault::envelope("key", format_args!("is {key:?}, the payload's is {entity:?}")))
        }
        _ => Ok(()),
    }
}

/// An event has a time that may be, and a book that its maker may write.
fn check_book(event: &Event, now: Timestamp, trust: Trust) -> Result<(), Fault> {
    let envelope = &event.envelope;
    if envelope.time > now.plus(MAX_AHEAD) {
        let what = format!("{} is more than 5 min ahead of {now}", envelope.time);
        return Err(Fault::at(Reason::Future, "time", what));
    }
    let foreign = matches!(envelope.provenance, Provenance::Drill | Provenance::Replayed);
    if foreign && trust == Trust::Outside {
        let what = format!("a {} event is made by Streamboard only", envelope.provenance.name());
        return Err(Fault::at(Reason::ForeignBook, "provenance", what));
    }
    envelope.book().map(drop).ok_or_else(|| {
        Fault::at(Reason::ForeignBook, "scenario", "must name the run: letters, digits, hyphens")
    })
}

#[cfg(test)]
mod tests;
