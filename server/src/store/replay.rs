//! A book's log in its order: blocks of seven topics, ticks and commands, merged by sequence.
//!
//! No transaction stays open, since a long replay would keep the write-ahead log from being
//! copied back. What it stands on instead: entries up to the book's last one at the start are
//! all there, and blocks may be merged meanwhile but never lose an entry after a checkpoint.

use std::collections::VecDeque;

use model::{Book, Timestamp, Topic};
use pipeline::store::{LogEntry, Logged};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    block::{Row, Unpacker},
    deed,
    fault::{Fault, Result},
};

const LAST: &str = "SELECT last_sequence FROM book WHERE name = ?1";

/// The block in which the log goes on after an entry. The inner query finds it by the index alone.
const NEXT_BLOCK: &str = "
    SELECT data, raw_size FROM block
    WHERE book = ?1 AND topic = ?2 AND last_sequence > ?3 AND first_sequence >= coalesce(
        (SELECT max(first_sequence) FROM block
            WHERE book = ?1 AND topic = ?2 AND first_sequence <= ?3 + 1), 0)
    ORDER BY first_sequence LIMIT 1";

const NEXT_TICKS: &str = "
    SELECT data FROM tick
    WHERE book = ?1 AND last_sequence > ?2 AND first_sequence >= coalesce(
        (SELECT max(first_sequence) FROM tick
            WHERE book = ?1 AND first_sequence <= ?2 + 1), 0)
    ORDER BY first_sequence LIMIT 1";

const NEXT_COMMANDS: &str = "
    SELECT sequence, data FROM command
    WHERE book = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 64";

/// Hands every entry after `after` to `each`.
pub(super) fn run(
    connection: &Connection,
    book: &Book,
    after: u64,
    each: &mut dyn FnMut(LogEntry),
) -> Result<()> {
    let name = book.to_string();
    let last = connection.prepare_cached(LAST)?.query_row([&name], |row| row.get(0)).optional()?;
    let Some(last) = last else { return Ok(()) };
    let mut log = Log { connection, book: name, unpacker: Unpacker::new()? };
    let kinds = Topic::ALL.map(Kind::Events).into_iter().chain([Kind::Ticks, Kind::Commands]);
    let mut streams: Vec<Stream> = kinds.map(|kind| Stream::new(kind, after)).collect();
    for stream in &mut streams {
        stream.fill(&mut log)?;
    }
    while let Some(stream) = streams
        .iter_mut()
        .filter(|stream| stream.head().is_some_and(|head| head <= last))
        .min_by_key(|stream| stream.head())
    {
        each(stream.next()?);
        stream.fill(&mut log)?;
    }
    Ok(())
}

struct Log<'c> {
    connection: &'c Connection,
    book: String,
    unpacker: Unpacker,
}

#[derive(Clone, Copy)]
enum Kind {
    Events(Topic),
    Ticks,
    Commands,
}

/// Entries of one kind, a block of them in memory.
struct Stream {
    kind: Kind,
    after: u64,
    loaded: Loaded,
    ended: bool,
}

/// What is in memory: packed rows with the sequence of the first of them, or whole entries.
struct Loaded {
    rows: Vec<u8>,
    at: usize,
    head: Option<u64>,
    entries: VecDeque<LogEntry>,
}

impl Stream {
    fn new(kind: Kind, after: u64) -> Self {
        let loaded = Loaded { rows: Vec::new(), at: 0, head: None, entries: VecDeque::new() };
        Self { kind, after, loaded, ended: false }
    }

    fn head(&self) -> Option<u64> {
        self.loaded.head.or_else(|| self.loaded.entries.front().map(|entry| entry.sequence))
    }

    /// Takes the first entry; there is one, by [`Stream::head`].
    fn next(&mut self) -> Result<LogEntry> {
        let gone = || Fault::Damaged("the log ends within a block".into());
        let entry = match self.kind {
            Kind::Events(topic) => self.loaded.take_row(topic)?,
            Kind::Ticks | Kind::Commands => self.loaded.entries.pop_front().ok_or_else(gone)?,
        };
        self.after = entry.sequence;
        Ok(entry)
    }

    /// Loads the next block, unless something is loaded or nothing is left.
    fn fill(&mut self, log: &mut Log<'_>) -> Result<()> {
        while self.head().is_none() && !self.ended {
            let found = match self.kind {
                Kind::Events(topic) => log.events(topic, self.after)?.map(|rows| {
                    self.loaded.rows = rows;
                    self.loaded.at = 0;
                    self.loaded.skip_to(self.after)
                }),
                Kind::Ticks => log.ticks(self.after, &mut self.loaded.entries)?.then_some(Ok(())),
                Kind::Commands => {
                    log.commands(self.after, &mut self.loaded.entries)?.then_some(Ok(()))
                }
            };
            self.ended = found.transpose()?.is_none();
        }
        Ok(())
    }
}

impl Loaded {
    fn take_row(&mut self, topic: Topic) -> Result<LogEntry> {
        let (row, rest) = Row::first(&self.rows[self.at..])?;
        let what = Logged::Event(Box::new(row.decoded(topic)?));
        let entry = LogEntry { sequence: row.sequence, what };
        self.at = self.rows.len() - rest.len();
        self.skip_to(entry.sequence)?;
        Ok(entry)
    }

    /// Passes over rows up to a sequence.
    fn skip_to(&mut self, after: u64) -> Result<()> {
        self.head = None;
        while self.at < self.rows.len() {
            let (row, rest) = Row::first(&self.rows[self.at..])?;
            if row.sequence > after {
                self.head = Some(row.sequence);
                break;
            }
            self.at = self.rows.len() - rest.len();
        }
        Ok(())
    }
}

impl Log<'_> {
    fn events(&mut self, topic: Topic, after: u64) -> Result<Option<Vec<u8>>> {
        let mut statement = self.connection.prepare_cached(NEXT_BLOCK)?;
        let found = statement
            .query_row(params![self.book, topic.name(), after], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?))
            })
            .optional()?;
        found.map(|(data, size)| self.unpacker.unpack(&data, size)).transpose()
    }

    fn ticks(&mut self, after: u64, into: &mut VecDeque<LogEntry>) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(NEXT_TICKS)?;
        let found = statement
            .query_row(params![self.book, after], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        let Some(data) = found else { return Ok(false) };
        let ticks: Vec<(u64, Timestamp)> = postcard::from_bytes(&data)?;
        let left = ticks.into_iter().filter(|(sequence, _)| *sequence > after);
        into.extend(left.map(|(sequence, time)| LogEntry { sequence, what: Logged::Tick(time) }));
        Ok(!into.is_empty())
    }

    fn commands(&mut self, after: u64, into: &mut VecDeque<LogEntry>) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(NEXT_COMMANDS)?;
        let mut rows = statement.query(params![self.book, after])?;
        while let Some(row) = rows.next()? {
            into.push_back(deed::read(row.get(0)?, &row.get::<_, Vec<u8>>(1)?)?);
        }
        Ok(!into.is_empty())
    }
}
