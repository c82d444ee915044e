//! The live state of a page: one store that folds messages and tells only those components whose
//! part changed. It reads no clock; the host ticks it.

use leptos::prelude::*;
use model::{
    Book, Change, Snapshot, Status, Timestamp, Topic,
    wire::{Gap, Hello, PROTOCOL, ServerMessage},
};

use crate::feed::Initial;

/// How the page is connected to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// As served: the socket has not opened yet, or there is no script.
    Served,
    /// Messages arrive.
    Open,
    /// None arrive since this moment; the page tries again.
    Lost(Timestamp),
}

/// Why a message could not be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The server speaks another version: the page must be loaded again.
    #[error("the server speaks version {0} of the protocol")]
    Protocol(u16),
    /// Entries are missing: a snapshot must be asked for.
    #[error(transparent)]
    Gap(#[from] Gap),
}

/// What a component can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Topic(Topic),
    Alerts,
    Rates,
    Status,
    Book,
}

impl Part {
    const COUNT: usize = 11;

    const fn index(self) -> usize {
        match self {
            Part::Topic(topic) => topic.index(),
            Part::Alerts => 7,
            Part::Rates => 8,
            Part::Status => 9,
            Part::Book => 10,
        }
    }

    /// What a change touches; the book's clock touches nothing, since the page has its own.
    fn of(change: &Change) -> Option<Part> {
        match change {
            Change::Alert(_) | Change::AlertRemoved(_) => Some(Part::Alerts),
            Change::Rates(_) => Some(Part::Rates),
            other => other.topic().map(Part::Topic),
        }
    }
}

/// The state behind the triggers.
struct Held {
    epoch: u64,
    snapshot: Snapshot,
    /// What is shown while the page is paused.
    frozen: Option<Box<Snapshot>>,
    status: Status,
    /// Whether transactions and the events behind alerts were left out of the page.
    lacks_events: bool,
    dirty: [bool; Part::COUNT],
    /// Changes of entities that came while paused.
    waiting: u64,
}

/// The live state, as a cheap copy. Reads inside a view or a memo follow what they read.
#[derive(Clone, Copy)]
pub struct Live {
    held: StoredValue<Held>,
    parts: [Trigger; Part::COUNT],
    clock: RwSignal<Timestamp>,
    connection: RwSignal<Connection>,
    paused: RwSignal<Option<Timestamp>>,
    waiting: RwSignal<u64>,
}

impl Live {
    /// Starts from what the server rendered.
    pub fn new(initial: &Initial) -> Self {
        let Hello { epoch, snapshot, .. } = initial.hello.clone();
        let clock = initial.status.now.max(snapshot.now);
        let status = initial.status.clone();
        let dirty = [false; Part::COUNT];
        let lacks_events = snapshot.transactions.is_empty() && !snapshot.minutes.is_empty();
        let held = Held { epoch, snapshot, frozen: None, status, lacks_events, dirty, waiting: 0 };
        Self {
            held: StoredValue::new(held),
            parts: std::array::from_fn(|_| Trigger::new()),
            clock: RwSignal::new(clock),
            connection: RwSignal::new(Connection::Served),
            paused: RwSignal::new(None),
            waiting: RwSignal::new(0),
        }
    }

    /// The live state of this page.
    ///
    /// # Panics
    /// Outside of `App`, which provides it.
    pub fn expect() -> Live {
        expect_context::<Live>()
    }

    /// Reads what belongs to one topic: its rows, minutes and trend.
    pub fn topic<T>(self, topic: Topic, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.read(Part::Topic(topic), read)
    }

    /// Reads the alerts.
    pub fn alerts<T>(self, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.read(Part::Alerts, read)
    }

    /// Reads the exchange rates.
    pub fn rates<T>(self, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.read(Part::Rates, read)
    }

    /// Reads source and health; these stay live while the page is paused.
    pub fn status<T>(self, read: impl FnOnce(&Status) -> T) -> T {
        self.parts[Part::Status.index()].track();
        self.held.with_value(|held| read(&held.status))
    }

    /// Reads the snapshot that is shown without following it.
    pub fn peek<T>(self, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.held.with_value(|held| read(held.frozen.as_deref().unwrap_or(&held.snapshot)))
    }

    /// The book that is shown.
    pub fn book(self) -> Book {
        self.read(Part::Book, |snapshot| snapshot.book.clone())
    }

    /// The book that the figures of a topic come from: of a mixed view one of its two.
    pub fn book_of(self, topic: Topic) -> Book {
        match self.book() {
            Book::Mixed => {
                let simulated =
                    |status: &Status| status.topic(topic).is_some_and(|topic| topic.simulated);
                Book::Mixed.of_topic(self.status(simulated)).clone()
            }
            book => book,
        }
    }

    fn read<T>(self, part: Part, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.parts[part.index()].track();
        self.parts[Part::Book.index()].track();
        self.peek(read)
    }

    /// The moment to which ages on the page refer: the wall clock of the server, the clock of a
    /// drill or a replay, or the moment of the pause. Moves once a second.
    pub fn now(self) -> Timestamp {
        let wall = self.clock.get();
        let paused = self.paused.get();
        self.peek(|snapshot| match snapshot.book {
            Book::Real | Book::Simulated | Book::Mixed => paused.unwrap_or(wall),
            Book::Drill(_) | Book::Replay(_) => snapshot.now,
        })
    }

    /// The wall clock of the server. Moves once a second.
    pub fn wall(self) -> Timestamp {
        self.clock.get()
    }

    /// How the page is connected.
    pub fn connection(self) -> Connection {
        self.connection.get()
    }

    /// Since when the page is paused.
    pub fn paused(self) -> Option<Timestamp> {
        self.paused.get()
    }

    /// Changes that wait while the page is paused.
    pub fn waiting(self) -> u64 {
        self.waiting.get()
    }

    /// Where the live state stands, for resuming: epoch, book, sequence.
    pub fn position(self) -> (u64, Book, u64) {
        self.held
            .with_value(|held| (held.epoch, held.snapshot.book.clone(), held.snapshot.sequence))
    }

    /// Whether transactions and the events behind alerts were left out of the page, as the server
    /// does where a page shows none. What is folded is right without them; a page that shows them
    /// asks for a snapshot.
    pub fn lacks_events(self) -> bool {
        self.held.with_value(|held| held.lacks_events)
    }

    /// Folds a message. Nobody is told before [`Live::flush`], so that a burst of messages costs
    /// one drawing.
    ///
    /// # Errors
    /// When entries are missing or the server speaks another version; the state is unchanged.
    pub fn fold(self, message: ServerMessage) -> Result<(), Unfit> {
        let paused = self.paused.get_untracked().is_some();
        self.held.try_update_value(|held| held.fold(message, paused)).unwrap_or(Ok(()))
    }

    /// Tells the components whose part changed since the last time.
    pub fn flush(self) {
        let Some((dirty, waiting)) = self.held.try_update_value(|held| {
            (std::mem::replace(&mut held.dirty, [false; Part::COUNT]), held.waiting)
        }) else {
            return;
        };
        let paused = self.paused.get_untracked().is_some();
        let shown = |index: usize| !paused || index == Part::Status.index();
        for (index, trigger) in self.parts.iter().enumerate() {
            if dirty[index] && shown(index) {
                trigger.notify();
            }
        }
        if self.waiting.get_untracked() != waiting {
            self.waiting.set(waiting);
        }
    }

    /// Moves the clock.
    pub fn tick(self, wall: Timestamp) {
        if self.clock.get_untracked() != wall {
            self.clock.set(wall);
        }
    }

    /// Tells how the page is connected.
    pub fn connect(self, connection: Connection) {
        if self.connection.get_untracked() != connection {
            self.connection.set(connection);
        }
    }

    /// Holds what is shown. Messages are folded further, into a state that nobody sees yet, so a
    /// pause of any length costs one more snapshot and resuming loses nothing.
    pub fn pause(self) {
        if self.paused.get_untracked().is_none() {
            self.held.update_value(|held| {
                held.frozen = Some(Box::new(held.snapshot.clone()));
                held.waiting = 0;
            });
            self.waiting.set(0);
            self.paused.set(Some(self.clock.get_untracked()));
        }
    }

    /// Shows the newest state again.
    pub fn resume(self) {
        if self.paused.get_untracked().is_some() {
            self.held.update_value(|held| {
                held.frozen = None;
                held.waiting = 0;
                held.dirty = [true; Part::COUNT];
            });
            self.paused.set(None);
            self.flush();
        }
    }
}

impl Held {
    fn fold(&mut self, message: ServerMessage, paused: bool) -> Result<(), Unfit> {
        match message {
            ServerMessage::Hello(hello) if hello.protocol != PROTOCOL => {
                return Err(Unfit::Protocol(hello.protocol));
            }
            ServerMessage::Hello(hello) => {
                self.epoch = hello.epoch;
                self.snapshot = hello.snapshot;
                self.lacks_events = false;
                self.dirty = [true; Part::COUNT];
            }
            ServerMessage::Delta(delta) => {
                let fresh = self.snapshot.sequence < delta.to;
                delta.apply(&mut self.snapshot)?;
                if fresh {
                    self.mark(&delta.changes, paused);
                }
            }
            ServerMessage::Status(status) => {
                self.status = *status;
                self.dirty[Part::Status.index()] = true;
            }
            ServerMessage::Heartbeat { .. } => {}
        }
        Ok(())
    }

    fn mark(&mut self, changes: &[Change], paused: bool) {
        for part in changes.iter().filter_map(Part::of) {
            self.dirty[part.index()] = true;
        }
        if paused {
            let entities = changes.iter().filter(|change| is_event(change)).count();
            self.waiting += u64::try_from(entities).unwrap_or(0);
        }
    }
}

/// Whether a change stands for an event or an alert of its own.
fn is_event(change: &Change) -> bool {
    !matches!(
        change,
        Change::Now(_)
            | Change::Trend(..)
            | Change::Newest(..)
            | Change::Minute(..)
            | Change::Rates(_)
    )
}

#[cfg(test)]
mod tests {
    use model::wire::Delta;

    use super::*;
    use crate::fixture;

    fn delta(from: u64, to: u64, changes: Vec<Change>) -> ServerMessage {
        ServerMessage::Delta(Delta { book: Book::Real, from, to, changes })
    }

    /// A live store inside an owner, and where it stands.
    fn with_live(check: impl FnOnce(Live, u64)) {
        let owner = Owner::new_root(None);
        owner.with(|| {
            let initial = fixture::initial();
            check(Live::new(&initial), initial.hello.snapshot.sequence);
        });
    }

    fn newest(live: Live) -> Option<Timestamp> {
        live.peek(|snapshot| snapshot.newest.get(&Topic::Budget).copied())
    }

    #[test]
    fn folds_what_follows_and_refuses_a_gap() {
        with_live(|live, at| {
            let later = fixture::now().plus(1_000);
            let change = || vec![Change::Newest(Topic::Budget, later)];
            assert_eq!(live.fold(delta(at, at + 1, change())), Ok(()));
            assert_eq!(newest(live), Some(later));
            assert_eq!(live.position().2, at + 1);
            let gap = Gap { at: at + 1, from: at + 5 };
            assert_eq!(live.fold(delta(at + 5, at + 6, change())), Err(Unfit::Gap(gap)));
            assert_eq!(live.position().2, at + 1);
        });
    }

    #[test]
    fn tells_only_what_changed() {
        with_live(|live, at| {
            let count = |topic| {
                let runs = StoredValue::new(0_u32);
                let memo = Memo::new(move |_| {
                    live.topic(topic, |_| ());
                    runs.update_value(|runs| *runs += 1);
                    runs.get_value()
                });
                move || memo.get_untracked()
            };
            let (budget, risk) = (count(Topic::Budget), count(Topic::Risk));
            assert_eq!((budget(), risk()), (1, 1));
            let change = vec![Change::Newest(Topic::Budget, fixture::now())];
            live.fold(delta(at, at + 1, change)).unwrap();
            assert_eq!((budget(), risk()), (1, 1), "nobody is told before the flush");
            live.flush();
            assert_eq!((budget(), risk()), (2, 1));
        });
    }

    #[test]
    fn a_pause_holds_what_is_shown_and_loses_nothing() {
        with_live(|live, at| {
            let before = newest(live);
            live.pause();
            let later = fixture::now().plus(5_000);
            let row = live.peek(|snapshot| snapshot.budget["wealth"].clone());
            let changes = vec![Change::Newest(Topic::Budget, later), Change::Budget(Box::new(row))];
            live.fold(delta(at, at + 2, changes)).unwrap();
            live.flush();
            live.tick(later);
            assert_eq!(newest(live), before);
            assert_eq!(live.waiting.get_untracked(), 1);
            assert_eq!(untrack(|| live.now()), fixture::now());
            live.resume();
            assert_eq!(newest(live), Some(later));
            assert_eq!(untrack(|| live.now()), later);
        });
    }

    #[test]
    fn left_out_transactions_come_with_a_snapshot() {
        Owner::new_root(None).with(|| {
            let mut initial = fixture::initial();
            assert!(!Live::new(&initial).lacks_events());
            let whole = initial.hello.clone();
            initial.hello.snapshot.transactions = model::Map::default();
            let live = Live::new(&initial);
            assert!(live.lacks_events());
            live.fold(ServerMessage::Hello(Box::new(whole.clone()))).unwrap();
            assert!(!live.lacks_events());
            let rows = live.peek(|snapshot| snapshot.transactions.len());
            assert_eq!(rows, whole.snapshot.transactions.len());
        });
    }

    #[test]
    fn another_version_is_refused() {
        with_live(|live, at| {
            let mut hello = fixture::initial().hello;
            hello.protocol = PROTOCOL + 1;
            let answer = live.fold(ServerMessage::Hello(Box::new(hello)));
            assert_eq!(answer, Err(Unfit::Protocol(PROTOCOL + 1)));
            assert_eq!(live.position().2, at);
        });
    }
}
