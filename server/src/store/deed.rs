//! What stands in a book's log beside events and ticks: kept as JSON, because it outlives versions
//! of the program and is little.

use model::{Timestamp, alert::Command, view::transaction::Rates};
use pipeline::{
    message::Gap,
    store::{LogEntry, Logged},
};
use serde::{Deserialize, Serialize};

use super::fault::{Fault, Result};

/// The column `data` of the table `command`. Stored, so never to be changed.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Deed {
    Command(Timestamp, Command),
    Rates { rates: Rates },
    Missed { missed: Gap },
}

/// The bytes of an entry; nothing where it is an event or a tick.
pub(super) fn write(entry: &LogEntry) -> Option<Result<Vec<u8>>> {
    let deed = match &entry.what {
        Logged::Command(at, command) => Deed::Command(*at, command.clone()),
        Logged::Rates(rates) => Deed::Rates { rates: rates.clone() },
        Logged::Missed(gap) => Deed::Missed { missed: *gap },
        Logged::Event(_) | Logged::Tick(_) => return None,
    };
    Some(serde_json::to_vec(&deed).map_err(|error| Fault::Damaged(error.to_string())))
}

/// The entry that was written.
pub(super) fn read(sequence: u64, bytes: &[u8]) -> Result<LogEntry> {
    let deed = serde_json::from_slice(bytes)
        .map_err(|error| Fault::Damaged(format!("entry {sequence}: {error}")))?;
    let what = match deed {
        Deed::Command(at, command) => Logged::Command(at, command),
        Deed::Rates { rates } => Logged::Rates(rates),
        Deed::Missed { missed } => Logged::Missed(missed),
    };
    Ok(LogEntry { sequence, what })
}
