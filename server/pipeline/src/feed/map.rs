//! A row as the message that Kafka would have delivered: a CloudEvent in structured mode, so that
//! all of it, its time and id among it, can be corrected where it is refused.

use bytes::Bytes;
use model::Timestamp;
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_128;

use super::{
    Feed,
    convert::{self, Convert},
    row::Row,
};
use crate::{
    decode::{Fault, Reason},
    message::Message,
};

/// What a row means.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Where it stands when it happened: RFC 3339, or milliseconds since 1970.
    pub time: String,
    /// Where it stands what names the event; without it, the row does.
    pub id: Option<String>,
    /// The fields of the payload.
    pub fields: Vec<Field>,
}

/// Where a value is taken from.
#[derive(Debug, Clone, PartialEq)]
pub enum Take {
    /// A column, or a JSON pointer.
    From(String),
    /// The same for every row.
    Value(Value),
}

impl Take {
    /// What it finds in a row.
    pub fn value(&self, row: &Row<'_>) -> Option<Value> {
        match self {
            Take::From(from) => row.get(from),
            Take::Value(value) => Some(value.clone()),
        }
    }

    fn column(&self) -> Option<&str> {
        match self {
            Take::From(from) => Some(from),
            Take::Value(_) => None,
        }
    }
}

/// One field of the payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its names from the outermost object inwards.
    pub path: Vec<String>,
    /// Where it is taken from.
    pub take: Take,
    /// What is made of it.
    pub convert: Convert,
}

impl Mapping {
    /// Every column or pointer that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let envelope = [Some(&self.time), self.id.as_ref()].into_iter().flatten();
        let envelope = envelope.map(String::as_str);
        let fields = self.fields.iter().flat_map(|field| {
            let currency = match &field.convert {
                Convert::Minor { currency } => Some(currency),
                _ => None,
            };
            [Some(&field.take), currency].into_iter().flatten().filter_map(Take::column)
        });
        envelope.chain(fields)
    }
}

impl Feed {
    /// The message of a row. `place` names a row that has no id of its own; without that either,
    /// its content does. What cannot be converted stands in the message as it was found, beside
    /// the fault.
    pub fn message(
        &self,
        row: &Row<'_>,
        place: Option<String>,
        received: Timestamp,
    ) -> (Message, Option<Fault>) {
        let mut fault = None;
        let mut data = Map::new();
        for Field { path, take, convert } in &self.map.fields {
            let value = convert.value(take, row).unwrap_or_else(|what| {
                fault.get_or_insert(Fault::at(Reason::Shape, &path.join("."), what));
                take.value(row)
            });
            if let Some(value) = value {
                put(&mut data, path, value);
            }
        }
        let time = self.time(row, &mut fault);
        let id = match &self.map.id {
            None => place.unwrap_or_else(|| content_id(&time, &data)),
            Some(id) => row.get(id).map_or_else(String::new, |id| {
                convert::text(&id).unwrap_or_else(|_| id.to_string())
            }),
        };
        let event = json!({
            "specversion": "1.0", "id": id, "source": self.source(), "type": self.kind(),
            "time": time, "data": data,
        });
        (self.bare(event.to_string().into(), Vec::new(), received), fault)
    }

    /// The message of a row that cannot be read: its bytes. Corrected as a payload, it is the
    /// event of this id.
    pub fn unread(&self, bytes: Bytes, id: &str, received: Timestamp) -> Message {
        let headers = [
            ("ce_specversion", "1.0".to_owned()),
            ("ce_id", id.to_owned()),
            ("ce_source", self.source()),
            ("ce_type", self.kind()),
        ];
        let header = |(name, value): (&str, String)| (name.to_owned(), value.into());
        self.bare(bytes, headers.map(header).into(), received)
    }

    fn bare(&self, value: Bytes, headers: Vec<(String, Bytes)>, received: Timestamp) -> Message {
        let (position, key, record_time) = (None, None, None);
        let topic = self.topic;
        Message { topic, position, key, headers, value: Some(value), record_time, received }
    }

    fn source(&self) -> String {
        format!("/feed/{}", self.name)
    }

    fn kind(&self) -> String {
        format!("streamboard.{}.v1", self.topic)
    }

    fn time(&self, row: &Row<'_>, fault: &mut Option<Fault>) -> Value {
        let found = row.get(&self.map.time);
        match found.as_ref().map(convert::time) {
            Some(Ok(time)) => time.to_string().into(),
            Some(Err(what)) => {
                fault.get_or_insert(Fault::envelope("time", what));
                found.unwrap_or_default()
            }
            None => {
                fault.get_or_insert(Fault::envelope("time", "is missing"));
                Value::Null
            }
        }
    }
}

/// What names a row of a file that has no id of its own: the same row on the same line is the
/// same event, whatever its file is called by now.
pub fn row_id(line: u64, bytes: &[u8]) -> String {
    format!("{line}-{:032x}", xxh3_128(bytes))
}

fn content_id(time: &Value, data: &Map<String, Value>) -> String {
    format!("{:032x}", xxh3_128(json!([time, data]).to_string().as_bytes()))
}

fn put(data: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [name] => drop(data.insert(name.clone(), value)),
        [name, rest @ ..] => {
            let inner = data.entry(name).or_insert_with(|| Map::new().into());
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, time::Duration};

    use model::{Payload, Topic};

    use super::*;
    use crate::{
        decode::{Trust, decode},
        feed::{Format, Place, row::Header},
    };

    fn field(path: &str, take: &str, convert: Convert) -> Field {
        let path = path.split('.').map(str::to_owned).collect();
        Field { path, take: Take::From(take.into()), convert }
    }

    fn feed(id: Option<&str>) -> Feed {
        let minor = || Convert::Minor { currency: Take::From("CUR".into()) };
        let fields = vec![
            field("department", "DEPT", Convert::Text),
            field("name", "NAME", Convert::Text),
            field("cost_centre", "CC", Convert::Text),
            field("svp", "OWNER", Convert::Text),
            Field {
                take: Take::Value("2026-Q4".into()),
                ..field("fiscal_period", "", Convert::Text)
            },
            field("approved", "APPROVED", minor()),
            field("planned_to_date", "PLANNED", minor()),
            field("actual_to_date", "ACTUAL", minor()),
            field("committed.minor", "CENTS", Convert::Number),
            field("committed.currency", "CUR", Convert::Text),
            field("forecast_remaining", "FORECAST", minor()),
        ];
        Feed {
            name: "erp".into(),
            topic: Topic::Budget,
            place: Place::Files(PathBuf::from("erp.csv")),
            format: Format::Csv { delimiter: b',' },
            map: Mapping { time: "AT".into(), id: id.map(Into::into), fields },
        }
    }

    const HEADER: &str = "AT,DEPT,NAME,CC,OWNER,CUR,APPROVED,PLANNED,ACTUAL,CENTS,FORECAST";
    const ROW: &str = "2026-11-24T08:00:00Z,retail,,RB-1,eva,USD,100.50,60,40.1,500,55";

    /// Decodes a row of the file as the edge does.
    fn read(feed: &Feed, row: &str) -> Result<crate::message::Decoded, Fault> {
        let header = Header::read(HEADER.as_bytes(), b',').unwrap();
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        let row = Row::cells(row.as_bytes(), &header).unwrap();
        let (message, fault) = feed.message(&row, Some("2-ab".into()), now);
        fault.map_or_else(|| decode(&message, now, Trust::Outside), Err)
    }

    #[test]
    fn a_row_becomes_an_event_of_its_topic() {
        let decoded = read(&feed(None), ROW).unwrap();
        let envelope = &decoded.event.envelope;
        assert_eq!((envelope.id.as_str(), &*envelope.source), ("2-ab", "/feed/erp"));
        assert_eq!((&*envelope.subject, &*envelope.kind), ("retail", "streamboard.budget.v1"));
        assert_eq!(envelope.time.to_string(), "2026-11-24T08:00:00Z");
        assert_eq!(envelope.provenance, model::Provenance::Real);
        let Payload::Budget(budget) = &decoded.event.data else { panic!("{decoded:?}") };
        assert_eq!((budget.approved.minor, budget.actual_to_date.minor), (10_050, 4_010));
        assert_eq!((budget.committed.minor, &budget.name), (500, &None));
    }

    #[test]
    fn bad_rows_say_which_field_and_why() {
        let check = |from: &str, to: &str, detail: &str| {
            let fault = read(&feed(None), &ROW.replacen(from, to, 1)).unwrap_err();
            assert!(fault.detail.starts_with(detail), "{}", fault.detail);
        };
        check("100.50", "100.505", "approved: \"100.505\" is no amount: USD has 2 decimals, not 3");
        check("100.50", "", "approved: missing field");
        check("USD", "", "approved: its currency is missing");
        check("USD", "EUR", "approved: no currency \"EUR\"");
        check("100.50", "-1", "approved: must not be negative");
        check("500", "5.5", "committed.minor: invalid type");
        check("eva", "", "svp: missing field");
        check("retail", "", "department: missing field");
        check("2026-11-24T08:00:00Z", "", "time: is missing");
        check("2026-11-24T08:00:00Z", "yesterday", "time: \"yesterday\" is no time");
        check("2026-11-24", "2027-11-24", "time: 2027-11-24T08:00:00Z is more than 5 min ahead");
        let fault = read(&feed(Some("NAME")), ROW).unwrap_err();
        assert!(fault.detail.starts_with("id: an identifier has"), "{}", fault.detail);
    }

    /// All that was understood is in the letter, so that only the fault needs correction.
    #[test]
    fn a_bad_row_keeps_what_was_found_for_its_correction() {
        let header = Header::read(HEADER.as_bytes(), b',').unwrap();
        let row = ROW.replace("100.50", "100.505");
        let row = Row::cells(row.as_bytes(), &header).unwrap();
        let now = Timestamp::from_millis(1_800_000_000_000);
        let (message, _) = feed(None).message(&row, Some("2-ab".into()), now);
        let event: Value = serde_json::from_slice(&message.value.unwrap()).unwrap();
        assert_eq!((&event["data"]["approved"], &event["id"]), (&json!("100.505"), &json!("2-ab")));
        assert_eq!(event["data"]["actual_to_date"], json!({ "minor": 4_010, "currency": "USD" }));
        let unread = feed(None).unread("{}".into(), "2-ab", now);
        let fault = decode(&unread, now, Trust::Outside).unwrap_err();
        assert_eq!(fault.field.as_deref(), Some("department"), "its id is known: {fault:?}");
    }

    #[test]
    fn content_names_a_row_without_place_and_id() {
        let header = Header::read(HEADER.as_bytes(), b',').unwrap();
        let id = |row: &str| {
            let row = Row::cells(row.as_bytes(), &header).unwrap();
            let (message, _) = feed(None).message(&row, None, Timestamp::default());
            let event: Value = serde_json::from_slice(&message.value.unwrap()).unwrap();
            event["id"].as_str().unwrap().to_owned()
        };
        assert_eq!(id(ROW), id(ROW));
        assert_ne!(id(ROW), id(&ROW.replace("40.1", "40.2")));
        assert_eq!(row_id(7, b"a"), row_id(7, b"a"));
        assert_ne!(row_id(7, b"a"), row_id(8, b"a"));
    }

    #[test]
    fn columns_are_all_that_is_read() {
        let feed = feed(Some("DOC"));
        let columns: std::collections::BTreeSet<_> = feed.map.columns().collect();
        let mut all: std::collections::BTreeSet<_> = HEADER.split(',').collect();
        all.insert("DOC");
        assert_eq!(columns, all);
    }

    #[test]
    fn secrets_are_not_shown() {
        let address = crate::feed::Address {
            url: "https://erp.example/items?token=secret".into(),
            every: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            headers: crate::feed::Headers(vec![("authorization".into(), "secret".into())]),
        };
        assert_eq!(address.shown(), "https://erp.example/items");
        assert_eq!(format!("{:?}", address.headers), "{\"authorization\"}");
    }
}
