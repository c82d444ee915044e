//! A store in memory that can be told to refuse, to be unreadable, or to take its time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::*;
use crate::store::{
    AlertQuery, Batch, Checkpoint, DeadLetter, Depth, EventQuery, FeedPosition, FeedPositions,
    LogEntry, Outbound, Page, Positions, Rejected, Waiting, spooled,
};
use model::{Alert, AlertId, EventId, Recorded, Topic, status::ChangeOver};

/// A store whose two sides are clones of it.
#[derive(Clone, Default)]
pub struct Shelf(Arc<(Mutex<Held>, Condvar)>);

/// What it holds, and how it behaves.
#[derive(Default)]
pub struct Held {
    pub log: Vec<LogEntry>,
    /// Place of the last entry where none is kept any more.
    pub reached: u64,
    pub positions: Positions,
    pub feeds: FeedPositions,
    pub rejects: Vec<Rejected>,
    /// What waits for Kafka, with its numbers.
    pub spool: Vec<Waiting>,
    /// The last number.
    pub numbered: u64,
    /// Handed-in events that have not come back.
    pub awaited: BTreeSet<u128>,
    /// Where those that did stand in Kafka.
    pub returned: Vec<Position>,
    /// Dead letters, by their ids.
    pub letters: Vec<i64>,
    /// Commits to take before any is refused.
    pub taken_first: usize,
    /// Commits to refuse then.
    pub refusals: usize,
    /// Attempts to read the books that fail from now on.
    pub unreadable: usize,
    /// Commits wait while this is set.
    pub closed: bool,
    /// Commits that began.
    pub begun: usize,
}

impl Held {
    /// Place of the last entry.
    fn last(&self) -> u64 {
        self.log.last().map_or(self.reached, |entry| entry.sequence)
    }
}

impl Shelf {
    pub fn held(&self) -> MutexGuard<'_, Held> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets waiting commits go on.
    pub fn open(&self) {
        self.held().closed = false;
        self.0.1.notify_all();
    }

    /// Identities of the stored events, in the order of the log.
    pub fn events(&self) -> Vec<EventId> {
        let held = self.held();
        let ids = held.log.iter().filter_map(|entry| match &entry.what {
            Logged::Event(decoded) => Some(decoded.event.envelope.id.clone()),
            _ => None,
        });
        ids.collect()
    }
}

impl Writer for Shelf {
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut held = self.held();
        held.begun += 1;
        while held.closed {
            held = self.0.1.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        if held.taken_first > 0 {
            held.taken_first -= 1;
        } else if held.refusals > 0 {
            held.refusals -= 1;
            return Err(StoreError::Full("no room".into()));
        }
        for book in &batch.books {
            assert_eq!(book.book, Book::Real);
            for entry in &book.entries {
                assert_eq!(entry.sequence, held.last() + 1, "the log has no gaps");
                held.log.push(entry.clone());
            }
        }
        held.positions.extend(&batch.positions);
        held.feeds.extend(batch.feeds.clone());
        held.rejects.extend(batch.rejects.iter().cloned());
        for outbound in &batch.spool {
            let number = held.numbered + 1;
            held.numbered = number;
            let (key, route) = match outbound {
                Outbound::Event { key, .. } => (Some(*key), None),
                Outbound::Copy(route, _) => (None, Some(*route)),
            };
            let message = outbound.message().clone();
            held.spool.push(Waiting { number, route, message });
            held.awaited.extend(key);
        }
        for returned in &batch.returned {
            assert!(held.awaited.remove(&returned.key), "it was awaited");
            held.returned.push(returned.position);
        }
        held.letters.retain(|letter| !batch.settled.contains(letter));
        Ok(())
    }

    fn checkpoint(&mut self, _: &Checkpoint) -> Result<(), StoreError> {
        Ok(())
    }

    fn tidy(&mut self, _: Timestamp) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn forget(&mut self, _: &Book) -> Result<(), StoreError> {
        Ok(())
    }

    fn delivered(&mut self, to: u64) -> Result<(), StoreError> {
        self.held().spool.retain(|it| it.number > to);
        Ok(())
    }

    fn changed_over(&mut self, _: &ChangeOver) -> Result<(), StoreError> {
        Ok(())
    }

    fn depth(&self) -> Depth {
        let held = self.held();
        let bytes = held.spool.iter().map(|it| spooled(&it.message)).sum();
        let oldest = held.spool.first().map(|it| it.message.received);
        Depth { records: held.spool.len() as u64, bytes, oldest }
    }
}

/// What the flow reads at its start; listings are no business of it.
impl Reader for Shelf {
    fn books(&self) -> Result<Vec<(Book, u64)>, StoreError> {
        let mut held = self.held();
        if held.unreadable > 0 {
            held.unreadable -= 1;
            return Err(StoreError::Failed("not now".into()));
        }
        Ok(if held.last() > 0 { vec![(Book::Real, held.last())] } else { vec![] })
    }

    fn checkpoint(&self, _: &Book) -> Result<Option<Checkpoint>, StoreError> {
        Ok(None)
    }

    fn replay(
        &self,
        book: &Book,
        after: u64,
        each: &mut dyn FnMut(LogEntry),
    ) -> Result<(), StoreError> {
        if *book == Book::Real {
            let held = self.held();
            held.log.iter().filter(|entry| entry.sequence > after).cloned().for_each(each);
        }
        Ok(())
    }

    fn positions(&self) -> Result<Positions, StoreError> {
        Ok(self.held().positions.clone())
    }

    fn feed_positions(&self, feed: &str) -> Result<BTreeMap<String, FeedPosition>, StoreError> {
        let held = self.held();
        let of_feed = held.feeds.iter().filter(|((name, _), _)| name == feed);
        Ok(of_feed.map(|((_, place), position)| (place.clone(), position.clone())).collect())
    }

    fn recent_keys(&self, _: usize, _: &mut dyn FnMut(u128)) -> Result<(), StoreError> {
        Ok(())
    }

    fn events(&self, _: &EventQuery) -> Result<Page<Recorded>, StoreError> {
        Err(StoreError::Cursor)
    }

    fn event(&self, _: &EventId) -> Result<Option<Recorded>, StoreError> {
        Ok(None)
    }

    fn alerts(&self, _: &AlertQuery) -> Result<Page<Alert>, StoreError> {
        Err(StoreError::Cursor)
    }

    fn alert(&self, _: &AlertId) -> Result<Option<Alert>, StoreError> {
        Ok(None)
    }

    fn dead_letters(&self, _: Option<&str>, _: usize) -> Result<Page<DeadLetter>, StoreError> {
        Err(StoreError::Cursor)
    }

    fn spool(&self, after: u64, records: usize, _: u64) -> Result<Vec<Waiting>, StoreError> {
        let held = self.held();
        let waiting = held.spool.iter().filter(|it| it.number > after);
        Ok(waiting.take(records).cloned().collect())
    }

    fn change_overs(&self) -> Result<Vec<ChangeOver>, StoreError> {
        Err(StoreError::Cursor)
    }

    fn awaited(&self, each: &mut dyn FnMut(u128)) -> Result<(), StoreError> {
        self.held().awaited.iter().copied().for_each(each);
        Ok(())
    }

    fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError> {
        let letter = DeadLetter {
            id,
            topic: Topic::Budget,
            position: None,
            row: None,
            reason: Reason::NotJson,
            detail: String::new(),
            received: START,
            key: None,
            headers: Vec::new(),
            size: 0,
            bytes: String::new(),
            truncated: false,
        };
        Ok(self.held().letters.contains(&id).then_some(letter))
    }

    fn bytes(&self) -> u64 {
        0
    }
}
