//! CloudEvents' structured mode: attributes and `data` in one JSON object.
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>

use bytes::Bytes;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{Fault, Reason, attribute::Attributes, payload};

/// A CloudEvent whose payload is still text.
pub(super) struct Structured<'a> {
    /// Its attributes, checked.
    pub attributes: Attributes,
    /// Its `data`, as it came.
    pub data: &'a str,
}

/// The object as it stands on the wire; an attribute that is null counts as absent.
#[derive(Deserialize)]
struct Wire<'a> {
    specversion: Option<String>,
    id: Option<String>,
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    subject: Option<String>,
    time: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    tenant: Option<String>,
    provenance: Option<String>,
    correlation: Option<String>,
    scenario: Option<String>,
    sequence: Option<Sequence>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    data_base64: Option<IgnoredAny>,
}

/// A running number; CloudEvents' own extension of the name is a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sequence {
    Number(u64),
    Text(String),
}

impl<'a> Structured<'a> {
    /// Reads the object and checks its attributes; `data` is left alone.
    pub fn parse(text: &'a str) -> Result<Self, Fault> {
        let wire: Wire<'a> = serde_json::from_str(text)
            .map_err(|_| payload::explain::<Wire<'a>>(text, Reason::Envelope))?;
        if wire.data_base64.is_some() {
            return Err(Fault::envelope("data_base64", "is not accepted; send JSON in data"));
        }
        let data = wire.data.ok_or_else(|| Fault::envelope("data", "is missing"))?.get();
        let attributes = Attributes {
            specversion: wire.specversion,
            id: wire.id,
            source: wire.source,
            kind: wire.kind,
            subject: wire.subject,
            time: wire.time,
            content_type: wire.datacontenttype,
            dataschema: wire.dataschema,
            tenant: wire.tenant,
            provenance: wire.provenance,
            correlation: wire.correlation,
            scenario: wire.scenario,
            sequence: wire.sequence.map(|sequence| match sequence {
                Sequence::Number(number) => number.to_string(),
                Sequence::Text(text) => text,
            }),
            binary: false,
        };
        Ok(Self { attributes: attributes.checked()?, data })
    }
}

/// Whether a value that no header explains is a CloudEvent: an object with `specversion` and
/// `data`.
pub(super) fn looks(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        specversion: Option<IgnoredAny>,
        data: Option<IgnoredAny>,
    }
    // The search is far cheaper than the parse, and almost every bare payload ends here.
    text.contains("\"specversion\"")
        && serde_json::from_str::<Probe>(text)
            .is_ok_and(|probe| probe.specversion.is_some() && probe.data.is_some())
}

/// The elements of a batch (`application/cloudevents-batch+json`), each as its bytes, unread.
///
/// # Errors
/// When the body is no JSON array. Its length is for the caller to bound.
pub fn split_batch(body: &Bytes) -> Result<Vec<Bytes>, Fault> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Fault::new(Reason::NotUtf8, "the batch is not UTF-8"))?;
    let elements: Vec<&RawValue> = serde_json::from_str(text)
        .map_err(|_| payload::explain::<Vec<&RawValue>>(text, Reason::Shape))?;
    Ok(elements.into_iter().map(|element| body.slice_ref(element.get().as_bytes())).collect())
}
