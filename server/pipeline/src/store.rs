//! The port of persistence: what the flow asks of a store. SQL lives in its adapter, in `server`.
//!
//! A batch is durable as a whole or not at all, and only then is anything in it acknowledged.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use bytes::Bytes;
use model::{
    Alert, AlertId, AlertState, Book, EventId, Position, Provenance, Recorded, Severity, Timestamp,
    Topic, alert::Command, status::ChangeOver, view::transaction::Rates,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::{
    decode::Reason,
    message::{Decoded, Gap, Message},
};

/// One entry of a book's log, with its place in it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// Place in the book's log, from 1, without gaps.
    pub sequence: u64,
    /// What happened.
    pub what: Logged,
}

/// What an entry of the log holds. Nothing else ever enters a fold.
#[derive(Debug, Clone, PartialEq)]
pub enum Logged {
    /// An event.
    Event(Box<Decoded>),
    /// The clock of the book moved.
    Tick(Timestamp),
    /// Somebody did something to an alert at a moment of the wall clock.
    Command(Timestamp, Command),
    /// The exchange rates of the book from here on, all of them.
    Rates(Rates),
    /// A partition goes on behind messages that nobody has read.
    Missed(Gap),
}

/// What one book adds in one batch.
#[derive(Debug, Clone, PartialEq)]
pub struct BookBatch {
    /// The book.
    pub book: Book,
    /// Its new entries, in the order of their sequence.
    pub entries: Vec<LogEntry>,
    /// The alerts that these entries raised or changed, as they are after the batch.
    pub alerts: Vec<Alert>,
}

/// Next offset to read, by topic and partition.
pub type Positions = BTreeMap<(Topic, i32), i64>;

/// How far a place of a feed was read: a file, or an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedPosition {
    /// What the file system calls the file, whatever its name is; 0 for an address.
    pub file: i64,
    /// Byte at which the next row begins.
    pub offset: u64,
    /// Line on which it begins, from 1.
    pub line: u64,
    /// A hash of what was read, by which another content is told from the same and more.
    pub seal: i64,
    /// The version that an address gave its answer (`ETag`).
    pub etag: Option<String>,
    /// When the answer had last changed, in the words of the address (`Last-Modified`).
    pub modified: Option<String>,
}

/// Positions by feed and place.
pub type FeedPositions = BTreeMap<(String, String), FeedPosition>;

/// A row of a feed, for people to find it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedRow {
    /// Name of the feed.
    pub feed: String,
    /// File and line, `exports/budget.csv:17`, or address and number of the item,
    /// `https://erp.example/items#3`.
    pub place: String,
}

/// A message that was refused, to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// The message.
    pub message: Message,
    /// The row that it was, where a feed brought it.
    pub row: Option<FeedRow>,
    /// Why, as a class for counting.
    pub reason: Reason,
    /// Why, in a sentence that names the field.
    pub detail: String,
}

/// A message on its way to Kafka.
#[derive(Debug, Clone, PartialEq)]
pub enum Outbound {
    /// An ingested event, for its topic.
    Event {
        /// What recognises the event when it comes back: its [`dedupe_key`].
        key: u128,
        /// Its place in the log of the real book.
        sequence: u64,
        /// What is delivered.
        message: Message,
    },
    /// Something that is only told there.
    Copy(Route, Message),
}

/// Where something goes that is only told to Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// To the topic of dead letters.
    DeadLetters,
    /// To the topic of alerts.
    Alerts,
}

impl Route {
    /// Every route.
    pub const ALL: [Route; 2] = [Route::DeadLetters, Route::Alerts];

    /// Its name in the spool and, behind a prefix, in Kafka. Stored, so never to be changed.
    pub fn name(self) -> &'static str {
        match self {
            Route::DeadLetters => "dead-letters",
            Route::Alerts => "alerts",
        }
    }
}

impl Outbound {
    /// What is delivered.
    pub fn message(&self) -> &Message {
        match self {
            Outbound::Event { message, .. } | Outbound::Copy(_, message) => message,
        }
    }
}

/// A message that waits in the spool.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its number; they grow in the order in which it was handed in.
    pub number: u64,
    /// Where it is told; nothing where it goes to its own topic.
    pub route: Option<Route>,
    /// What is delivered.
    pub message: Message,
}

/// An ingested event that came back from Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// What recognises it.
    pub key: u128,
    /// Where it stands in Kafka.
    pub position: Position,
}

/// What waits in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Messages.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the one that has waited longest was handed in.
    pub oldest: Option<Timestamp>,
}

/// Everything that becomes durable in one transaction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// Entries by book.
    pub books: Vec<BookBatch>,
    /// Positions reached in Kafka.
    pub positions: Positions,
    /// Positions reached in feeds.
    pub feeds: FeedPositions,
    /// Messages that were refused.
    pub rejects: Vec<Rejected>,
    /// What is to reach Kafka, in order.
    pub spool: Vec<Outbound>,
    /// Ingested events that came back from there.
    pub returned: Vec<Returned>,
    /// Dead letters that go: deleted, or replayed by an event of this batch.
    pub settled: Vec<i64>,
}

/// State of a book at a place of its log, as bytes that the ledger wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The book.
    pub book: Book,
    /// Place in its log.
    pub sequence: u64,
    /// What the ledger wrote.
    pub state: Vec<u8>,
}

/// A kept message that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// Identity, growing.
    pub id: i64,
    /// Topic.
    pub topic: Topic,
    /// Place in Kafka, where it came from there.
    pub position: Option<Position>,
    /// The row that it was, where a feed brought it.
    pub row: Option<FeedRow>,
    /// Class of the fault.
    pub reason: Reason,
    /// The fault in a sentence.
    pub detail: String,
    /// When it arrived.
    pub received: Timestamp,
    /// The key, as text with replacement characters.
    pub key: Option<String>,
    /// The headers, as text with replacement characters.
    pub headers: Vec<(String, String)>,
    /// Size of the value.
    pub size: u64,
    /// The value's first bytes, in base64 (RFC 4648).
    pub bytes: String,
    /// Whether more bytes came than are kept.
    pub truncated: bool,
}

/// Which events are asked for. Newest first; `before` continues a listing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventQuery {
    /// Of this topic.
    pub topic: Option<Topic>,
    /// Of this entity.
    pub entity: Option<String>,
    /// Of this provenance.
    pub provenance: Option<Provenance>,
    /// Of this book.
    pub book: Option<Book>,
    /// Not before this event time.
    pub from: Option<Timestamp>,
    /// Before this event time.
    pub to: Option<Timestamp>,
    /// Continue after this place of an earlier page.
    pub cursor: Option<String>,
    /// Most events to return, 1 to 1,000.
    pub limit: usize,
}

/// Which alerts are asked for. Last changed first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertQuery {
    /// In this state.
    pub state: Option<AlertState>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Of this topic.
    pub topic: Option<Topic>,
    /// Of this book.
    pub book: Option<Book>,
    /// Fired not before.
    pub from: Option<Timestamp>,
    /// Fired before.
    pub to: Option<Timestamp>,
    /// Continue after this place of an earlier page.
    pub cursor: Option<String>,
    /// Most alerts to return, 1 to 1,000.
    pub limit: usize,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Where the next page begins; nothing after the last.
    pub next: Option<String>,
}

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Disk or quota is full; nothing was written, and trying later may work.
    #[error("the store is full: {0}")]
    Full(String),
    /// Kafka has not taken what was handed in before; nothing was written, and trying later may
    /// work.
    #[error("{0} bytes wait for Kafka already")]
    Spooled(u64),
    /// The data was written by a newer program.
    #[error(
        "the database has schema {found}, this program knows up to {known}; it was left as it is"
    )]
    Newer {
        /// Schema of the database.
        found: i64,
        /// Newest schema of this program.
        known: i64,
    },
    /// Another process holds the data directory.
    #[error("another process uses the data directory {0}")]
    Locked(String),
    /// A cursor that no listing handed out.
    #[error("the cursor is not one of this listing")]
    Cursor,
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl StoreError {
    /// The same error once more, for each of those who wait for one answer.
    pub fn repeat(&self) -> StoreError {
        match self {
            StoreError::Full(reason) => StoreError::Full(reason.clone()),
            StoreError::Spooled(bytes) => StoreError::Spooled(*bytes),
            other => StoreError::Failed(other.to_string()),
        }
    }
}

/// The side that writes: one owner, one thread.
pub trait Writer: Send {
    /// Makes a batch durable: afterwards it survives a loss of power.
    ///
    /// # Errors
    /// When nothing of it was written.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Keeps a checkpoint, and forgets older ones of its book but one.
    ///
    /// # Errors
    /// When it was not written; the log still is.
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), StoreError>;

    /// Does a bounded piece of housekeeping: merges small blocks, applies the retention. Answers
    /// whether more is left.
    ///
    /// # Errors
    /// When the disk refuses; nothing is lost.
    fn tidy(&mut self, now: Timestamp) -> Result<bool, StoreError>;

    /// Forgets a book altogether: events, alerts, checkpoints.
    ///
    /// # Errors
    /// When it was not forgotten.
    fn forget(&mut self, book: &Book) -> Result<(), StoreError>;

    /// Forgets the messages of the spool up to this number: Kafka has them.
    ///
    /// # Errors
    /// When they were not forgotten.
    fn delivered(&mut self, to: u64) -> Result<(), StoreError>;

    /// What waits in the spool.
    fn depth(&self) -> Depth;

    /// Keeps that the source changed over, in place of the oldest where there is no room.
    ///
    /// # Errors
    /// When it was not kept.
    fn changed_over(&mut self, change: &ChangeOver) -> Result<(), StoreError>;
}

/// The side that reads: shared by any number of threads.
pub trait Reader: Send + Sync {
    /// The books that have had entries, each with the place of its last one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn books(&self) -> Result<Vec<(Book, u64)>, StoreError>;

    /// The newest checkpoint of a book.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn checkpoint(&self, book: &Book) -> Result<Option<Checkpoint>, StoreError>;

    /// Hands every entry of a book after a place of its log to `each`, in order, in bounded
    /// memory.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn replay(
        &self,
        book: &Book,
        after: u64,
        each: &mut dyn FnMut(LogEntry),
    ) -> Result<(), StoreError>;

    /// Positions reached in Kafka.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn positions(&self) -> Result<Positions, StoreError>;

    /// Positions reached in a feed, by place.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn feed_positions(&self, feed: &str) -> Result<BTreeMap<String, FeedPosition>, StoreError>;

    /// Hands the keys of the newest stored events, oldest first, at most `limit`, to `each`: what
    /// a start fills the memory of the dedupe with. A key is that of [`dedupe_key`].
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent_keys(&self, limit: usize, each: &mut dyn FnMut(u128)) -> Result<(), StoreError>;

    /// Stored events.
    ///
    /// # Errors
    /// When the store cannot be read or the cursor is not one of its own.
    fn events(&self, query: &EventQuery) -> Result<Page<Recorded>, StoreError>;

    /// One stored event.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn event(&self, id: &EventId) -> Result<Option<Recorded>, StoreError>;

    /// Stored alerts.
    ///
    /// # Errors
    /// When the store cannot be read or the cursor is not one of its own.
    fn alerts(&self, query: &AlertQuery) -> Result<Page<Alert>, StoreError>;

    /// One stored alert.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn alert(&self, id: &AlertId) -> Result<Option<Alert>, StoreError>;

    /// Messages that were refused, newest first.
    ///
    /// # Errors
    /// When the store cannot be read or the cursor is not one of its own.
    fn dead_letters(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<DeadLetter>, StoreError>;

    /// The messages of the spool behind this number, with their numbers, in order: at most so many,
    /// and so many bytes of them but for the last.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn spool(&self, after: u64, records: usize, bytes: u64) -> Result<Vec<Waiting>, StoreError>;

    /// Hands what recognises each ingested event that has not come back from Kafka to `each`.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn awaited(&self, each: &mut dyn FnMut(u128)) -> Result<(), StoreError>;

    /// When the source changed over, newest first; the store keeps a bounded number.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn change_overs(&self) -> Result<Vec<ChangeOver>, StoreError>;

    /// One message that was refused.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError>;

    /// Bytes that the store takes on disk.
    fn bytes(&self) -> u64;
}

/// What recognises an event that comes twice: 128 bits of its book, source and id, by XXH3.
/// Stored, so never to be changed.
pub fn dedupe_key(book: &Book, source: &str, id: &EventId) -> u128 {
    let mut hash = Hash(Xxh3Default::new());
    // A hash takes whatever it is given.
    write!(hash, "{book}\n{source}\n{id}").ok();
    hash.0.digest128()
}

/// A hash of what is written.
struct Hash(Xxh3Default);

impl fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// Bytes that a message takes in the spool, about.
pub fn spooled(message: &Message) -> u64 {
    let headers = message.headers.iter().map(|(name, value)| name.len() + value.len());
    let parts = [&message.key, &message.value].into_iter().flatten().map(Bytes::len);
    headers.chain(parts).sum::<usize>() as u64 + 64
}

/// The payload of an entry, for sizes.
pub fn weight(entry: &LogEntry) -> usize {
    match &entry.what {
        Logged::Event(decoded) => decoded.raw.len() + 256,
        Logged::Tick(_) => 16,
        Logged::Command(..) | Logged::Rates(_) | Logged::Missed(_) => 256,
    }
}

/// The bytes of a refused message that are kept: enough to see what it was.
pub const KEPT_BYTES: usize = 64 * 1024;

/// The headers of a refused message that are kept, the first ones.
pub const KEPT_HEADERS: usize = 32;

/// The first [`KEPT_BYTES`] of a value.
pub fn kept(value: &Bytes) -> Bytes {
    value.slice(..value.len().min(KEPT_BYTES))
}
