//! What the feeds do, for the status, the log and the metrics.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use metrics::counter;
use model::{
    Timestamp,
    status::{FeedState, FeedStatus},
};

use crate::{feed::Feed, flow::Arrived};

/// A feed counts as reading for so long after a row, in milliseconds.
const LATELY: i64 = 5 * Timestamp::SECOND;

/// A line for each feed. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<Vec<FeedStatus>>>);

impl Board {
    /// A board of feeds that have done nothing yet.
    pub fn new<'a>(feeds: impl Iterator<Item = &'a Feed>) -> Self {
        let line = |feed: &Feed| FeedStatus {
            name: feed.name.clone(),
            topic: feed.topic,
            place: feed.place.to_string(),
            state: FeedState::Waiting,
            reason: None,
            next_attempt: None,
            rows: 0,
            rejects: 0,
            last_read: None,
        };
        Self(Arc::new(Mutex::new(feeds.map(line).collect())))
    }

    /// Every line.
    pub fn list(&self) -> Vec<FeedStatus> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FeedStatus>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line of one feed, which it writes itself.
#[derive(Debug)]
pub(super) struct Line {
    board: Board,
    index: usize,
    name: String,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

impl Line {
    pub fn new(board: Board, index: usize, name: &str, clock: fn() -> Timestamp) -> Self {
        Self { board, index, name: name.to_owned(), clock }
    }

    fn write(&self, change: impl FnOnce(&mut FeedStatus)) {
        if let Some(line) = self.board.lock().get_mut(self.index) {
            change(line);
        }
    }

    /// These rows were handed over.
    pub fn read(&self, arrived: &Arrived) {
        let (events, rejects) = (arrived.events.len() as u64, arrived.rejects.len() as u64);
        if events + rejects == 0 {
            return;
        }
        for (outcome, count) in [("event", events), ("rejected", rejects)] {
            counter!("streamboard_feed_rows_total", "feed" => self.name.clone(), "outcome" => outcome)
                .increment(count);
        }
        let now = (self.clock)();
        self.write(|line| {
            line.rows += events + rejects;
            line.rejects += rejects;
            line.last_read = Some(now);
            line.state = FeedState::Reading;
        });
    }

    /// All that is there was read; or why nothing is there.
    pub fn waits(&self, reason: Option<String>) {
        let now = (self.clock)();
        self.write(|line| {
            let lately = line.last_read.is_some_and(|at| now.since(at) < LATELY);
            line.state = if lately { FeedState::Reading } else { FeedState::Waiting };
            (line.reason, line.next_attempt) = (reason, None);
        });
    }

    /// It cannot be read, and is tried again after so long.
    pub fn fails(&self, reason: &str, again: Duration) {
        let next = (self.clock)().plus(i64::try_from(again.as_millis()).unwrap_or(i64::MAX));
        self.write(|line| {
            if line.reason.as_deref() != Some(reason) {
                tracing::warn!(feed = line.name, reason, "a feed cannot be read");
            }
            line.state = FeedState::Failing;
            (line.reason, line.next_attempt) = (Some(reason.to_owned()), Some(next));
        });
    }
}
