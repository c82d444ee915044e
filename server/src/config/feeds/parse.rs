//! The file of the feeds: a table `[[feed]]` for each. Every fault is told, with its place.

use std::{collections::BTreeSet, ops::Range, path::PathBuf, time::Duration};

use axum::http::{HeaderName, HeaderValue, Uri};
use model::Topic;
use pipeline::feed::{Address, Feed, Format, Headers, Mapping, Place, Take};
use toml::de::{DeTable, DeValue};

use super::{
    super::{
        fault::Origin,
        layer::{Layers, Reading, nearest, secret},
        value::{self, expected},
    },
    field,
    shape::Shape,
};
use crate::{config::setting::Kind, http::schema};

/// What a feed may say.
const KEYS: [&str; 14] = [
    "name",
    "topic",
    "path",
    "url",
    "format",
    "delimiter",
    "items",
    "every",
    "timeout",
    "headers",
    "time",
    "id",
    "currency",
    "map",
];

const EVERY: Kind = Kind::Duration(Duration::from_secs(1), Duration::from_secs(7 * 24 * 3_600));

const TIMEOUT: Kind = Kind::Duration(Duration::from_secs(1), Duration::from_secs(300));

/// Longest name, in characters.
const NAME: usize = 48;

/// Reads the feeds; faults go to `reading`.
pub(super) fn feeds(reading: &mut Reading<'_>, layers: &Layers<'_>) -> Vec<(Origin, Feed)> {
    let table = reading.table();
    let mut feeds = Vec::new();
    let mut names = BTreeSet::new();
    for (key, value) in table.get_ref() {
        let Some(entries) = value.get_ref().as_array().filter(|_| key.get_ref() == "feed") else {
            let hint = nearest(key.get_ref(), ["feed"].iter().filter(|one| key.get_ref() != **one));
            let reason = format!("{}: a feed is a table [[feed]]{hint}", key.get_ref());
            reading.fault(key.span(), reason);
            continue;
        };
        for (index, entry) in entries.iter().enumerate() {
            let Some(table) = entry.get_ref().as_table() else {
                reading.fault(entry.span(), "feed: expected a table [[feed]]");
                continue;
            };
            let at = reading.origin(entry.span());
            let name = table.get("name").and_then(|name| name.get_ref().as_str());
            let title =
                name.map_or_else(|| format!("feed {}", index + 1), |name| format!("feed {name}"));
            let mut entry = Entry { table, span: entry.span(), title, reading, layers };
            if let Some(feed) = entry.feed(&mut names) {
                feeds.push((at, feed));
            }
        }
    }
    feeds
}

/// A table `[[feed]]` that is being read.
pub(super) struct Entry<'e, 'r, 't> {
    table: &'e DeTable<'t>,
    span: Range<usize>,
    title: String,
    reading: &'e mut Reading<'r>,
    layers: &'e Layers<'e>,
}

impl Entry<'_, '_, '_> {
    fn feed(&mut self, names: &mut BTreeSet<String>) -> Option<Feed> {
        for (key, _) in self.table {
            if !KEYS.contains(&key.get_ref().as_ref()) {
                let hint = nearest(key.get_ref(), KEYS);
                self.fault(key.span(), format!("{}: no such key{hint}", key.get_ref()));
            }
        }
        let name = self.name(names);
        let topic = self.topic();
        let place = self.place();
        let format = self.format();
        let (Some(topic), Some(format)) = (topic, format) else { return None };
        let map = self.mapping(topic, &format);
        Some(Feed { name: name?, topic, place: place?, format, map: map? })
    }

    /// Notes a fault of this feed.
    pub fn fault(&mut self, span: Range<usize>, reason: impl std::fmt::Display) {
        self.reading.fault(span, format!("{}: {reason}", self.title));
    }

    fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span.clone(), toml::Spanned::span)
    }

    /// The text of a key that may be absent.
    fn text(&mut self, key: &str) -> Option<String> {
        let value = self.table.get(key)?;
        match value.get_ref().as_str().filter(|text| !text.is_empty()) {
            Some(text) => Some(text.to_owned()),
            None => {
                self.fault(value.span(), format!("{key}: expected a text"));
                None
            }
        }
    }

    fn required(&mut self, key: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.fault(self.span.clone(), format!("{key} is missing"));
        }
        self.text(key)
    }

    fn name(&mut self, names: &mut BTreeSet<String>) -> Option<String> {
        let name = self.required("name")?;
        let span = self.span_of("name");
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !name.bytes().all(plain) || name.len() > NAME {
            self.fault(span, format!("name: at most {NAME} of a to z, 0 to 9 and -"));
            None
        } else if !names.insert(name.clone()) {
            self.fault(span, "name: another feed has it already");
            None
        } else {
            Some(name)
        }
    }

    fn topic(&mut self) -> Option<Topic> {
        let text = self.required("topic")?;
        let topic = text.parse().ok();
        if topic.is_none() {
            let hint = nearest(&text, Topic::ALL.map(Topic::name));
            let known = Topic::ALL.map(Topic::name).join(", ");
            self.fault(self.span_of("topic"), format!("topic: {text:?} is none of {known}{hint}"));
        }
        topic
    }

    fn place(&mut self) -> Option<Place> {
        let (path, url) = (self.text("path"), self.text("url"));
        for key in ["every", "timeout", "headers"] {
            if url.is_none() && self.table.contains_key(key) {
                self.fault(self.span_of(key), format!("{key}: belongs to a url"));
            }
        }
        match (path, url) {
            (Some(path), None) => self.files(path),
            (None, Some(url)) => self.address(url).map(Place::Url),
            (Some(_), Some(_)) => {
                self.fault(self.span_of("url"), "has both path and url; write one of them");
                None
            }
            (None, None) => {
                if !self.table.contains_key("path") && !self.table.contains_key("url") {
                    self.fault(self.span.clone(), "path or url is missing");
                }
                None
            }
        }
    }

    fn files(&mut self, path: String) -> Option<Place> {
        let path = PathBuf::from(path);
        let folder = path.parent().map(|folder| folder.to_string_lossy().into_owned());
        if folder.is_some_and(|folder| folder.contains(['*', '?'])) {
            self.fault(self.span_of("path"), "path: * and ? stand in the last part only");
            return None;
        }
        Some(Place::Files(path))
    }

    fn address(&mut self, url: String) -> Option<Address> {
        let parsed = url.parse::<Uri>().ok();
        let fits = parsed.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|host| !host.as_str().contains('@'))
        });
        if !fits {
            let reason = "url: expected http:// or https:// with a host, and no password in it";
            self.fault(self.span_of("url"), reason);
        }
        let every = self.duration("every", EVERY, Duration::from_secs(60));
        let timeout = self.duration("timeout", TIMEOUT, Duration::from_secs(10));
        let headers = self.headers();
        fits.then_some(Address { url, every, timeout, headers })
    }

    fn duration(&mut self, key: &str, kind: Kind, default: Duration) -> Duration {
        let Some(text) = self.text(key) else { return default };
        let Kind::Duration(least, most) = kind else { return default };
        value::duration(&text).filter(|found| (least..=most).contains(found)).unwrap_or_else(|| {
            let wanted = expected(kind);
            self.fault(self.span_of(key), format!("{key}: expected {wanted}, found {text:?}"));
            default
        })
    }

    fn headers(&mut self) -> Headers {
        let Some(value) = self.table.get("headers") else { return Headers::default() };
        let Some(table) = value.get_ref().as_table() else {
            self.fault(value.span(), "headers: expected a table");
            return Headers::default();
        };
        let mut headers = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().to_ascii_lowercase();
            let text = match value.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                DeValue::Table(inner) => match secret(inner) {
                    Some((kind, place)) => self.layers.secret(kind, place),
                    None => {
                        Err("expected a text, { env = \"NAME\" } or { file = \"PATH\" }".into())
                    }
                },
                _ => Err("expected a text".to_owned()),
            };
            // What is wrong may be a secret: it is not quoted.
            let text = text.and_then(|text| {
                let fits =
                    HeaderName::try_from(&name).is_ok() && HeaderValue::try_from(&text).is_ok();
                if fits { Ok(text) } else { Err("cannot be sent as a header".to_owned()) }
            });
            match text {
                Ok(text) => headers.push((name, text)),
                Err(reason) => self.fault(value.span(), format!("headers.{name}: {reason}")),
            }
        }
        Headers(headers)
    }

    fn format(&mut self) -> Option<Format> {
        let text = self.required("format")?;
        let (delimiter, items) = (self.text("delimiter"), self.text("items"));
        let stray = match text.as_str() {
            "csv" => items.is_some().then_some(("items", "json")),
            "ndjson" | "json" if delimiter.is_some() => Some(("delimiter", "csv")),
            "ndjson" => items.is_some().then_some(("items", "json")),
            _ => None,
        };
        if let Some((key, owner)) = stray {
            self.fault(self.span_of(key), format!("{key}: belongs to format = \"{owner}\""));
        }
        match text.as_str() {
            "csv" => self.delimiter(delimiter).map(|delimiter| Format::Csv { delimiter }),
            "ndjson" => Some(Format::Ndjson),
            "json" if self.table.contains_key("path") => {
                self.fault(
                    self.span_of("format"),
                    "format: \"json\" is for a url; of files, one value a line is \"ndjson\"",
                );
                None
            }
            "json" => {
                let items = items.unwrap_or_default();
                let format = Format::Json { items: items.clone() };
                if let Err(reason) =
                    if items.is_empty() { Ok(()) } else { is_column(&items, &format) }
                {
                    self.fault(self.span_of("items"), format!("items: {reason}"));
                }
                Some(format)
            }
            _ => {
                let hint = nearest(&text, ["csv", "ndjson", "json"]);
                let reason = format!("format: {text:?} is none of csv, ndjson, json{hint}");
                self.fault(self.span_of("format"), reason);
                None
            }
        }
    }

    fn delimiter(&mut self, text: Option<String>) -> Option<u8> {
        match text.as_deref().unwrap_or(",").as_bytes() {
            &[byte] if byte.is_ascii() && !b"\"\r\n".contains(&byte) => Some(byte),
            _ => {
                self.fault(
                    self.span_of("delimiter"),
                    "delimiter: expected one character of ASCII, such as ; or \\t",
                );
                None
            }
        }
    }

    fn mapping(&mut self, topic: Topic, format: &Format) -> Option<Mapping> {
        let time = self.required("time").filter(|_| self.column("time", format));
        let id = self.text("id").filter(|_| self.column("id", format));
        let schema = schema::payload(topic);
        let fields = match self.table.get("map").map(|map| (map.get_ref().as_table(), map.span())) {
            Some((Some(table), span)) => {
                field::fields(self, (table, span), Shape::of(&schema), format)
            }
            Some((None, span)) => {
                self.fault(span, "map: expected a table");
                return None;
            }
            None => {
                self.fault(self.span.clone(), "map is missing: which field comes from where");
                return None;
            }
        };
        Some(Mapping { time: time?, id, fields })
    }

    /// Whether the text of a key can be a column, or a pointer.
    fn column(&mut self, key: &str, format: &Format) -> bool {
        let text = self.text(key).unwrap_or_default();
        is_column(&text, format)
            .map_err(|reason| self.fault(self.span_of(key), format!("{key}: {reason}")))
            .is_ok()
    }

    /// A key that holds a column, a pointer or a constant.
    pub fn take_of(&mut self, key: &str, format: &Format) -> Option<Take> {
        let value = self.table.get(key)?;
        field::take(value.get_ref(), format)
            .map_err(|reason| self.fault(value.span(), format!("{key}: {reason}")))
            .ok()
    }
}

/// Whether a text can be a column (CSV) or a JSON pointer (RFC 6901).
pub(super) fn is_column(text: &str, format: &Format) -> Result<(), String> {
    if matches!(format, Format::Csv { .. }) {
        return if text.is_empty() { Err("a column has a name".to_owned()) } else { Ok(()) };
    }
    let escapes = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    if text.starts_with('/') && escapes {
        return Ok(());
    }
    let slash = text.trim_start_matches('$').replace('.', "/");
    let slash = if slash.starts_with('/') { slash } else { format!("/{slash}") };
    Err(format!("{text:?} is no JSON pointer; did you mean {slash:?}?"))
}
