//! Feeds: files and addresses of systems without Kafka, and how their rows become messages.
//!
//! Pure: [`split`] cuts bytes into rows, [`row`] reads one, [`convert`] makes a value of a payload
//! of what stands in it, [`map`] makes the message. Files are read and addresses asked in
//! [`crate::source::feed`].

mod convert;
pub mod map;
pub mod row;
pub mod split;

use std::{fmt, path::PathBuf, time::Duration};

use model::Topic;

pub use self::{
    convert::Convert,
    map::{Field, Mapping, Take},
};

/// A source of rows, and what they mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// Its name, unique; also names its events' source: `/feed/NAME`.
    pub name: String,
    /// The topic of its events.
    pub topic: Topic,
    /// Where its rows are.
    pub place: Place,
    /// How they are written.
    pub format: Format,
    /// What they mean.
    pub map: Mapping,
}

/// Where rows are.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A file, all files of a folder, or those whose name fits a pattern with `*` and `?`.
    Files(PathBuf),
    /// An address that is asked again and again.
    Url(Address),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Files(path) => path.display().fmt(f),
            Place::Url(address) => f.write_str(address.shown()),
        }
    }
}

/// An address that is asked again and again.
#[derive(Clone, PartialEq)]
pub struct Address {
    /// `http:` or `https:`, without user and password.
    pub url: String,
    /// Pause between two requests while all is well.
    pub every: Duration,
    /// How long an answer may take as a whole.
    pub timeout: Duration,
    /// Headers that are sent.
    pub headers: Headers,
}

impl Address {
    /// The address without its query, which may hold a secret.
    pub fn shown(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }
}

/// Without what may be a secret.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}", self.shown(), self.headers)
    }
}

/// Headers by name. Values may be secrets: no text form shows them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers(pub Vec<(String, String)>);

/// The names alone.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// How rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Cells (RFC 4180) below a line that names the columns.
    Csv {
        /// What stands between two cells.
        delimiter: u8,
    },
    /// One JSON value a line.
    Ndjson,
    /// The elements of an array within one JSON document.
    Json {
        /// JSON pointer of the array (RFC 6901); empty where it is the document.
        items: String,
    },
}
