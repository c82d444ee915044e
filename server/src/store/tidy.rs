//! Housekeeping: merging of small blocks, retention, and space given back to the disk. One step
//! is one bounded transaction.

use std::borrow::Cow;

use model::{Book, Timestamp, Topic};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    Options, SqliteWriter, alert,
    block::{self, Packed},
    fault::Result,
    read::books,
    spool,
    write::{Work, add_block},
};

/// Blocks that are merged together, at least.
const FAN: usize = 8;

/// Bytes of a block, packed, from which on it is not merged any more.
const FULL_BYTES: usize = 256 << 10;

/// Events that one step merges, at most, but for the last run: events that arrive wait for it.
const MERGED_EVENTS: usize = 1_024;

/// Newest blocks of a topic and book among which a run is looked for.
const LOOKED_AT: usize = 256;

/// Blocks that one step drops, at most.
const DROPPED: usize = 256;

/// Free pages of 4 KB that stay for the next commits, and pages given back in one step.
const FREE_PAGES: i64 = 32;
const VACUUMED: i64 = 512;

const NEWEST: &str = "
    SELECT first_sequence, count, size FROM block WHERE book = ?1 AND topic = ?2
    ORDER BY first_sequence DESC LIMIT ?3";

const RUN: &str = "
    SELECT first_sequence, last_sequence, from_time, to_time, count, raw_size, entities, ids,
        keys, data, id
    FROM block WHERE book = ?1 AND topic = ?2 AND first_sequence BETWEEN ?3 AND ?4
    ORDER BY first_sequence";

const DROP_RUN: &str = "
    DELETE FROM block WHERE book = ?1 AND topic = ?2 AND first_sequence BETWEEN ?3 AND ?4";

const OLDEST_CHECKPOINT: &str = "SELECT min(sequence) FROM checkpoint WHERE book = ?1";

const BLOCK_BYTES: &str = "SELECT coalesce(sum(size), 0) FROM block WHERE book = ?1";

const OLDEST: &str = "
    SELECT first_sequence, last_sequence, to_time, size FROM block
    WHERE book = ?1 AND topic = ?2 ORDER BY first_sequence LIMIT 1";

const DROP_TICKS: &str = "DELETE FROM tick WHERE book = ?1 AND last_sequence <= ?2";

/// Commands stay as long as events around them do.
const DROP_COMMANDS: &str = "
    DELETE FROM command WHERE book = ?1 AND sequence <= ?2 AND sequence < coalesce(
        (SELECT min(first_sequence) FROM block WHERE book = ?1), ?2)";

/// Does one step; `true` where more is left.
pub(super) fn step(writer: &mut SqliteWriter, now: Timestamp) -> Result<bool> {
    let SqliteWriter { connection, options, work, .. } = writer;
    let transaction = connection.transaction()?;
    let mut more = false;
    let mut merged = 0;
    for book in books(&transaction)? {
        more |= retain(&transaction, &book, options, now)?;
        for topic in Topic::ALL {
            if merged < MERGED_EVENTS {
                merged += merge(&transaction, &book, topic, work)?;
            }
        }
    }
    spool::drop_placed(&transaction)?;
    transaction.commit()?;
    more |= merged > 0;
    Ok(vacuum(connection)? || more)
}

/// Merges one run of small blocks; answers how many events it holds.
fn merge(
    transaction: &Transaction<'_>,
    book: &Book,
    topic: Topic,
    work: &mut Work,
) -> Result<usize> {
    let Some((first, last)) = find_run(transaction, book, topic)? else { return Ok(0) };
    let place = params![book.to_string(), topic.name(), first, last];
    work.run.clear();
    let mut id = None;
    let mut statement = transaction.prepare_cached(RUN)?;
    let mut rows = statement.query(place)?;
    while let Some(row) = rows.next()? {
        work.run.append(&packed(row)?, &mut work.unpacker)?;
        id = id.max(row.get(10)?);
    }
    transaction.prepare_cached(DROP_RUN)?.execute(place)?;
    add_block(transaction, id, book, topic, &work.packer.dense(&mut work.run)?)?;
    Ok(work.run.count)
}

fn packed<'a>(row: &rusqlite::Row<'a>) -> Result<Packed<'a>> {
    let blob = |index| Ok::<_, rusqlite::Error>(Cow::Owned(row.get::<_, Vec<u8>>(index)?));
    Ok(Packed {
        first_sequence: row.get(0)?,
        last_sequence: row.get(1)?,
        from_time: row.get(2)?,
        to_time: row.get(3)?,
        count: row.get(4)?,
        raw_size: row.get(5)?,
        entities: blob(6)?,
        ids: blob(7)?,
        keys: blob(8)?,
        data: blob(9)?,
    })
}

/// The first sequences of the oldest and newest block of a run worth merging: neighbours, from
/// the newest back, each not larger than twice what is collected so far, so that an event is
/// rewritten a logarithmic number of times.
fn find_run(
    transaction: &Transaction<'_>,
    book: &Book,
    topic: Topic,
) -> Result<Option<(u64, u64)>> {
    let mut statement = transaction.prepare_cached(NEWEST)?;
    let mut rows = statement.query(params![book.to_string(), topic.name(), LOOKED_AT])?;
    let mut run = Candidate::default();
    while let Some(row) = rows.next()? {
        let (first, count, size): (u64, usize, usize) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !run.takes(count, size) {
            if run.blocks >= FAN {
                break;
            }
            run = Candidate::default();
        }
        if run.takes(count, size) {
            run.add(first, count, size);
        }
    }
    Ok((run.blocks >= FAN).then_some((run.oldest, run.newest)))
}

#[derive(Default)]
struct Candidate {
    blocks: usize,
    count: usize,
    size: usize,
    oldest: u64,
    newest: u64,
}

impl Candidate {
    fn takes(&self, count: usize, size: usize) -> bool {
        let fits = self.count + count <= block::EVENTS && self.size + size <= FULL_BYTES;
        let small = count <= block::EVENTS / 2 && size <= FULL_BYTES / 2;
        fits && small && (self.blocks == 0 || count <= self.count * 2)
    }

    fn add(&mut self, first: u64, count: usize, size: usize) {
        if self.blocks == 0 {
            self.newest = first;
        }
        self.oldest = first;
        self.blocks += 1;
        self.count += count;
        self.size += size;
    }
}

/// Applies the retention of a book; `true` where more is left.
fn retain(
    transaction: &Transaction<'_>,
    book: &Book,
    options: &Options,
    now: Timestamp,
) -> Result<bool> {
    let name = book.to_string();
    let keep = if *book == Book::Real { options.real_alerts } else { options.other_alerts };
    alert::drop_resolved(transaction, &name, keep)?;
    let mut statement = transaction.prepare_cached(OLDEST_CHECKPOINT)?;
    let checkpoint: Option<u64> = statement.query_row([&name], |row| row.get(0))?;
    let Some(checkpoint) = checkpoint else { return Ok(false) };
    transaction.prepare_cached(DROP_TICKS)?.execute(params![name, checkpoint])?;
    let more = drop_blocks(transaction, book, checkpoint, &Limit::of(book, options, now))?;
    transaction.prepare_cached(DROP_COMMANDS)?.execute(params![name, checkpoint])?;
    Ok(more)
}

/// What a book may keep in blocks.
struct Limit {
    bytes: u64,
    oldest: i64,
}

impl Limit {
    /// A quarter of the bytes is left for the rest: pages and their slack, write-ahead log,
    /// alerts, checkpoints.
    fn of(book: &Book, options: &Options, now: Timestamp) -> Self {
        let (bytes, oldest) = match book {
            Book::Real => (options.real_bytes, now.plus(-options.real_age_ms).millis()),
            Book::Simulated => (options.simulated_bytes, i64::MIN),
            Book::Mixed | Book::Drill(_) | Book::Replay(_) => (options.drill_bytes, i64::MIN),
        };
        Self { bytes: bytes - bytes / 4, oldest }
    }
}

struct Oldest {
    topic: Topic,
    first_sequence: u64,
    last_sequence: u64,
    to_time: i64,
    size: u64,
}

fn drop_blocks(
    transaction: &Transaction<'_>,
    book: &Book,
    checkpoint: u64,
    limit: &Limit,
) -> Result<bool> {
    let mut statement = transaction.prepare_cached(BLOCK_BYTES)?;
    let mut bytes: u64 = statement.query_row([book.to_string()], |row| row.get(0))?;
    for _ in 0..DROPPED {
        let Some(block) = oldest(transaction, book, checkpoint)? else { return Ok(false) };
        if bytes <= limit.bytes && block.to_time >= limit.oldest {
            return Ok(false);
        }
        let (name, first) = (book.to_string(), block.first_sequence);
        let place = params![name, block.topic.name(), first, first];
        transaction.prepare_cached(DROP_RUN)?.execute(place)?;
        bytes = bytes.saturating_sub(block.size);
    }
    Ok(true)
}

/// The oldest block of a book among those that no kept checkpoint needs.
fn oldest(transaction: &Transaction<'_>, book: &Book, checkpoint: u64) -> Result<Option<Oldest>> {
    let mut statement = transaction.prepare_cached(OLDEST)?;
    let mut best: Option<Oldest> = None;
    for topic in Topic::ALL {
        let found = statement
            .query_row(params![book.to_string(), topic.name()], |row| {
                Ok(Oldest {
                    topic,
                    first_sequence: row.get(0)?,
                    last_sequence: row.get(1)?,
                    to_time: row.get(2)?,
                    size: row.get(3)?,
                })
            })
            .optional()?;
        let Some(found) = found.filter(|found| found.last_sequence <= checkpoint) else { continue };
        if best.as_ref().is_none_or(|best| found.first_sequence < best.first_sequence) {
            best = Some(found);
        }
    }
    Ok(best)
}

/// Gives free pages back to the disk; `true` where more are left.
fn vacuum(connection: &Connection) -> Result<bool> {
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    let surplus = free - FREE_PAGES;
    if surplus <= 0 {
        return Ok(false);
    }
    let pages = surplus.min(VACUUMED);
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(surplus > pages)
}
