//! What the tests of the store share: a store in a directory of its own, and a busy little world.

mod alerts;
mod bounds;
mod commits;
mod files;
mod listing;
mod spool;

use bytes::Bytes;
use model::{
    Book, Currency, Event, EventId, Position, Provenance, Timestamp, Topic,
    alert::{Action, Command},
    view::transaction::{Rate, Rates},
};
use pipeline::{
    edge::own_event,
    message::{Decoded, Gap},
    simulate::{Intervals, World},
    store::{Batch, BookBatch, LogEntry, Logged, Reader, Writer},
};
use tempfile::TempDir;

use super::{Options, SqliteReader, SqliteWriter, open};

/// 2026-01-05, a Monday, 09:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_767_603_600_000);

/// A store whose directory goes with it.
struct Bench {
    writer: SqliteWriter,
    reader: SqliteReader,
    directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (writer, reader) = open(directory.path(), options).expect("a new store");
        Self { writer, reader, directory }
    }

    fn commit(&mut self, batch: &Batch) {
        self.writer.commit(batch).expect("a batch is committed");
    }

    fn tidy(&mut self, now: Timestamp) {
        let mut steps = 0;
        while self.writer.tidy(now).expect("housekeeping") {
            steps += 1;
            assert!(steps < 10_000, "housekeeping comes to an end");
        }
    }

    fn log(&self, book: &Book, after: u64) -> Vec<LogEntry> {
        log(&self.reader, book, after)
    }

    fn count(&self, sql: &str) -> i64 {
        self.writer.connection.query_row(sql, [], |row| row.get(0)).expect("a count")
    }
}

fn log(reader: &SqliteReader, book: &Book, after: u64) -> Vec<LogEntry> {
    let mut entries = Vec::new();
    reader.replay(book, after, &mut |entry| entries.push(entry)).expect("a replay");
    entries
}

/// The generator's events in the order of time, for any book.
struct Source {
    world: World,
    now: Timestamp,
    waiting: Vec<Event>,
}

impl Source {
    fn new(seed: u64) -> Self {
        let world = World::new(seed, START, Intervals::default());
        Self { world, now: START, waiting: Vec::new() }
    }

    /// Everything that happens in the next so many milliseconds.
    fn advance(&mut self, millis: i64) -> Vec<Event> {
        self.now = self.now.plus(millis);
        self.world.advance(self.now)
    }

    /// The next event, as one of a book.
    fn next(&mut self, book: &Book) -> Decoded {
        while self.waiting.is_empty() {
            self.waiting = self.advance(10_000);
        }
        decoded(self.waiting.remove(0), book)
    }
}

fn decoded(mut event: Event, book: &Book) -> Decoded {
    event.envelope.provenance = book.provenance();
    event.envelope.scenario = match book {
        Book::Drill(run) | Book::Replay(run) => Some(run.clone()),
        Book::Real | Book::Simulated | Book::Mixed => None,
    };
    own_event(&event, event.envelope.time.plus(40)).expect("the generator's events are accepted")
}

/// One event of a topic, made from the generator's: identity, time and place in Kafka as given.
fn event_of(topic: Topic, id: &str, time: Timestamp, place: Option<(i32, i64)>) -> Decoded {
    let mut world = World::new(3, START, Intervals::default());
    let mut found = world.advance(START.plus(5 * Timestamp::MINUTE)).into_iter();
    let mut event = found.find(|it| it.data.topic() == topic).expect("one of each topic");
    event.envelope.id = EventId::new(id).expect("an identifier");
    event.envelope.time = time;
    let mut decoded = decoded(event, &Book::Real);
    decoded.position = place.map(|(partition, offset)| Position { partition, offset });
    decoded
}

fn entry(sequence: u64, decoded: Decoded) -> LogEntry {
    LogEntry { sequence, what: Logged::Event(Box::new(decoded)) }
}

fn tick(sequence: u64, time: Timestamp) -> LogEntry {
    LogEntry { sequence, what: Logged::Tick(time) }
}

fn command(sequence: u64, at: Timestamp) -> LogEntry {
    let command = Command {
        alert: format!("alert-{sequence}").try_into().expect("an identifier"),
        action: Action::Acknowledge,
        actor: "erin".into(),
        comment: sequence.is_multiple_of(2).then(|| "on it".into()),
    };
    LogEntry { sequence, what: Logged::Command(at, command) }
}

fn rates(sequence: u64, as_of: Timestamp) -> LogEntry {
    let rate = Rate { per_usd: 1_000.0 + sequence as f64 / 3.0, as_of, source: "desk".into() };
    let mut rates = Rates::default();
    rates[Currency::Ars.index()] = Some(rate);
    LogEntry { sequence, what: Logged::Rates(rates) }
}

fn missed(sequence: u64, at: Timestamp) -> LogEntry {
    let gap = Gap { at, topic: Topic::Etl, partition: 1, expected: 3, found: 8 };
    LogEntry { sequence, what: Logged::Missed(gap) }
}

fn batch_of(book: &Book, entries: Vec<LogEntry>) -> Batch {
    let of_book = BookBatch { book: book.clone(), entries, alerts: Vec::new() };
    Batch { books: vec![of_book], ..Batch::default() }
}

fn books() -> [Book; 4] {
    [Book::Real, Book::Simulated, Book::Drill("run-1".into()), Book::Replay("7".into())]
}
