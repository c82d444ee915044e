//! CloudEvents attributes on their way from headers or JSON into an envelope.

use bytes::Bytes;
use model::{Envelope, EventId, Provenance, Timestamp, Topic};

use super::Fault;
use super::place_id;
use crate::message::Message;

/// Longest attribute that is not an id, in bytes.
const MAX_ATTRIBUTE: usize = 1_024;

/// Attributes as text, before they are understood.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub specversion: Option<String>,
    pub id: Option<String>,
    pub source: Option<String>,
    pub kind: Option<String>,
    pub subject: Option<String>,
    pub time: Option<String>,
    pub content_type: Option<String>,
    pub dataschema: Option<String>,
    pub tenant: Option<String>,
    pub provenance: Option<String>,
    pub correlation: Option<String>,
    pub scenario: Option<String>,
    pub sequence: Option<String>,
    /// Whether there was any header `ce_*`.
    pub binary: bool,
}

impl Attributes {
    /// What the headers say. Of a name that repeats the last one counts.
    pub fn from_headers(headers: &[(String, Bytes)]) -> Result<Self, Fault> {
        let mut attributes = Self::default();
        for (name, value) in headers {
            let attribute = name.strip_prefix("ce_");
            attributes.binary |= attribute.is_some();
            let slot = match attribute {
                Some(attribute) => attributes.slot(attribute),
                None if name.eq_ignore_ascii_case("content-type") => {
                    Some(&mut attributes.content_type)
                }
                None => None,
            };
            if let Some(slot) = slot {
                let text = std::str::from_utf8(value)
                    .map_err(|_| Fault::envelope(attribute.unwrap_or(name), "is not UTF-8"))?;
                *slot = Some(text.to_owned());
            }
        }
        Ok(attributes)
    }

    /// The place of an attribute that is read.
    fn slot(&mut self, attribute: &str) -> Option<&mut Option<String>> {
        Some(match attribute {
            "specversion" => &mut self.specversion,
            "id" => &mut self.id,
            "source" => &mut self.source,
            "type" => &mut self.kind,
            "subject" => &mut self.subject,
            "time" => &mut self.time,
            "dataschema" => &mut self.dataschema,
            "tenant" => &mut self.tenant,
            "provenance" => &mut self.provenance,
            "correlation" => &mut self.correlation,
            "scenario" => &mut self.scenario,
            "sequence" => &mut self.sequence,
            _ => return None,
        })
    }

    /// What stands in for the attributes of a bare payload.
    pub fn bare(topic: Topic, id: String, source: String) -> Self {
        Self {
            id: Some(id),
            source: Some(source),
            kind: Some(format!("streamboard.{topic}.v1")),
            ..Self::default()
        }
    }

    /// The same for a message of Kafka, which its position identifies.
    pub fn of_position(message: &Message) -> Result<Self, Fault> {
        let topic = message.topic;
        let position = message
            .position
            .ok_or_else(|| Fault::envelope("id", "is missing, and there is no position"))?;
        Ok(Self::bare(topic, place_id(topic, position), format!("/kafka/{topic}")))
    }

    /// Whether the content type announces the structured mode.
    pub fn is_structured(&self) -> bool {
        let media = self.content_type.as_deref().map(media_type);
        media.is_some_and(|media| media.eq_ignore_ascii_case("application/cloudevents+json"))
    }

    /// Refuses a content type that is not JSON.
    pub fn json_only(&self) -> Result<(), Fault> {
        let Some(content_type) = self.content_type.as_deref() else { return Ok(()) };
        let media = media_type(content_type).to_ascii_lowercase();
        let other = media.starts_with("application/cloudevents");
        if !other && (media.ends_with("/json") || media.ends_with("+json")) {
            return Ok(());
        }
        let what = format_args!("is {content_type:?}; a payload is application/json");
        Err(Fault::envelope("datacontenttype", what))
    }

    /// Holds the attributes that CloudEvents requires against its rules.
    pub fn checked(self) -> Result<Self, Fault> {
        match self.specversion.as_deref() {
            Some("1.0") => {}
            Some(other) => {
                let what = format_args!("is {other:?}; 1.0 is accepted");
                return Err(Fault::envelope("specversion", what));
            }
            None => return Err(Fault::envelope("specversion", "is missing")),
        }
        self.json_only()?;
        Ok(self)
    }

    /// The envelope of an event about `entity`. What it does not say of time is `time`.
    pub fn envelope(self, entity: &str, time: Timestamp) -> Result<Envelope, Fault> {
        let subject = match self.subject {
            Some(subject) if subject != entity => {
                let what = format_args!("is {subject:?}, the payload's is {entity:?}");
                return Err(Fault::envelope("subject", what));
            }
            subject => subject.unwrap_or_else(|| entity.to_owned()),
        };
        let id = self.id.ok_or_else(|| Fault::envelope("id", "is missing"))?;
        Ok(Envelope {
            id: EventId::new(id).map_err(|error| Fault::envelope("id", error))?,
            source: required("source", self.source)?,
            kind: required("type", self.kind)?,
            subject,
            time: parsed("time", self.time.as_deref())?.unwrap_or(time),
            dataschema: optional("dataschema", self.dataschema)?,
            tenant: optional("tenant", self.tenant)?,
            provenance: parsed("provenance", self.provenance.as_deref())?
                .unwrap_or(Provenance::Real),
            correlation: optional("correlation", self.correlation)?,
            scenario: optional("scenario", self.scenario)?,
            sequence: parsed("sequence", self.sequence.as_deref())?,
        })
    }
}

/// A media type without its parameters.
fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn required(attribute: &str, value: Option<String>) -> Result<String, Fault> {
    optional(attribute, value)?.ok_or_else(|| Fault::envelope(attribute, "is missing"))
}

/// CloudEvents forbids attributes that are empty; a longer one than this names nothing.
fn optional(attribute: &str, value: Option<String>) -> Result<Option<String>, Fault> {
    let fits = |text: &String| {
        (1..=MAX_ATTRIBUTE).contains(&text.len()) && !text.chars().any(char::is_control)
    };
    match value {
        Some(text) if !fits(&text) => {
            let what = "has 1 to 1,024 bytes and no control characters";
            Err(Fault::envelope(attribute, what))
        }
        value => Ok(value),
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    attribute: &str,
    value: Option<&str>,
) -> Result<Option<T>, Fault> {
    value.map(str::parse).transpose().map_err(|error| Fault::envelope(attribute, error))
}
