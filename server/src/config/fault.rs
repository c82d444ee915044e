//! Faults of a configuration: where it says something wrong, and what is wrong with it.

use std::{fmt, path::PathBuf};

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A place in the configuration file.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { path, line, column } => {
                write!(f, "{}:{line}:{column}", path.display())
            }
            Origin::Environment(name) | Origin::Flag(name) => f.write_str(name),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// One fault. Its text is `streamboard.toml:12:9: reason`, and never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{origin}: {reason}")]
pub struct Fault {
    /// Where.
    pub origin: Origin,
    /// What, in a sentence that names the setting.
    pub reason: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(origin: Origin, reason: impl Into<String>) -> Self {
        Self { origin, reason: reason.into() }
    }
}

/// The place of a byte in a text.
pub(super) fn place(path: &std::path::Path, text: &str, byte: usize) -> Origin {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Origin::File {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
