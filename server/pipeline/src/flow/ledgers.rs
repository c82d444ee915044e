//! The ledgers of all books, what was seen before, and the places reached in Kafka.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use model::{
    AlertState, Book, Change, Figure, Person, Timestamp,
    alert::{Action, Command},
    trend::Point,
    view::transaction::Rates,
};

use super::{
    folded::{Folded, key},
    news::News,
    outgoing::Outgoing,
    request::{Arrived, CommandError, Ingested, Request, SettleError},
};
use crate::{
    decode::{PLACE, place_id},
    ledger::{Entry, Ledger},
    memory::Memory,
    message::{Decoded, Message},
    rule::Rules,
    store::{Checkpoint, LogEntry, Logged, Outbound, Positions, Reader, StoreError, dedupe_key},
};

/// Events that are recognised when they come a second time.
const REMEMBERED: usize = 1_000_000;

/// Every book's ledger.
pub struct Ledgers {
    reader: Arc<dyn Reader>,
    rules: Arc<Rules>,
    people: Vec<Person>,
    books: BTreeMap<Book, Kept>,
    memory: Memory,
    positions: Positions,
    outgoing: Outgoing,
    news: News,
}

struct Kept {
    ledger: Ledger,
    checkpoint_sequence: u64,
    checkpoint_at: Instant,
}

impl Kept {
    fn new(ledger: Ledger, checkpoint_sequence: u64) -> Self {
        Self { ledger, checkpoint_sequence, checkpoint_at: Instant::now() }
    }
}

impl Ledgers {
    /// Reads every book back: its newest checkpoint, and the entries after it.
    pub fn open(
        reader: Arc<dyn Reader>,
        rules: &Arc<Rules>,
        people: Vec<Person>,
        outgoing: Outgoing,
    ) -> Result<Self, StoreError> {
        let mut ledgers = Self {
            reader,
            rules: Arc::clone(rules),
            people,
            books: BTreeMap::new(),
            memory: Memory::new(REMEMBERED),
            positions: Positions::new(),
            outgoing,
            news: News::default(),
        };
        ledgers.reopen()?;
        let memory = &mut ledgers.memory;
        ledgers.reader.recent_keys(REMEMBERED, &mut |key| {
            memory.add(key);
        })?;
        for book in [Book::Real, Book::Simulated] {
            ledgers.entry(&book);
        }
        Ok(ledgers)
    }

    /// Reads every book back from what is stored, in place of what is in memory.
    pub fn reopen(&mut self) -> Result<(), StoreError> {
        let mut books: BTreeMap<Book, u64> =
            self.books.keys().map(|book| (book.clone(), 0)).collect();
        books.extend(self.reader.books()?);
        for (book, last) in books {
            let kept = self.read(&book, last)?;
            self.books.insert(book, kept);
        }
        if let Some(kept) = self.books.get(&Book::Real) {
            self.news.reopen(kept.ledger.snapshot());
        }
        self.positions = self.reader.positions()?;
        self.outgoing.reopen(&*self.reader)
    }

    /// Reads a book back up to its last entry. Without a checkpoint it is what the kept entries
    /// make of it; the place of those that are gone is passed over.
    fn read(&self, book: &Book, last: u64) -> Result<Kept, StoreError> {
        let checkpoint = self.reader.checkpoint(book)?;
        let restored = checkpoint.as_ref().and_then(|checkpoint| {
            Ledger::restore(&checkpoint.state, Arc::clone(&self.rules))
                .inspect_err(|error| {
                    tracing::warn!(%book, %error, "a checkpoint of another version is passed over");
                })
                .ok()
        });
        let mut ledger = restored.unwrap_or_else(|| self.empty(book));
        let sequence = ledger.sequence();
        let mut changes = Vec::new();
        self.reader.replay(book, sequence, &mut |entry| {
            ledger.pass_to(entry.sequence.saturating_sub(1));
            fold(&mut ledger, &entry.what, &mut changes);
            changes.clear();
        })?;
        ledger.pass_to(last);
        Ok(Kept::new(ledger, sequence))
    }

    fn empty(&self, book: &Book) -> Ledger {
        Ledger::new(book.clone(), self.people.clone(), Arc::clone(&self.rules))
    }

    /// Every ledger.
    pub fn all(&self) -> impl Iterator<Item = &Ledger> {
        self.books.values().map(|kept| &kept.ledger)
    }

    /// Whether a book has a ledger.
    pub fn knows(&self, book: &Book) -> bool {
        self.books.contains_key(book)
    }

    /// The ledger of a book, a new one if there is none.
    pub fn entry(&mut self, book: &Book) -> &mut Ledger {
        if !self.books.contains_key(book) {
            let ledger = self.empty(book);
            self.books.insert(book.clone(), Kept::new(ledger, 0));
        }
        &mut self.books.get_mut(book).expect("just inserted").ledger
    }

    /// Drops a book's ledger.
    pub fn forget(&mut self, book: &Book) {
        self.books.remove(book);
    }

    /// A figure over the last hour.
    pub fn series(&self, book: &Book, figure: Figure, entity: Option<&str>) -> Vec<Point> {
        self.books.get(book).map_or_else(Vec::new, |kept| kept.ledger.series(figure, entity))
    }

    /// Folds requests in order.
    pub fn fold(&mut self, requests: Vec<Request>) -> Folded {
        let mut folded = Folded::default();
        self.outgoing.begin();
        for request in requests {
            match request {
                Request::Arrived(arrived) => self.arrived(arrived, &mut folded),
                Request::Ingest { events, done } => match self.outgoing.messages(&events) {
                    Ok(messages) => {
                        let first = folded.keys.len();
                        let both = events.into_iter().zip(messages);
                        let outcome = both
                            .map(|(event, message)| self.ingest(event, message, &mut folded))
                            .collect();
                        folded.ingest(done, outcome, first);
                    }
                    // A caller that went away needs no answer.
                    Err(full) => drop(done.send(Err(full))),
                },
                Request::Tick { book, now } => self.tick(&book, now, &mut folded),
                Request::Command { book, at, command, done } => {
                    let outcome = self.command(&book, at, command, &mut folded);
                    folded.command(done, outcome);
                }
                Request::Settle { letter, event, done } => {
                    let first = folded.keys.len();
                    let outcome = self.settle(letter, event, &mut folded);
                    folded.settle(done, outcome, first);
                }
                Request::Rates { book, rates, done } => {
                    self.rates(&book, &rates, &mut folded);
                    folded.rates(book, rates, done);
                }
                _ => {}
            }
        }
        folded.finish();
        self.tell(&mut folded);
        folded
    }

    /// Sends the alerts of the real book that have taken a step on their way to Kafka.
    fn tell(&mut self, folded: &mut Folded) {
        if !self.outgoing.tells_alerts() {
            return;
        }
        let Some(batch) = folded.batch.books.iter().find(|batch| batch.book == Book::Real) else {
            return;
        };
        for alert in &batch.alerts {
            if self.news.is_news(alert) {
                folded.batch.spool.extend(self.outgoing.alert(alert));
            }
        }
        if let Some(kept) = self.books.get(&Book::Real) {
            self.news.bound(kept.ledger.snapshot());
        }
    }

    /// Takes a source's events, passing over what a position says is stored.
    fn arrived(&mut self, arrived: Arrived, folded: &mut Folded) {
        let stored = |event: &Decoded, positions: &Positions| {
            event.position.is_some_and(|at| {
                let key = (event.event.data.topic(), at.partition);
                positions.get(&key).is_some_and(|next| at.offset < *next)
            })
        };
        for gap in arrived.gaps {
            self.positions.insert((gap.topic, gap.partition), gap.found);
            folded.gap(gap);
            if gap.missed() > 0 {
                self.log(&Book::Real, Logged::Missed(gap), folded);
            }
        }
        for event in arrived.events {
            if !stored(&event, &self.positions)
                && let Some(known) = self.event(event, true, folded)
            {
                // Only Kafka brings back what was sent there.
                let came_back =
                    |key: &u128| known.position.is_some() && self.outgoing.arrived(*key);
                let awaited = key(&known).filter(came_back);
                folded.known(known, awaited);
            }
        }
        let copies = arrived.rejects.iter().filter_map(|rejected| self.outgoing.copy(rejected));
        folded.batch.spool.extend(copies);
        folded.source(arrived.positions, arrived.feeds, arrived.rejects);
    }

    /// Folds an event that is handed in, and sends it on its way to Kafka as this message.
    fn ingest(
        &mut self,
        event: Decoded,
        message: Option<Message>,
        folded: &mut Folded,
    ) -> Ingested {
        if self.event(event, false, folded).is_some() {
            return Ingested::Known;
        }
        if let (Some(&key), Some(message)) = (folded.keys.last(), message) {
            self.outgoing.add(key, &message);
            let sequence = self.entry(&Book::Real).sequence();
            folded.batch.spool.push(Outbound::Event { key, sequence, message });
        }
        Ingested::New
    }

    /// Takes a dead letter out, and its event in. The event may carry a position that was passed
    /// long ago: like an ingested one it is known by its id alone.
    fn settle(
        &mut self,
        letter: i64,
        event: Option<Box<Decoded>>,
        folded: &mut Folded,
    ) -> Result<Option<Ingested>, SettleError> {
        let gone = folded.batch.settled.contains(&letter);
        if gone || self.reader.dead_letter(letter)?.is_none() {
            return Err(SettleError::Unknown);
        }
        folded.batch.settled.push(letter);
        Ok(event.map(|event| match self.event(*event, false, folded) {
            None => Ingested::New,
            Some(_) => Ingested::Known,
        }))
    }

    /// Folds an event that is new; gives back one that came before, or whose drill is over. What
    /// comes from a source stands at a place there that was not read before.
    fn event(
        &mut self,
        decoded: Decoded,
        from_source: bool,
        folded: &mut Folded,
    ) -> Option<Decoded> {
        let envelope = &decoded.event.envelope;
        // Decoding refuses events without a book; a drill that was stopped has lost its ledger.
        let Some(book) = envelope.book().filter(|book| self.knows(book)) else {
            return Some(decoded);
        };
        let key = dedupe_key(&book, &envelope.source, &envelope.id);
        let is_new =
            |memory: &mut Memory| memory.add(key) || (from_source && is_known_by_place(&decoded));
        if self.outgoing.awaits(key) || !is_new(&mut self.memory) {
            return Some(decoded);
        }
        folded.keys.push(key);
        let what = Logged::Event(Box::new(decoded));
        self.log(&book, what, folded);
        None
    }

    fn tick(&mut self, book: &Book, now: Timestamp, folded: &mut Folded) {
        // A book that nothing ever happened in has no clock.
        let begun = |ledger: &Ledger| ledger.sequence() > 0 || *book != Book::Real;
        let later = |ledger: &Ledger| now > ledger.snapshot().now && begun(ledger);
        if self.books.get(book).is_some_and(|kept| later(&kept.ledger)) {
            self.log(book, Logged::Tick(now), folded);
        }
    }

    fn command(
        &mut self,
        book: &Book,
        at: Timestamp,
        command: Command,
        folded: &mut Folded,
    ) -> Result<(), CommandError> {
        let snapshot = self.books.get(book).map(|kept| kept.ledger.snapshot());
        let alert = snapshot.and_then(|snapshot| snapshot.alerts.get(&command.alert));
        let alert = alert.ok_or(CommandError::Unknown)?;
        let conflict = match (command.action, alert.state) {
            (_, AlertState::Resolved) => Some("the alert is resolved already".to_owned()),
            (Action::Acknowledge, AlertState::Acknowledged) => {
                let by = alert.acknowledged_by.as_deref().unwrap_or("somebody");
                Some(format!("{by} acknowledged it first"))
            }
            (Action::Unacknowledge, AlertState::Firing) => {
                Some("nobody has acknowledged the alert".to_owned())
            }
            _ => None,
        };
        match conflict {
            Some(reason) => Err(CommandError::Conflict(reason)),
            None => {
                self.log(book, Logged::Command(at, command), folded);
                Ok(())
            }
        }
    }

    fn rates(&mut self, book: &Book, rates: &Rates, folded: &mut Folded) {
        let Some(kept) = self.books.get(book) else { return };
        let before = &kept.ledger.snapshot().rates;
        let mut after = before.clone();
        for (rate, quoted) in after.iter_mut().zip(rates).filter(|(_, quoted)| quoted.is_some()) {
            rate.clone_from(quoted);
        }
        if after != *before {
            self.log(book, Logged::Rates(after), folded);
        }
    }

    /// Folds an entry into a ledger that exists, and puts it into the batch.
    fn log(&mut self, book: &Book, what: Logged, folded: &mut Folded) {
        let ledger = self.entry(book);
        let mut changes = Vec::new();
        fold(ledger, &what, &mut changes);
        let entry = LogEntry { sequence: ledger.sequence(), what };
        folded.entry(book, entry, changes);
    }

    /// Remembers what a stored batch has reached.
    pub fn keep(&mut self, folded: &mut Folded) {
        for (&place, &next) in &folded.batch.positions {
            self.positions.insert(place, next);
        }
        folded.keys.clear();
    }

    /// Forgets the keys of a batch that was not stored.
    pub fn unsee(&mut self, folded: &Folded) {
        for &key in &folded.keys {
            self.memory.remove(key);
        }
    }

    /// Checkpoints of the books that have moved by so many entries, or at all within so long.
    pub fn due_checkpoints(&mut self, entries: u64, every: Duration) -> Vec<Checkpoint> {
        let due = |kept: &Kept| {
            let moved = kept.ledger.sequence().saturating_sub(kept.checkpoint_sequence);
            moved >= entries || (moved > 0 && kept.checkpoint_at.elapsed() >= every)
        };
        let books = self.books.iter_mut().filter(|(_, kept)| due(kept));
        books
            .map(|(book, kept)| {
                kept.checkpoint_sequence = kept.ledger.sequence();
                kept.checkpoint_at = Instant::now();
                Checkpoint {
                    book: book.clone(),
                    sequence: kept.checkpoint_sequence,
                    state: kept.ledger.checkpoint(),
                }
            })
            .collect()
    }
}

/// Whether an event has no name but its place in Kafka, which a position tells from another. In a
/// topic that was made anew, another event may have the same.
fn is_known_by_place(decoded: &Decoded) -> bool {
    decoded.position.is_some_and(|position| {
        let id = decoded.event.envelope.id.as_str();
        id.starts_with(PLACE) && id == place_id(decoded.event.data.topic(), position)
    })
}

pub fn fold(ledger: &mut Ledger, what: &Logged, changes: &mut Vec<Change>) {
    let entry = match what {
        Logged::Event(decoded) => {
            Entry::Event { event: &decoded.event, position: decoded.position }
        }
        Logged::Tick(now) => Entry::Tick(*now),
        Logged::Command(at, command) => Entry::Command { at: *at, command },
        Logged::Rates(rates) => Entry::Rates(rates),
        Logged::Missed(gap) => Entry::Missed(gap),
    };
    ledger.fold(entry, changes);
}
