//! Section `people`: the directory of people, `[people.ID]` with `name`, `title` and `superior`.

use std::collections::BTreeMap;

use model::{Person, PersonId};
use toml::{Spanned, de::DeTable};

use super::layer::{Reading, nearest};

/// What an entry may hold.
pub(super) const KEYS: [&str; 3] = ["name", "title", "superior"];

/// Reads the directory; faults go to `reading`.
pub(super) fn read(table: &DeTable<'_>, reading: &mut Reading<'_>) -> Vec<Person> {
    let mut people = BTreeMap::new();
    for (key, value) in table {
        let id = key.get_ref();
        match value.get_ref().as_table() {
            Some(entry) => {
                if let Some(person) = person(key, entry, reading) {
                    people.insert(person.id.clone(), person);
                }
            }
            None => reading.fault(value.span(), format!("people.{id}: expected a table")),
        }
    }
    check_superiors(table, &people, reading);
    people.into_values().collect()
}

fn person(
    key: &Spanned<std::borrow::Cow<'_, str>>,
    entry: &DeTable<'_>,
    reading: &mut Reading<'_>,
) -> Option<Person> {
    let id = key.get_ref();
    let mut texts = BTreeMap::new();
    for (field, value) in entry {
        let name = field.get_ref().as_ref();
        if !KEYS.contains(&name) {
            let hint = nearest(name, KEYS);
            reading.fault(field.span(), format!("people.{id}.{name}: no such key{hint}"));
        } else if let Some(text) = value.get_ref().as_str().filter(|text| !text.trim().is_empty()) {
            texts.insert(name, text);
        } else {
            reading.fault(value.span(), format!("people.{id}.{name}: expected a text"));
        }
    }
    let missing = KEYS[..2].iter().filter(|name| !entry.contains_key(**name));
    for name in missing {
        reading.fault(key.span(), format!("people.{id}: {name} is missing"));
    }
    let person_id = |text: &str, reading: &mut Reading<'_>| {
        let fault = |error| reading.fault(key.span(), format!("people.{id}: {error}"));
        PersonId::new(text).map_err(fault).ok()
    };
    Some(Person {
        id: person_id(id, reading)?,
        superior: texts.get("superior").and_then(|text| person_id(text, reading)),
        name: (*texts.get("name")?).to_owned(),
        title: (*texts.get("title")?).to_owned(),
    })
}

/// Every superior is in the directory, and nobody stands above themselves.
fn check_superiors(
    table: &DeTable<'_>,
    people: &BTreeMap<PersonId, Person>,
    reading: &mut Reading<'_>,
) {
    for person in people.values() {
        let Some(superior) = &person.superior else { continue };
        let span = table
            .get(person.id.as_str())
            .and_then(|entry| entry.get_ref().get("superior"))
            .map_or(0..0, Spanned::span);
        if !table.contains_key(superior.as_str()) {
            let reason = format!("people.{}.superior: nobody is named {superior}", person.id);
            reading.fault(span, reason);
        } else if is_above_itself(person, people) {
            let reason = format!("people.{}.superior: stands above and below them", person.id);
            reading.fault(span, reason);
        }
    }
}

fn is_above_itself(person: &Person, people: &BTreeMap<PersonId, Person>) -> bool {
    let next = |of: &&Person| of.superior.as_ref().and_then(|id| people.get(id));
    std::iter::successors(Some(person), next)
        .skip(1)
        .take(people.len())
        .any(|above| above.id == person.id)
}
