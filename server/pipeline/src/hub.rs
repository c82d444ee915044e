//! The hub: the newest state of every book, and the frames that bring viewers up to it.
//!
//! The flow publishes what is stored; a pacer conflates it into frames. A frame is encoded once
//! for all viewers of one form and filter. The hub never waits for a viewer: one that falls
//! behind loses frames and is told so, and then takes a snapshot.

mod frame;
mod mix;
mod pending;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use model::{Book, Change, Snapshot, Status, wire::Delta};
use tokio::{
    sync::{Notify, broadcast, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

pub use self::frame::{Form, Frame, Topics};
pub use self::mix::Mix;
use self::pending::Pending;

/// Changes over which a viewer can resume; older ones are only in the snapshot.
pub const RESUMABLE_CHANGES: usize = 10_000;

/// A frame leaves this long after its first change.
const FIRST: Duration = Duration::from_millis(2);

/// Frames that wait for a slow viewer before it loses some.
const BACKLOG: usize = 256;

/// State and frames of every book.
#[derive(Debug)]
pub struct Hub {
    epoch: u64,
    mix: Option<Mix>,
    books: RwLock<BTreeMap<Book, Arc<BookHub>>>,
    status: watch::Sender<Option<Arc<Status>>>,
    changed: Notify,
    viewers: AtomicUsize,
}

/// State and frames of one book.
#[derive(Debug)]
pub struct BookHub {
    inner: Mutex<Inner>,
    frames: broadcast::Sender<Arc<Frame>>,
}

#[derive(Debug)]
struct Inner {
    shown: Arc<Snapshot>,
    pending: Pending,
    last_frame: Option<Instant>,
    interval: Duration,
    ring: VecDeque<Arc<Frame>>,
    ring_changes: usize,
}

/// What a viewer begins with.
#[derive(Debug)]
pub enum Start {
    /// The state now.
    Snapshot(Arc<Snapshot>),
    /// What came since the viewer was last here.
    Frames(Vec<Arc<Frame>>),
}

impl Hub {
    /// A hub without books. `epoch` is random at each start of the program.
    pub fn new(epoch: u64) -> Arc<Self> {
        Self::mixing(epoch, None)
    }

    /// A hub that shows a mixed view as well, where one is asked for.
    pub fn mixing(epoch: u64, mix: Option<Mix>) -> Arc<Self> {
        Arc::new(Self {
            epoch,
            mix,
            books: RwLock::default(),
            status: watch::Sender::new(None),
            changed: Notify::new(),
            viewers: AtomicUsize::new(0),
        })
    }

    /// Sequences of another epoch mean nothing.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Shows a book from this state on, in place of what it showed before.
    pub fn open(&self, snapshot: Snapshot) {
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        let book = snapshot.book.clone();
        books.insert(book.clone(), Arc::new(BookHub::new(snapshot)));
        if matches!(book, Book::Real | Book::Simulated)
            && let Some(view) = self.mixed(&books)
        {
            books.insert(Book::Mixed, Arc::new(BookHub::new(view)));
        }
    }

    /// The mixed view of what is shown, later than the one before.
    fn mixed(&self, books: &BTreeMap<Book, Arc<BookHub>>) -> Option<Snapshot> {
        let shown = |book: &Book| books.get(book).map(|hub| hub.newest());
        let sequence = shown(&Book::Mixed).map_or(0, |view| view.sequence + 1);
        Some(self.mix?.snapshot(&shown(&Book::Real)?, &shown(&Book::Simulated)?, sequence))
    }

    /// Stops showing a book; its viewers see their stream end.
    pub fn close(&self, book: &Book) {
        self.books.write().unwrap_or_else(PoisonError::into_inner).remove(book);
    }

    /// A book, if it is shown.
    pub fn book(&self, book: &Book) -> Option<Arc<BookHub>> {
        self.books.read().unwrap_or_else(PoisonError::into_inner).get(book).cloned()
    }

    /// The books that are shown.
    pub fn books(&self) -> Vec<Book> {
        self.books.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Takes changes that are stored: they bring the book to the place `to` of its log.
    pub fn publish(&self, book: &Book, to: u64, changes: Vec<Change>) {
        if let (Some(mix), Some(view)) = (self.mix, self.book(&Book::Mixed))
            && matches!(book, Book::Real | Book::Simulated)
        {
            view.lock().pending.add_next(mix.changes(book, &changes));
        }
        if let Some(hub) = self.book(book) {
            hub.lock().pending.add(to, changes);
            self.changed.notify_one();
        }
    }

    /// Takes the newest status.
    pub fn set_status(&self, status: Arc<Status>) {
        self.status.send_replace(Some(status));
    }

    /// The newest status, and each one after it.
    pub fn status(&self) -> watch::Receiver<Option<Arc<Status>>> {
        self.status.subscribe()
    }

    /// Counts a viewer until the guard is dropped.
    pub fn viewer(self: &Arc<Self>) -> Viewer {
        self.viewers.fetch_add(1, Ordering::Relaxed);
        Viewer(Arc::clone(self))
    }

    /// Viewers connected now.
    pub fn viewers(&self) -> usize {
        self.viewers.load(Ordering::Relaxed)
    }

    /// Sends frames until it is cancelled. Owns the pace: run it once.
    pub async fn pace(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = self.changed.notified() => {}
                () = stop.cancelled() => return,
            }
            let first = Instant::now();
            while let Some(due) = self.next_due(first) {
                sleep_until(due).await;
                self.send_due();
            }
        }
    }

    /// When the next frame of any book may leave; `None` when nothing waits.
    fn next_due(&self, first: Instant) -> Option<Instant> {
        let due = |hub: &BookHub| hub.lock().due(first.max(Instant::now()));
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.values().filter_map(|hub| due(hub)).min()
    }

    fn send_due(&self) {
        let hubs: Vec<_> = {
            let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
            books.values().cloned().collect()
        };
        let viewers = self.viewers();
        for hub in hubs {
            hub.send(viewers);
        }
    }
}

/// A viewer, counted while this lives.
#[derive(Debug)]
pub struct Viewer(Arc<Hub>);

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl BookHub {
    fn new(snapshot: Snapshot) -> Self {
        Self {
            inner: Mutex::new(Inner {
                pending: Pending::new(snapshot.sequence),
                shown: Arc::new(snapshot),
                last_frame: None,
                interval: FIRST,
                ring: VecDeque::new(),
                ring_changes: 0,
            }),
            frames: broadcast::Sender::new(BACKLOG),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state that viewers see now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.lock().shown)
    }

    /// The state with what waits for the next frame.
    fn newest(&self) -> Snapshot {
        let inner = self.lock();
        let mut newest = (*inner.shown).clone();
        inner.pending.apply(&mut newest);
        newest
    }

    /// Joins the viewers: what to begin with, and every frame after it, without a gap between.
    /// `resume` is the place in this book's log that the viewer holds, within this epoch.
    pub fn join(&self, resume: Option<u64>) -> (Start, broadcast::Receiver<Arc<Frame>>) {
        let inner = self.lock();
        let receiver = self.frames.subscribe();
        let start = resume
            .and_then(|sequence| inner.since(sequence))
            .map_or_else(|| Start::Snapshot(Arc::clone(&inner.shown)), Start::Frames);
        (start, receiver)
    }

    fn send(&self, viewers: usize) {
        let mut inner = self.lock();
        let now = Instant::now();
        if inner.due(now).is_none_or(|due| due > now) {
            return;
        }
        let frame = inner.next_frame(now, viewers);
        drop(inner);
        // Nobody listening is no fault.
        drop(self.frames.send(frame));
    }
}

impl Inner {
    /// When the waiting changes may leave, if any wait.
    fn due(&mut self, now: Instant) -> Option<Instant> {
        let first = self.pending.since(now)?;
        let paced = self.last_frame.map_or(first, |last| last + self.interval);
        Some((first + FIRST).max(paced))
    }

    fn next_frame(&mut self, now: Instant, viewers: usize) -> Arc<Frame> {
        let (from, to, changes) = self.pending.take();
        self.interval = interval(changes.len(), viewers);
        self.last_frame = Some(now);
        let delta = Delta { book: self.shown.book.clone(), from, to, changes };
        let shown = Arc::make_mut(&mut self.shown);
        for change in &delta.changes {
            shown.apply(change);
        }
        shown.sequence = to;
        let frame = Arc::new(Frame::new(delta));
        self.ring_changes += frame.delta().changes.len();
        self.ring.push_back(Arc::clone(&frame));
        while self.ring_changes > RESUMABLE_CHANGES {
            let Some(oldest) = self.ring.pop_front() else { break };
            self.ring_changes -= oldest.delta().changes.len();
        }
        frame
    }

    /// The frames after a place of the log; `None` when they are no longer held, or when the
    /// viewer stands at a place that this book has not reached.
    fn since(&self, sequence: u64) -> Option<Vec<Arc<Frame>>> {
        if sequence == self.shown.sequence {
            return Some(Vec::new());
        }
        let later = self.ring.iter().skip_while(|frame| frame.delta().to <= sequence);
        let frames: Vec<_> = later.cloned().collect();
        let joins = frames.first().is_some_and(|frame| frame.delta().from <= sequence);
        // A frame replaces keyed parts whole, so one that begins before the viewer's place may be
        // applied on top of it.
        joins.then_some(frames)
    }
}

/// How long the next frame waits after this one: longer as frames and the audience grow, since
/// most of what a frame repeats is then about the same entities.
fn interval(changes: usize, viewers: usize) -> Duration {
    let millis = match (changes, viewers) {
        (_, 1_000..) => 100,
        (2_000.., _) | (_, 100..) => 33,
        (500.., _) => 10,
        _ => 2,
    };
    Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use model::{Timestamp, Topic};

    use super::*;

    fn newest(millis: i64) -> Change {
        Change::Newest(Topic::Etl, Timestamp::from_millis(millis))
    }

    async fn settle() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    fn started() -> (Arc<Hub>, Arc<BookHub>, CancellationToken) {
        let hub = Hub::new(7);
        hub.open(Snapshot::empty(Book::Real, []));
        let stop = CancellationToken::new();
        tokio::spawn(Arc::clone(&hub).pace(stop.clone()));
        let book = hub.book(&Book::Real).expect("just opened");
        (hub, book, stop)
    }

    #[tokio::test(start_paused = true)]
    async fn snapshot_and_later_frames_equal_the_snapshot_now() {
        let (hub, book, _stop) = started();
        hub.publish(&Book::Real, 1, vec![newest(1)]);
        settle().await;
        let (start, mut frames) = book.join(None);
        let Start::Snapshot(early) = start else { panic!("a first visit begins with a snapshot") };
        assert_eq!(early.sequence, 1);
        let mut state = (*early).clone();
        for to in 2..50 {
            hub.publish(&Book::Real, to, vec![newest(i64::try_from(to).unwrap())]);
            if to % 7 == 0 {
                settle().await;
            }
        }
        settle().await;
        while let Ok(frame) = frames.try_recv() {
            frame.delta().apply(&mut state).expect("no gap");
        }
        assert_eq!(state, *book.snapshot());
        assert_eq!(state.sequence, 49);
    }

    #[tokio::test(start_paused = true)]
    async fn changes_of_one_entity_are_conflated() {
        let (hub, book, _stop) = started();
        let (_, mut frames) = book.join(None);
        for to in 1..=1_000 {
            hub.publish(&Book::Real, to, vec![newest(i64::try_from(to).unwrap())]);
        }
        settle().await;
        let frame = frames.recv().await.expect("a frame");
        assert_eq!((frame.delta().from, frame.delta().to), (0, 1_000));
        assert_eq!(frame.delta().changes, [newest(1_000)]);
    }

    #[tokio::test(start_paused = true)]
    async fn resume_begins_where_the_viewer_stands_or_with_a_snapshot() {
        let (hub, book, _stop) = started();
        for to in 1..=3 {
            hub.publish(&Book::Real, to, vec![newest(i64::try_from(to).unwrap())]);
            settle().await;
        }
        let frames_after = |sequence| match book.join(Some(sequence)).0 {
            Start::Frames(frames) => Some(frames.len()),
            Start::Snapshot(_) => None,
        };
        assert_eq!(frames_after(3), Some(0));
        assert_eq!(frames_after(1), Some(2));
        assert_eq!(frames_after(0), Some(3));
        assert_eq!(frames_after(9), None, "a place that was never reached");
        let many = |base: i64| {
            (0..6_000)
                .map(move |n| Change::Minute(Timestamp::from_millis(base + n), Box::default()))
        };
        hub.publish(&Book::Real, 4, many(0).collect());
        settle().await;
        hub.publish(&Book::Real, 5, many(6_000).collect());
        settle().await;
        assert_eq!(frames_after(0), None, "beyond what is held");
        assert_eq!(frames_after(4), Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_viewer_that_never_reads_holds_nobody_up() {
        let (hub, book, _stop) = started();
        let (_, mut lazy) = book.join(None);
        for to in 1..=1_000 {
            hub.publish(&Book::Real, to, vec![newest(i64::try_from(to).unwrap())]);
            settle().await;
        }
        assert_eq!(book.snapshot().sequence, 1_000);
        assert!(matches!(lazy.recv().await, Err(broadcast::error::RecvError::Lagged(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_book_ends_its_streams() {
        let (hub, book, _stop) = started();
        let (_, mut frames) = book.join(None);
        drop(book);
        hub.close(&Book::Real);
        assert!(matches!(frames.recv().await, Err(broadcast::error::RecvError::Closed)));
        hub.publish(&Book::Real, 1, vec![newest(1)]);
        assert!(hub.books().is_empty());
    }
}
