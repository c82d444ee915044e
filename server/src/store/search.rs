//! Stored events, newest first.
//!
//! The order is that of the log: within a book by falling sequence, between books by the time of
//! receipt of the next event of each. A cursor holds, for each book and topic with more, the
//! sequence before which it goes on; so new events, which come after every cursor, are neither
//! skipped nor make others repeat. A page looks at a bounded number of blocks and events, and may
//! therefore be short, even empty, and still name a next one.

use model::{Book, EventId, Recorded, Timestamp, Topic};
use pipeline::store::{EventQuery, Page, StoreError};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{
    block::{Row, Unpacker, fingerprint, has},
    cursor::{Cursor, Places},
    fault::Result,
    read::{books, named},
    spool,
};

/// Blocks that one page looks at, at most.
const BLOCKS: usize = 4_000;

/// Events that one page unpacks beyond the first match of each stream, at most; the last block may
/// go past it.
const EVENTS: usize = 200_000;

/// Blocks whose index of ids one look-up reads, at most.
const LOOKUPS: usize = 50_000;

const PREVIOUS_BLOCK: &str = "
    SELECT first_sequence, count, raw_size, entities, id FROM block
    WHERE book = :book AND topic = :topic AND first_sequence < :before
        AND from_time < :to AND to_time >= :from
    ORDER BY first_sequence DESC LIMIT 1";

const LAST: &str = "SELECT max(last_sequence) FROM block WHERE book = ?1 AND topic = ?2";

const DATA: &str = "SELECT data FROM block WHERE id = ?1";

/// Newest first; the times are those between which a UUIDv7 places its event.
const IDS: &str = "
    SELECT id, ids, book, topic, raw_size FROM block
    WHERE from_time <= ?2 AND to_time >= ?1 ORDER BY id DESC LIMIT ?3";

/// The events that are asked for.
pub(super) fn list(connection: &Connection, query: &EventQuery) -> Result<Page<Recorded>> {
    let transaction = connection.unchecked_transaction()?;
    let mut search = Search {
        connection: &transaction,
        query,
        limit: query.limit.clamp(1, 1_000),
        unpacker: Unpacker::new()?,
        blocks: BLOCKS,
        events: EVENTS,
    };
    let mut streams = streams(&transaction, query)?;
    let mut items = Vec::new();
    while search.fill(&mut streams)? && items.len() < search.limit {
        let Some(stream) = newest(&mut streams) else { break };
        let mut found = stream.take()?;
        set_place(&transaction, &mut found)?;
        items.push(found);
    }
    Ok(Page { items, next: rest(&streams) })
}

/// One topic of one book, from its newest event to its oldest.
struct Stream {
    book: Book,
    topic: Topic,
    /// Every event from here on was handed out or does not match.
    before: u64,
    /// Whether a block with a match was loaded.
    begun: bool,
    /// The rows behind `places`.
    rows: Vec<u8>,
    /// Matching rows of a block, oldest first; one more of them than a page takes, at most.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    sequence: u64,
    received: Timestamp,
    start: usize,
}

impl Stream {
    fn new(book: Book, topic: Topic, before: u64) -> Self {
        Self { book, topic, before, begun: false, rows: Vec::new(), places: Vec::new() }
    }

    fn head(&self) -> Option<Place> {
        self.places.last().copied()
    }

    fn take(&mut self) -> Result<Recorded> {
        let place = self.places.pop().expect("the newest stream has a place");
        self.before = place.sequence;
        let (row, _) = Row::first(&self.rows[place.start..])?;
        row.recorded(&self.book, self.topic)
    }
}

/// The streams that the query asks for, and no others, whatever the cursor names: it may have been
/// made up, or belong to another query.
fn streams(connection: &Connection, query: &EventQuery) -> Result<Vec<Stream>> {
    let places = match query.cursor.as_deref().map(Cursor::from_text).transpose()? {
        Some(Cursor::Events(places)) => Some(places),
        Some(_) => return Err(StoreError::Cursor.into()),
        None => None,
    };
    let mut streams = Vec::new();
    for book in chosen(connection, query)? {
        for topic in Topic::ALL {
            let wanted = query.topic.is_none_or(|wanted| wanted == topic);
            if !wanted {
                continue;
            }
            let before = match &places {
                Some(places) => place(places, &book, topic),
                None => end(connection, &book, topic)?,
            };
            if before > 0 {
                streams.push(Stream::new(book.clone(), topic, before));
            }
        }
    }
    Ok(streams)
}

/// Behind the newest event of a book and topic as it is now: a walk that begins here is not joined
/// by what comes later.
fn end(connection: &Connection, book: &Book, topic: Topic) -> Result<u64> {
    let last: Option<u64> = connection
        .prepare_cached(LAST)?
        .query_row(params![book.to_string(), topic.name()], |row| row.get(0))?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Where a cursor goes on in a book and topic: 0, before everything, where it does not name them.
fn place(places: &Places, book: &Book, topic: Topic) -> u64 {
    let topics = places.iter().filter(|(named, _)| named == book).flat_map(|(_, topics)| topics);
    topics
        .filter(|(named, _)| *named == topic)
        .map(|(_, before)| (*before).min(i64::MAX as u64))
        .next()
        .unwrap_or(0)
}

fn chosen(connection: &Connection, query: &EventQuery) -> Result<Vec<Book>> {
    let mut books = books(connection)?;
    books.retain(|book| {
        query.book.as_ref().is_none_or(|wanted| wanted == book)
            && query.provenance.is_none_or(|wanted| wanted == book.provenance())
    });
    Ok(books)
}

/// Of each book the stream with the highest sequence; of these the one received last. The streams
/// of a book stand together.
fn newest(streams: &mut [Stream]) -> Option<&mut Stream> {
    let heads = streams.chunk_by_mut(|a, b| a.book == b.book).filter_map(|of_book| {
        let with_head = of_book.iter_mut().filter_map(|stream| Some((stream.head()?, stream)));
        with_head.max_by_key(|(head, _)| head.sequence)
    });
    heads.max_by_key(|(head, _)| head.received).map(|(_, stream)| stream)
}

fn rest(streams: &[Stream]) -> Option<String> {
    let mut places = Places::new();
    for stream in streams.iter().filter(|stream| stream.before > 0) {
        let place = (stream.topic, stream.before);
        match places.last_mut() {
            Some((book, topics)) if *book == stream.book => topics.push(place),
            _ => places.push((stream.book.clone(), vec![place])),
        }
    }
    (!places.is_empty()).then(|| Cursor::Events(places).to_text())
}

struct Search<'a> {
    connection: &'a Connection,
    query: &'a EventQuery,
    limit: usize,
    unpacker: Unpacker,
    blocks: usize,
    events: usize,
}

impl Search<'_> {
    /// Loads every stream that has more; `false` where the bounds of a page were reached. Then
    /// some stream has moved, since the first match of each is free: a listing always goes on.
    fn fill(&mut self, streams: &mut [Stream]) -> Result<bool> {
        for stream in streams {
            while stream.places.is_empty() && stream.before > 0 {
                if self.blocks == 0 || self.events == 0 {
                    return Ok(false);
                }
                self.load(stream)?;
            }
        }
        Ok(true)
    }

    /// Looks at the block before the stream's place.
    fn load(&mut self, stream: &mut Stream) -> Result<()> {
        let Some(found) = self.previous(stream)? else {
            stream.before = 0;
            return Ok(());
        };
        let wanted = self.query.entity.as_deref().map(fingerprint);
        let unpack = wanted.is_none_or(|wanted| has(&found.entities, wanted));
        if unpack {
            let rows = data(self.connection, found.id, found.raw_size, &mut self.unpacker)?;
            self.choose(&rows, stream)?;
        }
        if stream.places.is_empty() {
            stream.before = found.first_sequence;
        } else if !stream.begun {
            stream.begun = true;
            return Ok(());
        }
        self.blocks -= 1;
        self.events = self.events.saturating_sub(if unpack { found.count } else { 0 });
        Ok(())
    }

    fn previous(&self, stream: &Stream) -> Result<Option<Found>> {
        let mut statement = self.connection.prepare_cached(PREVIOUS_BLOCK)?;
        let found = statement.query_row(
            named_params! {
                ":book": stream.book.to_string(),
                ":topic": stream.topic.name(),
                ":before": stream.before,
                ":from": self.query.from.map_or(i64::MIN, Timestamp::millis),
                ":to": self.query.to.map_or(i64::MAX, Timestamp::millis),
            },
            |row| {
                Ok(Found {
                    first_sequence: row.get(0)?,
                    count: row.get(1)?,
                    raw_size: row.get(2)?,
                    entities: row.get(3)?,
                    id: row.get(4)?,
                })
            },
        );
        Ok(found.optional()?)
    }

    /// Keeps the matching rows before the stream's place; no more of them than tell whether a page
    /// is the last.
    fn choose(&self, rows: &[u8], stream: &mut Stream) -> Result<()> {
        let mut found = Vec::new();
        let mut rest = rows;
        while !rest.is_empty() {
            let (row, after) = Row::first(rest)?;
            if row.sequence < stream.before && self.matches(&row) {
                found.push((row.sequence, row.received, &rest[..rest.len() - after.len()]));
            }
            rest = after;
        }
        stream.rows.clear();
        for (sequence, received, row) in found.split_off(found.len().saturating_sub(self.limit + 1))
        {
            stream.places.push(Place { sequence, received, start: stream.rows.len() });
            stream.rows.extend_from_slice(row);
        }
        Ok(())
    }

    fn matches(&self, row: &Row<'_>) -> bool {
        self.query.entity.as_deref().is_none_or(|entity| row.is_about(entity))
            && self.query.from.is_none_or(|from| row.time >= from)
            && self.query.to.is_none_or(|to| row.time < to)
    }
}

/// An event that was handed in has its place in Kafka since it came back from there.
fn set_place(connection: &Connection, found: &mut Recorded) -> Result<()> {
    if found.position.is_none() && found.book == Book::Real {
        found.position = spool::place(connection, found.log_sequence)?;
    }
    Ok(())
}

struct Found {
    first_sequence: u64,
    count: usize,
    raw_size: usize,
    entities: Vec<u8>,
    id: i64,
}

fn data(connection: &Connection, id: i64, size: usize, unpacker: &mut Unpacker) -> Result<Vec<u8>> {
    let mut statement = connection.prepare_cached(DATA)?;
    let data: Vec<u8> = statement.query_row([id], |row| row.get(0))?;
    unpacker.unpack(&data, size)
}

/// The newest event of this identity. A UUIDv7 says when it was made, which most often is within
/// a day of its event time; where that finds nothing, and for any other identity, the newest
/// [`LOOKUPS`] blocks are looked through by their index of ids.
pub(super) fn get(connection: &Connection, id: &EventId) -> Result<Option<Recorded>> {
    let transaction = connection.unchecked_transaction()?;
    if let Some(made) = made_at(id) {
        let (from, to) = (made - Timestamp::DAY, made + Timestamp::DAY);
        if let Some(found) = look_up(&transaction, id, from, to)? {
            return Ok(Some(found));
        }
    }
    look_up(&transaction, id, i64::MIN, i64::MAX)
}

/// Milliseconds since 1970 at which a UUIDv7 was made (RFC 9562, section 5.7).
fn made_at(id: &EventId) -> Option<i64> {
    let uuid = uuid::Uuid::parse_str(id.as_str()).ok()?;
    let (seconds, nanos) = uuid.get_timestamp().filter(|_| uuid.get_version_num() == 7)?.to_unix();
    i64::try_from(seconds).ok()?.checked_mul(1_000)?.checked_add(i64::from(nanos / 1_000_000))
}

fn look_up(connection: &Connection, id: &EventId, from: i64, to: i64) -> Result<Option<Recorded>> {
    let wanted = fingerprint(id.as_str());
    let mut unpacker = Unpacker::new()?;
    let mut statement = connection.prepare_cached(IDS)?;
    let mut rows = statement.query(params![from, to, LOOKUPS])?;
    while let Some(row) = rows.next()? {
        let ids = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if !has(ids, wanted) {
            continue;
        }
        let (book, topic) = (named(&row.get::<_, String>(2)?)?, named(&row.get::<_, String>(3)?)?);
        let data = data(connection, row.get(0)?, row.get(4)?, &mut unpacker)?;
        if let Some(mut found) = in_rows(&data, id, &book, topic)? {
            set_place(connection, &mut found)?;
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn in_rows(rows: &[u8], id: &EventId, book: &Book, topic: Topic) -> Result<Option<Recorded>> {
    let (mut rest, mut found) = (rows, None);
    while !rest.is_empty() {
        let (row, after) = Row::first(rest)?;
        if row.id == id.as_str() {
            found = Some(row);
        }
        rest = after;
    }
    found.map(|row| row.recorded(book, topic)).transpose()
}
