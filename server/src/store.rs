//! The adapter of persistence: one SQLite database in the data directory. SQL is here and nowhere
//! else.
//!
//! Events are kept as blocks, a row for each run of events of one topic of one book, since a row
//! for each event cannot keep up ([`block`]). One batch is one transaction and one sync.
//! [`tidy`] merges small blocks and applies the retention.

mod alert;
mod block;
mod change_over;
mod cursor;
mod dead;
mod deed;
mod fault;
mod feed;
mod file;
mod read;
mod replay;
mod search;
mod spool;
mod tidy;
mod wal;
mod write;

use std::path::Path;

use model::Timestamp;
use pipeline::store::StoreError;

pub use self::{read::SqliteReader, write::SqliteWriter};

/// How much is kept. Events after the oldest kept checkpoint of a book stay in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes on disk for the simulated book. Default 10 MB.
    pub simulated_bytes: u64,
    /// Bytes on disk for the real book. Default 20 GB.
    pub real_bytes: u64,
    /// Age in milliseconds of event time beyond which real events go. Default 30 days.
    pub real_age_ms: i64,
    /// Bytes on disk for each drill and each replay. Default 10 MB.
    pub drill_bytes: u64,
    /// Resolved alerts kept in the real book. Default 10,000.
    pub real_alerts: u32,
    /// Resolved alerts kept in any other book. Default 500.
    pub other_alerts: u32,
    /// Messages that were refused, at most. Default 10,000.
    pub dead_letters: u32,
    /// Bytes of messages that were refused, at most. Default 64 MB.
    pub dead_letter_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            simulated_bytes: 10_000_000,
            real_bytes: 20_000_000_000,
            real_age_ms: 30 * Timestamp::DAY,
            drill_bytes: 10_000_000,
            real_alerts: 10_000,
            other_alerts: 500,
            dead_letters: 10_000,
            dead_letter_bytes: 64 << 20,
        }
    }
}

/// Opens the store in a directory, which is made where it is missing, for this process alone.
///
/// # Errors
/// When the directory cannot be written, another process holds it, the database is of a newer
/// program (it is left as it was) or damaged.
pub fn open(
    directory: &Path,
    options: Options,
) -> Result<(SqliteWriter, SqliteReader), StoreError> {
    let lock = file::lock(directory)?;
    let path = directory.join(file::NAME);
    let connection = file::open(&path)?;
    let writer = SqliteWriter::new(connection, &path, lock, options)?;
    Ok((writer, SqliteReader::new(path)))
}

#[cfg(test)]
mod tests;
