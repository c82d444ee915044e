//! The write-ahead log: copied into the database beside the writer, so that no commit waits for
//! it. A log that outgrows its bound is copied by the writer.

use std::{
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
    thread::JoinHandle,
};

use rusqlite::{Connection, hooks::Wal};

use super::fault::Result;

/// Pages of 4 KB from which on the log is copied: 1 MB.
const COPIED: i32 = 256;

/// Pages from which on a commit waits for the copy: 16 MB.
const LARGEST: i32 = 4_096;

/// The thread that copies. It ends with the writer's connection, which tells it when to work, and
/// must be dropped after it.
pub(super) struct Copier(Option<JoinHandle<()>>);

impl Copier {
    /// Copies whenever the writer's `connection` to the database at `path` has written enough.
    pub(super) fn start(connection: &mut Connection, path: &Path) -> Result<Self> {
        let own = Connection::open(path)?;
        let (wake, woken) = sync_channel(1);
        connection.wal_hook(Some(move |wal: &mut Wal, pages| {
            if pages >= LARGEST {
                copied(wal.checkpoint());
            } else if pages >= COPIED {
                // It has been told already, or has ended: then the log grows to its bound.
                wake.try_send(()).ok();
            }
            Ok(())
        }))?;
        let thread = std::thread::Builder::new().name("wal".into());
        Ok(Self(Some(thread.spawn(move || copy(&own, &woken))?)))
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        if self.0.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the copying of the write-ahead log had failed");
        }
    }
}

fn copy(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        let pass = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        copied(pass);
    }
}

/// A pass that found a reader or another pass in its way is followed by the next; what was
/// committed is safe in the log.
fn copied<T>(pass: rusqlite::Result<T>) {
    if let Err(error) = pass {
        tracing::debug!(%error, "the write-ahead log was not copied");
    }
}
