//! Books: events of different provenance are kept, folded and shown apart.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How an event came to be. Absent on the wire means [`Provenance::Real`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// It happened.
    #[default]
    Real,
    /// The generator made it while no broker answered.
    Simulated,
    /// A scenario made it.
    Drill,
    /// Recorded earlier and played again.
    Replayed,
}

impl Provenance {
    /// Every provenance.
    pub const ALL: [Provenance; 4] =
        [Provenance::Real, Provenance::Simulated, Provenance::Drill, Provenance::Replayed];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Provenance::Real => "real",
            Provenance::Simulated => "simulated",
            Provenance::Drill => "drill",
            Provenance::Replayed => "replayed",
        }
    }
}

impl FromStr for Provenance {
    type Err = UnknownProvenance;

    fn from_str(name: &str) -> Result<Self, UnknownProvenance> {
        Provenance::ALL
            .into_iter()
            .find(|provenance| provenance.name() == name)
            .ok_or_else(|| UnknownProvenance(name.to_owned()))
    }
}

/// No provenance has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no provenance is named {0:?}; it is real, simulated, drill or replayed")]
pub struct UnknownProvenance(pub String);

/// A ledger of its own: state, alerts and sequence of one provenance, or of one run.
///
/// In text: `real`, `simulated`, `mixed`, `drill:<run>`, `replay:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Book {
    /// What the bank's systems report.
    #[default]
    Real,
    /// What the generator makes up.
    Simulated,
    /// No ledger but a view of two: of some topics what is simulated, of the others what is real.
    /// No event and no alert is of it; [`Book::of_topic`] tells whose they are.
    Mixed,
    /// One run of a scenario.
    Drill(String),
    /// One replay of recorded events.
    Replay(String),
}

impl Book {
    /// The book that the events of a topic are in, where `simulated` tells whether a mixed view
    /// takes them from the simulation.
    pub fn of_topic(&self, simulated: bool) -> &Book {
        match self {
            Book::Mixed if simulated => &Book::Simulated,
            Book::Mixed => &Book::Real,
            other => other,
        }
    }

    /// The provenance that every event of this book carries; of a mixed view, what it is meant to
    /// be.
    pub fn provenance(&self) -> Provenance {
        match self {
            Book::Real | Book::Mixed => Provenance::Real,
            Book::Simulated => Provenance::Simulated,
            Book::Drill(_) => Provenance::Drill,
            Book::Replay(_) => Provenance::Replayed,
        }
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Book::Real => f.write_str("real"),
            Book::Simulated => f.write_str("simulated"),
            Book::Mixed => f.write_str("mixed"),
            Book::Drill(run) => write!(f, "drill:{run}"),
            Book::Replay(id) => write!(f, "replay:{id}"),
        }
    }
}

/// The text names no book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no book is named {0:?}; books are real, simulated, mixed, drill:RUN and replay:ID")]
pub struct UnknownBook(pub String);

impl FromStr for Book {
    type Err = UnknownBook;

    fn from_str(text: &str) -> Result<Self, UnknownBook> {
        let run = |id: &str| {
            let fits = (1..=64).contains(&id.len());
            let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (fits && plain).then(|| id.to_owned())
        };
        let book = match text.split_once(':') {
            None if text == "real" => Some(Book::Real),
            None if text == "simulated" => Some(Book::Simulated),
            None if text == "mixed" => Some(Book::Mixed),
            Some(("drill", id)) => run(id).map(Book::Drill),
            Some(("replay", id)) => run(id).map(Book::Replay),
            _ => None,
        };
        book.ok_or_else(|| UnknownBook(text.to_owned()))
    }
}

impl TryFrom<String> for Book {
    type Error = UnknownBook;

    fn try_from(text: String) -> Result<Self, UnknownBook> {
        text.parse()
    }
}

impl From<Book> for String {
    fn from(book: Book) -> String {
        book.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Book {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Book".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(real|simulated|mixed|(drill|replay):[A-Za-z0-9-]{1,64})$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["real", "simulated", "mixed", "drill:budget-crisis-7", "replay:4"] {
            assert_eq!(text.parse::<Book>().unwrap().to_string(), text);
        }
        for text in ["", "Real", "drill", "drill:", "drill:a/b", "drill:a b", "live"] {
            assert_eq!(text.parse::<Book>(), Err(UnknownBook(text.into())));
        }
    }
}
