//! Layers: file, environment and flags, laid over each other by the path of the setting.

use std::{collections::BTreeMap, io, ops::Range, path::Path, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    fault::{Fault, Origin, place},
    people,
    setting::{self, Leaf},
    value::{self, Raw, Value},
};
use crate::cli::Flags;

/// What all layers say so far; a later layer goes before an earlier one.
pub(super) struct Layers<'a> {
    leaves: BTreeMap<String, Leaf>,
    environment: BTreeMap<String, String>,
    read: &'a dyn Fn(&Path) -> io::Result<String>,
    values: BTreeMap<String, (Origin, Value)>,
    /// Properties of librdkafka, with where they were set.
    pub properties: BTreeMap<String, (Origin, String)>,
    /// Properties of topics that are created, with where they were set.
    pub topic_properties: BTreeMap<String, (Origin, String)>,
    /// The directory of people.
    pub people: Vec<model::Person>,
    /// What is wrong so far.
    pub faults: Vec<Fault>,
}

/// A file that is being read: turns bytes into places.
pub(super) struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    /// A file of which nothing is wrong so far.
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        Self { path, text, faults: Vec::new() }
    }

    /// What is wrong.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// The place of a byte.
    pub(super) fn origin(&self, span: Range<usize>) -> Origin {
        place(self.path, self.text, span.start)
    }

    /// Reads its tables, and notes where it is not TOML.
    pub(super) fn table(&mut self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.fault(error.span().unwrap_or(0..0), one_line(error.message()));
        }
        table
    }

    /// Notes a fault at a place of the file.
    pub(super) fn fault(&mut self, span: Range<usize>, reason: impl Into<String>) {
        let fault = Fault::new(self.origin(span), reason);
        self.faults.push(fault);
    }
}

const PROPERTIES: &str = "kafka.properties";
const TOPIC_PROPERTIES: &str = "kafka.topic_properties";
const PEOPLE: &str = "people";

impl<'a> Layers<'a> {
    pub(super) fn new(
        environment: BTreeMap<String, String>,
        read: &'a dyn Fn(&Path) -> io::Result<String>,
    ) -> Self {
        let leaves = setting::leaves().into_iter().map(|leaf| (leaf.path.clone(), leaf)).collect();
        Self {
            leaves,
            environment,
            read,
            values: BTreeMap::new(),
            properties: BTreeMap::new(),
            topic_properties: BTreeMap::new(),
            people: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Lays the file over the defaults.
    pub(super) fn add_file(&mut self, path: &Path, text: &str) {
        let mut reading = Reading::new(path, text);
        let table = reading.table();
        let syntax = reading.faults.clone();
        for (key, value) in table.get_ref() {
            if key.get_ref() == PEOPLE
                && let Some(entries) = value.get_ref().as_table()
            {
                self.people = people::read(entries, &mut reading);
            } else {
                self.walk(key.get_ref(), key.span(), value.get_ref(), value.span(), &mut reading);
            }
        }
        // What follows from broken syntax on the same line is no fault of its own.
        let broken: Vec<_> = syntax.iter().filter_map(|fault| line(&fault.origin)).collect();
        let own = |fault: &Fault| line(&fault.origin).is_none_or(|line| !broken.contains(&line));
        self.faults.extend(reading.faults.into_iter().skip(syntax.len()));
        self.faults.retain(own);
        self.faults.extend(syntax);
    }

    fn walk(
        &mut self,
        path: &str,
        key: Range<usize>,
        value: &DeValue<'_>,
        span: Range<usize>,
        reading: &mut Reading<'_>,
    ) {
        if (path == PROPERTIES || path == TOPIC_PROPERTIES)
            && let Some(table) = value.as_table()
        {
            self.walk_properties(path, "", table, reading);
        } else if self.leaves.contains_key(path) {
            let origin = reading.origin(span);
            self.set(path, &raw(value), origin, false);
        } else if !self.is_stem(path) {
            let hint = nearest(path, self.known());
            reading.fault(key, format!("{path}: no such {}{hint}", noun(path)));
        } else if let Some(table) = value.as_table() {
            for (inner, value) in table {
                let path = format!("{path}.{}", inner.get_ref());
                self.walk(&path, inner.span(), value.get_ref(), value.span(), reading);
            }
        } else {
            reading.fault(span, format!("{path}: expected a table, found {}", value.type_str()));
        }
    }

    /// Dotted keys nest, so that `sasl.password` needs no quotes.
    fn walk_properties(
        &mut self,
        path: &str,
        stem: &str,
        table: &DeTable<'_>,
        reading: &mut Reading<'_>,
    ) {
        for (key, value) in table {
            let name = match stem {
                "" => key.get_ref().to_string(),
                stem => format!("{stem}.{}", key.get_ref()),
            };
            let origin = reading.origin(value.span());
            match value.get_ref() {
                DeValue::Table(inner) => match secret(inner) {
                    Some((kind, place)) if path == PROPERTIES => {
                        self.set_secret(&name, kind, place, origin);
                    }
                    _ => self.walk_properties(path, &name, inner, reading),
                },
                DeValue::String(text) => self.set_property(path, name, text.to_string(), origin),
                DeValue::Boolean(flag) => self.set_property(path, name, flag.to_string(), origin),
                DeValue::Integer(number) => {
                    self.set_property(path, name, number.to_string(), origin);
                }
                other => {
                    let reason = format!(
                        "{path}: {name}: expected text, a number or a truth, found {}",
                        other.type_str()
                    );
                    self.faults.push(Fault::new(origin, reason));
                }
            }
        }
    }

    fn set_secret(&mut self, name: &str, kind: &str, place: &str, origin: Origin) {
        match self.secret(kind, place) {
            Ok(text) => self.set_property(PROPERTIES, name.to_owned(), text, origin),
            Err(reason) => {
                let reason = format!("{PROPERTIES}: {name}: {reason}");
                self.faults.push(Fault::new(origin, reason));
            }
        }
    }

    /// A secret that stands in a variable (`env`) or a file, without the end of its line.
    pub(super) fn secret(&self, kind: &str, place: &str) -> Result<String, String> {
        let found = match kind {
            "env" => self.environment.get(place).cloned().ok_or("is not set".to_owned()),
            _ => self.file(Path::new(place)),
        };
        let text = found.map_err(|reason| format!("{kind} {place}: {reason}"))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// The text of a file that a setting names.
    pub(super) fn file(&self, path: &Path) -> Result<String, String> {
        (self.read)(path).map_err(|error| error.to_string())
    }

    fn set_property(&mut self, path: &str, name: String, value: String, origin: Origin) {
        let table =
            if path == PROPERTIES { &mut self.properties } else { &mut self.topic_properties };
        table.insert(name, (origin, value));
    }

    /// Lays the environment over the file.
    pub(super) fn add_environment(&mut self) {
        for (name, text) in self.environment.clone() {
            let Some(rest) = name.strip_prefix(setting::PREFIX) else { continue };
            let path = rest.to_lowercase().replace("__", ".");
            let origin = Origin::Environment(name.clone());
            if let Some(property) = path.strip_prefix("kafka.properties.") {
                let property = property.replace('_', ".");
                match property.strip_suffix(".file") {
                    Some(property) => self.set_secret(property, "file", &text, origin),
                    None => self.set_property(PROPERTIES, property, text, origin),
                }
            } else if let Some(property) = path.strip_prefix("kafka.topic_properties.") {
                self.set_property(TOPIC_PROPERTIES, property.replace('_', "."), text, origin);
            } else if self.leaves.contains_key(&path) {
                self.set(&path, &Raw::Text(text), origin, true);
            } else if let Some((section, _)) = path.split_once('.')
                && (self.is_stem(section) || section == PEOPLE)
            {
                let hint = nearest(&name, self.leaves.keys().map(|path| setting::variable(path)));
                self.faults.push(Fault::new(origin, format!("no such variable{hint}")));
            }
        }
    }

    /// Lays the flags over the environment.
    pub(super) fn add_flags(&mut self, flags: &Flags) {
        for (flag, text) in flags.given() {
            let setting = setting::all()
                .find(|setting| setting.flag == Some(flag))
                .expect("every flag belongs to a setting");
            self.set(
                setting.path,
                &Raw::Text(text.to_owned()),
                Origin::Flag(flag.to_owned()),
                true,
            );
        }
    }

    fn set(&mut self, path: &str, raw: &Raw, origin: Origin, lenient: bool) {
        match value::parse(self.leaves[path].setting.kind, raw, lenient) {
            Ok(value) => drop(self.values.insert(path.to_owned(), (origin, value))),
            Err(reason) => self.faults.push(Fault::new(origin, format!("{path}: {reason}"))),
        }
    }

    /// Whether settings lie below this path.
    fn is_stem(&self, path: &str) -> bool {
        let stem = format!("{path}.");
        self.leaves.keys().any(|leaf| leaf.starts_with(&stem))
    }

    /// Every key that a file may hold: sections, tables and settings.
    fn known(&self) -> impl Iterator<Item = &str> {
        let stems = setting::all().filter_map(|setting| setting.path.strip_suffix(".*"));
        let sections = setting::all().filter_map(|setting| setting.path.split('.').next());
        self.leaves.keys().map(String::as_str).chain(stems).chain(sections).chain([PEOPLE])
    }

    /// Where a setting was set; `None` for a default.
    pub(super) fn set_at(&self, path: &str) -> Option<Origin> {
        self.values.get(path).map(|(origin, _)| origin.clone())
    }

    /// Where a setting was set.
    pub(super) fn origin(&self, path: &str) -> Origin {
        self.set_at(path).unwrap_or(Origin::Default)
    }

    fn value(&self, path: &str) -> Option<Value> {
        if let Some((_, value)) = self.values.get(path) {
            return Some(value.clone());
        }
        let leaf = self.leaves.get(path).expect("sections read what their tables declare");
        let text = leaf.setting.default.value(leaf.topic)?;
        let value = value::parse(leaf.setting.kind, &Raw::Text(text), true);
        Some(value.expect("defaults are good values"))
    }

    pub(super) fn flag(&self, path: &str) -> bool {
        matches!(self.value(path), Some(Value::Flag(true)))
    }

    pub(super) fn duration(&self, path: &str) -> Duration {
        match self.value(path) {
            Some(Value::Duration(duration)) => duration,
            other => unreachable!("{path} is a time with a default, not {other:?}"),
        }
    }

    pub(super) fn address(&self, path: &str) -> std::net::SocketAddr {
        match self.value(path) {
            Some(Value::Address(address)) => address,
            other => unreachable!("{path} is an address with a default, not {other:?}"),
        }
    }

    pub(super) fn optional_integer(&self, path: &str) -> Option<u64> {
        match self.value(path) {
            Some(Value::Integer(number)) => Some(number),
            _ => None,
        }
    }

    pub(super) fn integer(&self, path: &str) -> u64 {
        self.optional_integer(path).expect("numbers that must be there have a default")
    }

    pub(super) fn optional_text(&self, path: &str) -> Option<String> {
        match self.value(path) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn text(&self, path: &str) -> String {
        self.optional_text(path).expect("texts that must be there have a default")
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Boolean(flag) => Raw::Flag(*flag),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map_or(Raw::Other("a number out of range"), Raw::Integer),
        other => Raw::Other(other.type_str()),
    }
}

/// `{ file = "PATH" }` or `{ env = "NAME" }`.
pub(super) fn secret<'a>(table: &'a DeTable<'_>) -> Option<(&'a str, &'a str)> {
    let (key, value) = table.iter().next().filter(|_| table.len() == 1)?;
    let kind = key.get_ref().as_ref();
    ["file", "env"].contains(&kind).then(|| Some((kind, value.get_ref().as_str()?))).flatten()
}

fn noun(path: &str) -> &'static str {
    if path.contains('.') { "key" } else { "section" }
}

fn line(origin: &Origin) -> Option<usize> {
    match origin {
        Origin::File { line, .. } => Some(*line),
        _ => None,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `; did you mean "..."?` with the most similar of the known names, if any is similar.
pub(super) fn nearest<T: AsRef<str>>(name: &str, known: impl IntoIterator<Item = T>) -> String {
    known
        .into_iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known.as_ref()), known))
        .filter(|(similarity, _)| *similarity > 0.6)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map_or_else(String::new, |(_, known)| format!("; did you mean {}?", known.as_ref()))
}
