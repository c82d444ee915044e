//! The side that reads: a few connections, shared by any number of threads.

use std::{
    collections::BTreeMap,
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use model::{Alert, AlertId, Book, EventId, Recorded, status::ChangeOver};
use pipeline::store::{
    AlertQuery, Checkpoint, DeadLetter, EventQuery, FeedPosition, LogEntry, Page, Positions,
    Reader, StoreError, Waiting,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    alert,
    block::Unpacker,
    change_over, dead,
    fault::{Fault, Result},
    feed, file, replay, search, spool, write,
};

/// Connections at most; who comes when all are in use waits.
const CONNECTIONS: usize = 4;

const BOOKS: &str = "SELECT name, last_sequence FROM book";

const CHECKPOINT: &str = "
    SELECT sequence, raw_size, state FROM checkpoint
    WHERE book = ?1 ORDER BY sequence DESC LIMIT 1";

const POSITIONS: &str = "SELECT topic, partition, next FROM position";

const NEWEST_BLOCKS: &str = "SELECT id, count FROM block ORDER BY id DESC";

const KEYS: &str = "SELECT keys FROM block WHERE id = ?1";

/// Reads what the writer committed. Clones share their connections.
#[derive(Clone)]
pub struct SqliteReader(Arc<Pool>);

struct Pool {
    path: PathBuf,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    open: usize,
}

/// A connection that goes back when it is dropped.
struct Lease<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self) -> Result<Lease<'_>> {
        let full = |state: &mut State| state.idle.is_empty() && state.open >= CONNECTIONS;
        let waited = self.freed.wait_while(self.lock(), full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = state.idle.pop() {
            return Ok(Lease { pool: self, connection: Some(connection) });
        }
        state.open += 1;
        drop(state);
        let mut lease = Lease { pool: self, connection: None };
        lease.connection = Some(file::open_reader(&self.path)?);
        Ok(lease)
    }
}

impl Deref for Lease<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lease that was handed out has its connection")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        match self.connection.take() {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        self.pool.freed.notify_one();
    }
}

impl SqliteReader {
    pub(super) fn new(path: PathBuf) -> Self {
        let state = Mutex::new(State::default());
        Self(Arc::new(Pool { path, state, freed: Condvar::new() }))
    }

    /// The generator's seed that this data was begun with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn seed(&self) -> std::result::Result<Option<u64>, StoreError> {
        self.with(write::seed)
    }

    /// Hands a connection to `read`. All that `read` sees is of one moment only where it opens a
    /// transaction.
    fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        let result = self.0.lease().and_then(|lease| read(&lease));
        Ok(result?)
    }
}

impl Reader for SqliteReader {
    fn books(&self) -> std::result::Result<Vec<(Book, u64)>, StoreError> {
        self.with(reached)
    }

    fn checkpoint(&self, book: &Book) -> std::result::Result<Option<Checkpoint>, StoreError> {
        self.with(|connection| checkpoint(connection, book))
    }

    fn replay(
        &self,
        book: &Book,
        after: u64,
        each: &mut dyn FnMut(LogEntry),
    ) -> std::result::Result<(), StoreError> {
        self.with(|connection| replay::run(connection, book, after, each))
    }

    fn positions(&self) -> std::result::Result<Positions, StoreError> {
        self.with(positions)
    }

    fn feed_positions(
        &self,
        feed: &str,
    ) -> std::result::Result<BTreeMap<String, FeedPosition>, StoreError> {
        self.with(|connection| feed::read(connection, feed))
    }

    fn recent_keys(
        &self,
        limit: usize,
        each: &mut dyn FnMut(u128),
    ) -> std::result::Result<(), StoreError> {
        self.with(|connection| recent_keys(connection, limit, each))
    }

    fn events(&self, query: &EventQuery) -> std::result::Result<Page<Recorded>, StoreError> {
        self.with(|connection| search::list(connection, query))
    }

    fn event(&self, id: &EventId) -> std::result::Result<Option<Recorded>, StoreError> {
        self.with(|connection| search::get(connection, id))
    }

    fn alerts(&self, query: &AlertQuery) -> std::result::Result<Page<Alert>, StoreError> {
        self.with(|connection| alert::list(connection, query))
    }

    fn alert(&self, id: &AlertId) -> std::result::Result<Option<Alert>, StoreError> {
        self.with(|connection| alert::get(connection, id))
    }

    fn dead_letters(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> std::result::Result<Page<DeadLetter>, StoreError> {
        self.with(|connection| dead::list(connection, cursor, limit))
    }

    fn spool(
        &self,
        after: u64,
        records: usize,
        bytes: u64,
    ) -> std::result::Result<Vec<Waiting>, StoreError> {
        self.with(|connection| spool::list(connection, after, records, bytes))
    }

    fn awaited(&self, each: &mut dyn FnMut(u128)) -> std::result::Result<(), StoreError> {
        self.with(|connection| spool::awaited(connection, each))
    }

    fn change_overs(&self) -> std::result::Result<Vec<ChangeOver>, StoreError> {
        self.with(change_over::list)
    }

    fn dead_letter(&self, id: i64) -> std::result::Result<Option<DeadLetter>, StoreError> {
        self.with(|connection| dead::one(connection, id))
    }

    fn bytes(&self) -> u64 {
        let size = |path: &Path| path.metadata().map_or(0, |file| file.len());
        size(&self.0.path) + size(&self.0.path.with_extension("db-wal"))
    }
}

/// The books that have entries, in the order of [`Book`].
pub(super) fn books(connection: &Connection) -> Result<Vec<Book>> {
    Ok(reached(connection)?.into_iter().map(|(book, _)| book).collect())
}

/// The same, with the place of the last entry of each.
fn reached(connection: &Connection) -> Result<Vec<(Book, u64)>> {
    let mut statement = connection.prepare_cached(BOOKS)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut books = Vec::new();
    for row in rows {
        let (name, last) = row?;
        books.push((named(&name)?, last));
    }
    books.sort();
    Ok(books)
}

/// A stored name of a book.
pub(super) fn named<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str) -> Result<T> {
    name.parse().map_err(|error: T::Err| Fault::Damaged(error.to_string()))
}

fn checkpoint(connection: &Connection, book: &Book) -> Result<Option<Checkpoint>> {
    let mut statement = connection.prepare_cached(CHECKPOINT)?;
    let found = statement
        .query_row([book.to_string()], |row| {
            Ok((row.get(0)?, row.get::<_, usize>(1)?, row.get::<_, Vec<u8>>(2)?))
        })
        .optional()?;
    let Some((sequence, size, state)) = found else { return Ok(None) };
    let state = Unpacker::new()?.unpack(&state, size)?;
    Ok(Some(Checkpoint { book: book.clone(), sequence, state }))
}

fn positions(connection: &Connection) -> Result<Positions> {
    let mut statement = connection.prepare_cached(POSITIONS)?;
    let mut rows = statement.query([])?;
    let mut positions = Positions::new();
    while let Some(row) = rows.next()? {
        positions.insert((named(&row.get::<_, String>(0)?)?, row.get(1)?), row.get(2)?);
    }
    Ok(positions)
}

/// Blocks carry growing ids, so the newest keys are those of the last blocks.
fn recent_keys(connection: &Connection, limit: usize, each: &mut dyn FnMut(u128)) -> Result<()> {
    let transaction = connection.unchecked_transaction()?;
    let (mut ids, mut total) = (Vec::new(), 0);
    let mut statement = transaction.prepare_cached(NEWEST_BLOCKS)?;
    let mut rows = statement.query([])?;
    while total < limit {
        let Some(row) = rows.next()? else { break };
        ids.push(row.get::<_, i64>(0)?);
        total += row.get::<_, usize>(1)?;
    }
    let mut surplus = total.saturating_sub(limit);
    for id in ids.into_iter().rev() {
        let mut statement = transaction.prepare_cached(KEYS)?;
        let keys: Vec<u8> = statement.query_row(params![id], |row| row.get(0))?;
        let (keys, _) = keys.as_chunks::<16>();
        keys.iter().skip(surplus).for_each(|key| each(u128::from_le_bytes(*key)));
        surplus = surplus.saturating_sub(keys.len());
    }
    Ok(())
}
