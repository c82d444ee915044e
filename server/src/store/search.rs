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
    cursor::Cursor,
    fault::Result,
    read::{books, named},
};

/// Blocks that one page looks at, at most.
const BLOCKS: usize = 4_000;

/// Events that one page unpacks, at most; the last block may go past it.
const EVENTS: usize = 200_000;

/// Blocks whose index of ids one look-up reads, at most.
const LOOKUPS: usize = 50_000;

const PREVIOUS_BLOCK: &str = "
    SELECT first_sequence, count, raw_size, entities, id FROM block
    WHERE book = :book AND topic = :topic AND first_sequence < :before
        AND from_time < :to AND to_time >= :from
    ORDER BY first_sequence DESC LIMIT 1";

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
    while items.len() < search.limit {
        if !search.fill(&mut streams)? {
            break;
        }
        let Some(stream) = newest(&mut streams) else { break };
        items.push(stream.take()?);
    }
    Ok(Page { items, next: rest(&streams) })
}

/// One topic of one book, from its newest event to its oldest.
struct Stream {
    book: Book,
    topic: Topic,
    /// Every event from here on was handed out or does not match.
    before: u64,
    rows: Vec<u8>,
    /// Matching rows of the block in memory, oldest first.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    sequence: u64,
    received: Timestamp,
    start: usize,
}

impl Stream {
    fn take(&mut self) -> Result<Recorded> {
        let place = self.places.pop().expect("the newest stream has a place");
        self.before = place.sequence;
        let (row, _) = Row::first(&self.rows[place.start..])?;
        row.recorded(&self.book, self.topic)
    }
}

fn streams(connection: &Connection, query: &EventQuery) -> Result<Vec<Stream>> {
    let start = |book: &Book, topic, before| Stream {
        book: book.clone(),
        topic,
        before,
        rows: Vec::new(),
        places: Vec::new(),
    };
    let wanted = |topic: &Topic| query.topic.is_none_or(|wanted| wanted == *topic);
    match query.cursor.as_deref().map(Cursor::from_text).transpose()? {
        Some(Cursor::Events(places)) => Ok(places
            .iter()
            .flat_map(|(book, topics)| topics.iter().map(move |place| (book, *place)))
            .map(|(book, (topic, before))| start(book, topic, before.min(i64::MAX as u64)))
            .collect()),
        Some(_) => Err(StoreError::Cursor.into()),
        None => {
            let books = chosen(connection, query)?;
            let topics = |book| Topic::ALL.into_iter().filter(wanted).map(move |it| (book, it));
            let pairs = books.iter().flat_map(topics);
            Ok(pairs.map(|(book, topic)| start(book, topic, i64::MAX as u64)).collect())
        }
    }
}

fn chosen(connection: &Connection, query: &EventQuery) -> Result<Vec<Book>> {
    let mut books = books(connection)?;
    books.retain(|book| {
        query.book.as_ref().is_none_or(|wanted| wanted == book)
            && query.provenance.is_none_or(|wanted| wanted == book.provenance())
    });
    Ok(books)
}

/// Of each book the stream with the highest sequence; of these the one received last.
fn newest(streams: &mut [Stream]) -> Option<&mut Stream> {
    let mut best: Option<(usize, Place)> = None;
    for (index, stream) in streams.iter().enumerate() {
        let Some(place) = stream.places.last().copied() else { continue };
        let heads_its_book = streams
            .iter()
            .filter(|other| other.book == stream.book)
            .all(|other| other.places.last().is_none_or(|other| other.sequence <= place.sequence));
        if heads_its_book && best.is_none_or(|(_, other)| place.received > other.received) {
            best = Some((index, place));
        }
    }
    best.map(|(index, _)| &mut streams[index])
}

fn rest(streams: &[Stream]) -> Option<String> {
    let mut places: Vec<(Book, Vec<(Topic, u64)>)> = Vec::new();
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
    /// Loads every stream that has more; `false` where the bounds of a page were reached.
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

    /// Loads the block before the stream's place, if it may match.
    fn load(&mut self, stream: &mut Stream) -> Result<()> {
        self.blocks -= 1;
        let Some(found) = self.previous(stream)? else {
            stream.before = 0;
            return Ok(());
        };
        let wanted = self.query.entity.as_deref().map(fingerprint);
        if wanted.is_none_or(|wanted| has(&found.entities, wanted)) {
            self.events = self.events.saturating_sub(found.count);
            stream.rows = data(self.connection, found.id, found.raw_size, &mut self.unpacker)?;
            stream.places = self.places(&stream.rows, stream.before)?;
        }
        if stream.places.is_empty() {
            stream.before = found.first_sequence;
        }
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

    /// Where the matching rows before a sequence begin; no more of them than a page can take.
    fn places(&self, rows: &[u8], before: u64) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        let mut rest = rows;
        while !rest.is_empty() {
            let start = rows.len() - rest.len();
            let (row, after) = Row::first(rest)?;
            if row.sequence < before && self.matches(&row) {
                places.push(Place { sequence: row.sequence, received: row.received, start });
            }
            rest = after;
        }
        places.drain(..places.len().saturating_sub(self.limit));
        Ok(places)
    }

    fn matches(&self, row: &Row<'_>) -> bool {
        self.query.entity.as_deref().is_none_or(|entity| row.is_about(entity))
            && self.query.from.is_none_or(|from| row.time >= from)
            && self.query.to.is_none_or(|to| row.time < to)
    }
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
        if let Some(found) = in_rows(&data, id, &book, topic)? {
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
