//! The flow: one thread that dedupes, folds, commits and publishes, in this order, and only then
//! answers. It owns every ledger and the writing side of the store.
//!
//! While one batch commits, the next gathers in a bounded queue: under load batches grow by
//! themselves, and a single event waits for nothing. A batch that the store refuses leaves no
//! trace: its ledgers are read back from the store, ingest is told, and what came from a source
//! is tried again.

mod folded;
mod ledgers;
mod news;
mod outgoing;
mod request;
mod room;
mod stats;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use model::{Book, Person, Timestamp};
use tokio::sync::mpsc;

use self::{folded::Folded, ledgers::Ledgers, outgoing::Outgoing};
pub use self::{
    outgoing::Forwarding,
    request::{Arrived, CommandError, FlowClosed, Ingested, Input, Request, SettleError},
    room::{Room, Taken},
    stats::{Latency, Stats},
};
use crate::{
    hub::Hub,
    rule::Rules,
    spool::Spool,
    store::{Reader, StoreError, Writer},
};

/// Requests that wait for the flow before their senders wait.
const QUEUE: usize = 64;

/// Largest batch, in events.
const BATCH_EVENTS: usize = 20_000;

/// Largest batch, in bytes.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// A checkpoint follows after so many entries of a book.
const CHECKPOINT_ENTRIES: u64 = 100_000;

/// A checkpoint follows after so long, where a book has moved.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// Housekeeping has its turn this often.
const TIDY_EVERY: Duration = Duration::from_secs(20);

/// Pause before a batch that the store refused is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// What a flow is made of.
pub struct Parts {
    /// The writing side of the store.
    pub writer: Box<dyn Writer>,
    /// The reading side of the store.
    pub reader: Arc<dyn Reader>,
    /// Where stored changes are shown.
    pub hub: Arc<Hub>,
    /// The rules in force.
    pub rules: Arc<Rules>,
    /// The directory of people.
    pub people: Vec<Person>,
    /// Counters, shared with the status.
    pub stats: Arc<Stats>,
    /// Told which positions are stored, after they are.
    pub stored: Box<dyn FnMut(&crate::store::Positions) + Send>,
    /// Where what is handed in waits for Kafka; nothing where it never goes there.
    pub spool: Option<Arc<Spool>>,
    /// What of it goes there.
    pub forwarding: Forwarding,
    /// The wall clock, for housekeeping and latency only.
    pub clock: fn() -> Timestamp,
}

/// The thread of the flow.
#[derive(Debug)]
pub struct Flow {
    input: Input,
    thread: JoinHandle<()>,
}

impl Flow {
    /// Reads the books back from the store, shows them, and starts.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn start(parts: Parts) -> Result<Flow, StoreError> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let engine = Engine::open(parts)?;
        let thread = std::thread::Builder::new()
            .name("flow".into())
            .spawn(move || engine.run(receiver))
            .map_err(|error| StoreError::Failed(format!("no thread for the flow: {error}")))?;
        Ok(Flow { input: Input::new(sender), thread })
    }

    /// Where requests go.
    pub fn input(&self) -> Input {
        self.input.clone()
    }

    /// Takes no more requests, finishes those that wait, keeps a checkpoint, and ends. Every
    /// clone of the input must be dropped, or this waits for them.
    pub fn stop(self) {
        drop(self.input);
        if self.thread.join().is_err() {
            tracing::error!("the flow had already failed");
        }
    }
}

struct Engine {
    ledgers: Ledgers,
    parts: Parts,
    waiting: VecDeque<Request>,
    tidied: Instant,
}

impl Engine {
    fn open(parts: Parts) -> Result<Self, StoreError> {
        let outgoing = Outgoing::open(
            parts.spool.clone(),
            parts.forwarding.clone(),
            &*parts.reader,
            &*parts.writer,
        )?;
        let ledgers =
            Ledgers::open(Arc::clone(&parts.reader), &parts.rules, parts.people.clone(), outgoing)?;
        for ledger in ledgers.all() {
            parts.hub.open(ledger.snapshot().clone());
        }
        Ok(Self { ledgers, parts, waiting: VecDeque::new(), tidied: Instant::now() })
    }

    fn run(mut self, mut receiver: mpsc::Receiver<Request>) {
        while let Some(request) = self.next(&mut receiver) {
            if request.is_work() {
                let gathered = self.gather(request, &mut receiver);
                self.work(gathered, &receiver);
            } else {
                self.control(request);
            }
            self.keep_house();
        }
        self.checkpoint(true);
        tracing::info!("flow stopped");
    }

    fn next(&mut self, receiver: &mut mpsc::Receiver<Request>) -> Option<Request> {
        self.waiting.pop_front().or_else(|| receiver.blocking_recv())
    }

    /// Takes what waits behind `first`, up to the limits of a batch or to a request that is no
    /// work.
    fn gather(&mut self, first: Request, receiver: &mut mpsc::Receiver<Request>) -> Vec<Request> {
        let (mut events, mut bytes) = first.size();
        let mut gathered = vec![first];
        while events < BATCH_EVENTS && bytes < BATCH_BYTES {
            let next = self.waiting.pop_front().or_else(|| receiver.try_recv().ok());
            let Some(request) = next else { break };
            if !request.is_work() {
                self.waiting.push_front(request);
                break;
            }
            let (more_events, more_bytes) = request.size();
            events += more_events;
            bytes += more_bytes;
            gathered.push(request);
        }
        gathered
    }

    /// Folds, commits, publishes and answers one batch.
    fn work(&mut self, gathered: Vec<Request>, receiver: &mpsc::Receiver<Request>) {
        let mut folded = self.ledgers.fold(gathered);
        if folded.batch_is_empty() {
            folded.answer();
            return;
        }
        match self.parts.writer.commit(&folded.batch) {
            Ok(()) => {
                self.ledgers.keep(&mut folded);
                self.measure_spool();
                let now = (self.parts.clock)();
                self.parts.stats.stored(&folded.batch, now);
                for (book, to, changes) in folded.take_changes() {
                    self.parts.hub.publish(&book, to, changes);
                }
                if !folded.batch.positions.is_empty() {
                    (self.parts.stored)(&folded.batch.positions);
                }
                folded.answer();
            }
            Err(error) => self.refused(folded, &error, receiver),
        }
    }

    fn refused(&mut self, folded: Folded, error: &StoreError, receiver: &mpsc::Receiver<Request>) {
        tracing::error!(%error, "a batch was not stored and leaves no trace");
        self.parts.stats.refused();
        self.ledgers.unsee(&folded);
        let again = folded.refuse(error);
        // Nothing is folded on top of what is not stored.
        while let Err(error) = self.ledgers.reopen() {
            tracing::error!(%error, "the store cannot be read either");
            if receiver.is_closed() {
                return;
            }
            std::thread::sleep(RETRY_AFTER);
        }
        // Nobody was told that it is stored: where the program stops, its source still has it.
        if !again.is_empty() && !receiver.is_closed() {
            for request in again.into_iter().rev() {
                self.waiting.push_front(request);
            }
            std::thread::sleep(RETRY_AFTER);
        }
    }

    fn control(&mut self, request: Request) {
        match request {
            Request::Open { book, done } => {
                self.open_book(book);
                // A caller that went away needs no answer.
                done.send(()).ok();
            }
            Request::Forget { book, done } => {
                self.forget(&book);
                done.send(()).ok();
            }
            Request::ChangedOver(change) => {
                if let Err(error) = self.parts.writer.changed_over(&change) {
                    tracing::warn!(%error, ?change, "a change-over of the source was not kept");
                }
            }
            Request::Delivered { to, done } => {
                let forgotten = self.parts.writer.delivered(to);
                self.measure_spool();
                done.send(forgotten).ok();
            }
            Request::Series { book, figure, entity, done } => {
                done.send(self.ledgers.series(&book, figure, entity.as_deref())).ok();
            }
            Request::Arrived(_)
            | Request::Ingest { .. }
            | Request::Tick { .. }
            | Request::Command { .. }
            | Request::Settle { .. }
            | Request::Rates { .. } => {}
        }
    }

    fn measure_spool(&self) {
        if let Some(spool) = &self.parts.spool {
            spool.set_depth(self.parts.writer.depth());
        }
    }

    fn open_book(&mut self, book: Book) {
        if !self.ledgers.knows(&book) {
            let ledger = self.ledgers.entry(&book);
            let snapshot = ledger.snapshot().clone();
            self.parts.hub.open(snapshot);
        }
    }

    fn forget(&mut self, book: &Book) {
        self.ledgers.forget(book);
        self.parts.hub.close(book);
        if let Err(error) = self.parts.writer.forget(book) {
            tracing::error!(%book, %error, "a book was not removed from the store");
        }
    }

    fn keep_house(&mut self) {
        self.checkpoint(false);
        if self.tidied.elapsed() >= TIDY_EVERY {
            match self.parts.writer.tidy((self.parts.clock)()) {
                Ok(true) => {}
                Ok(false) => self.tidied = Instant::now(),
                Err(error) => {
                    tracing::warn!(%error, "housekeeping of the store failed");
                    self.tidied = Instant::now();
                }
            }
        }
    }

    fn checkpoint(&mut self, now: bool) {
        let (entries, every) =
            if now { (1, Duration::ZERO) } else { (CHECKPOINT_ENTRIES, CHECKPOINT_EVERY) };
        for checkpoint in self.ledgers.due_checkpoints(entries, every) {
            if let Err(error) = self.parts.writer.checkpoint(&checkpoint) {
                tracing::warn!(book = %checkpoint.book, %error, "no checkpoint was kept");
            }
        }
    }
}
