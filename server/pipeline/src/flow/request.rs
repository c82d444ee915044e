//! What the flow is asked to do, and how it answers.

use model::{
    Book, Figure, Timestamp, alert::Command, status::ChangeOver, trend::Point,
    view::transaction::Rates,
};
use tokio::sync::{mpsc, oneshot};

use super::Taken;
use crate::{
    message::{Decoded, Gap},
    store::{FeedPositions, Positions, Rejected, StoreError},
};

/// Decoded messages of a source, with the places that they bring it to.
#[derive(Debug, Default)]
pub struct Arrived {
    /// Events, in order.
    pub events: Vec<Decoded>,
    /// Messages that were refused.
    pub rejects: Vec<Rejected>,
    /// Next offsets to read, once these are stored.
    pub positions: Positions,
    /// How far its feed is read, once these are stored.
    pub feeds: FeedPositions,
    /// Partitions that do not go on where they stopped, before all of these.
    pub gaps: Vec<Gap>,
    /// Room that was taken for them, by a source that waits for room.
    pub room: Option<Taken>,
}

impl Arrived {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.rejects.is_empty()
            && self.positions.is_empty()
            && self.feeds.is_empty()
            && self.gaps.is_empty()
    }
}

/// What became of an ingested event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingested {
    /// It is stored.
    New,
    /// It was stored before.
    Known,
}

/// A request to the flow.
#[derive(Debug)]
pub enum Request {
    /// A source delivers.
    Arrived(Arrived),
    /// Somebody hands events in and waits until they are stored, all or none.
    Ingest {
        /// The events, in order.
        events: Vec<Decoded>,
        /// What became of each.
        done: oneshot::Sender<Result<Vec<Ingested>, StoreError>>,
    },
    /// The clock of a book moved.
    Tick {
        /// The book.
        book: Book,
        /// Its time.
        now: Timestamp,
    },
    /// Somebody does something to an alert.
    Command {
        /// The book of the alert.
        book: Book,
        /// When, by the wall clock.
        at: Timestamp,
        /// What.
        command: Command,
        /// What became of it.
        done: oneshot::Sender<Result<(), CommandError>>,
    },
    /// Shows a book, empty if it is new.
    Open {
        /// The book.
        book: Book,
        /// Told when it is shown.
        done: oneshot::Sender<()>,
    },
    /// Forgets a book, here and in the store.
    Forget {
        /// The book.
        book: Book,
        /// Told when it is forgotten.
        done: oneshot::Sender<()>,
    },
    /// A dead letter goes: deleted, or with an event in its place, both or neither.
    Settle {
        /// The letter.
        letter: i64,
        /// What it says after correction; without one it is deleted.
        event: Option<Box<Decoded>>,
        /// What became of the event; of a deletion, nothing.
        done: oneshot::Sender<Result<Option<Ingested>, SettleError>>,
    },
    /// Exchange rates are quoted; those that are absent stay as they are.
    Rates {
        /// The book.
        book: Book,
        /// Its rates.
        rates: Rates,
        /// Told when they are stored; without anybody to tell they are tried again.
        done: Option<oneshot::Sender<Result<(), StoreError>>>,
    },
    /// The source changed over; nobody waits for it.
    ChangedOver(ChangeOver),
    /// Kafka has the messages of the spool up to this number.
    Delivered {
        /// The number.
        to: u64,
        /// Told when they are forgotten.
        done: oneshot::Sender<Result<(), StoreError>>,
    },
    /// A figure over the last hour.
    Series {
        /// The book.
        book: Book,
        /// The figure.
        figure: Figure,
        /// The entity; without one, the headline.
        entity: Option<String>,
        /// The points, oldest first.
        done: oneshot::Sender<Vec<Point>>,
    },
}

impl Request {
    /// Whether it becomes part of a batch; the others are done at once, between two batches.
    pub fn is_work(&self) -> bool {
        matches!(
            self,
            Request::Arrived(_)
                | Request::Ingest { .. }
                | Request::Tick { .. }
                | Request::Command { .. }
                | Request::Settle { .. }
                | Request::Rates { .. }
        )
    }

    /// Events and bytes that it adds to a batch.
    pub fn size(&self) -> (usize, usize) {
        let events = match self {
            Request::Arrived(arrived) => &arrived.events,
            Request::Ingest { events, .. } => events,
            Request::Settle { event: Some(event), .. } => return (1, event.raw.len()),
            _ => return (1, 0),
        };
        (events.len(), events.iter().map(|event| event.raw.len()).sum())
    }
}

/// Why a command changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No alert has this identity.
    #[error("there is no such alert")]
    Unknown,
    /// The alert is already there; says by whom.
    #[error("{0}")]
    Conflict(String),
    /// It was not stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a dead letter stays, or is not there.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// No letter has this identity; somebody may have been faster.
    #[error("there is no such dead letter")]
    Unknown,
    /// It was not stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The flow has ended.
#[derive(Debug, thiserror::Error)]
#[error("the program is stopping")]
pub struct FlowClosed;

/// Where requests go. Cheap to clone; waits while the queue is full.
#[derive(Debug, Clone)]
pub struct Input(mpsc::Sender<Request>);

impl Input {
    pub(crate) fn new(sender: mpsc::Sender<Request>) -> Self {
        Self(sender)
    }

    /// Hands a request over, waiting for room.
    ///
    /// # Errors
    /// When the flow has ended.
    pub async fn send(&self, request: Request) -> Result<(), FlowClosed> {
        self.0.send(request).await.map_err(|_| FlowClosed)
    }

    /// Hands a request over from a thread without async, waiting for room.
    ///
    /// # Errors
    /// When the flow has ended.
    pub fn send_blocking(&self, request: Request) -> Result<(), FlowClosed> {
        self.0.blocking_send(request).map_err(|_| FlowClosed)
    }

    /// Sends a request with a place for its answer, and waits for the answer.
    ///
    /// # Errors
    /// When the flow has ended.
    pub async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<T>) -> Request,
    ) -> Result<T, FlowClosed> {
        let (sender, receiver) = oneshot::channel();
        self.send(request(sender)).await?;
        receiver.await.map_err(|_| FlowClosed)
    }
}
