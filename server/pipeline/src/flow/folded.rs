//! A batch between its fold and its commit: what will be stored, shown and answered.

use std::collections::{BTreeMap, BTreeSet};

use model::{Alert, AlertId, Book, Change, view::transaction::Rates};
use tokio::sync::oneshot;

use super::request::{Arrived, CommandError, Ingested, Request, SettleError};
use crate::{
    message::{Decoded, Gap},
    store::{
        Batch, BookBatch, FeedPositions, LogEntry, Logged, Positions, Rejected, Returned,
        StoreError, dedupe_key,
    },
};

/// What one batch made of its requests.
#[derive(Debug, Default)]
pub struct Folded {
    /// What becomes durable.
    pub batch: Batch,
    /// Keys of the events that are new, to be remembered once they are stored.
    pub keys: Vec<u128>,
    changes: BTreeMap<Book, (u64, Vec<Change>)>,
    answers: Vec<Answer>,
    ingested: BTreeSet<u128>,
    twins: Vec<Decoded>,
    gaps: Vec<Gap>,
    quotes: Vec<(Book, Rates)>,
}

#[derive(Debug)]
enum Answer {
    Ingest(oneshot::Sender<Result<Vec<Ingested>, StoreError>>, Vec<Ingested>),
    Command(oneshot::Sender<Result<(), CommandError>>, Result<(), CommandError>),
    Settle(
        oneshot::Sender<Result<Option<Ingested>, SettleError>>,
        Result<Option<Ingested>, SettleError>,
    ),
    Rates(oneshot::Sender<Result<(), StoreError>>),
}

impl Folded {
    /// Adds an entry of a book's log and what it changed.
    pub fn entry(&mut self, book: &Book, entry: LogEntry, changes: Vec<Change>) {
        let shown = match self.changes.get_mut(book) {
            Some(shown) => shown,
            None => self.changes.entry(book.clone()).or_default(),
        };
        shown.0 = entry.sequence;
        shown.1.extend(changes);
        match self.batch.books.iter_mut().find(|batch| batch.book == *book) {
            Some(batch) => batch.entries.push(entry),
            None => self.batch.books.push(BookBatch {
                book: book.clone(),
                entries: vec![entry],
                alerts: Vec::new(),
            }),
        }
    }

    /// Adds what came with a source's events.
    pub fn source(&mut self, positions: Positions, feeds: FeedPositions, rejects: Vec<Rejected>) {
        self.batch.positions.extend(positions);
        self.batch.feeds.extend(feeds);
        self.batch.rejects.extend(rejects);
    }

    /// Takes a partition that goes on elsewhere.
    pub fn gap(&mut self, gap: Gap) {
        self.batch.positions.insert((gap.topic, gap.partition), gap.found);
        self.gaps.push(gap);
    }

    /// Takes an event of a source that was passed over, because it came before. It is kept where
    /// the store may refuse something that it stands for: an ingest of this same batch is told so,
    /// but the source goes on behind it; and an ingested event that came back, which `awaited`
    /// recognises, must come back once more.
    pub fn known(&mut self, decoded: Decoded, awaited: Option<u128>) {
        let in_batch = key(&decoded).is_some_and(|key| self.ingested.contains(&key));
        if let (Some(key), Some(position)) = (awaited, decoded.position) {
            self.batch.returned.push(Returned { key, position });
        }
        if in_batch || awaited.is_some() {
            self.twins.push(decoded);
        }
    }

    /// Answers an ingest once the batch is stored. Its events begin at `first` of the keys.
    pub fn ingest(
        &mut self,
        done: oneshot::Sender<Result<Vec<Ingested>, StoreError>>,
        outcome: Vec<Ingested>,
        first: usize,
    ) {
        self.ingested.extend(&self.keys[first..]);
        self.answers.push(Answer::Ingest(done, outcome));
    }

    /// Answers a command once the batch is stored.
    pub fn command(
        &mut self,
        done: oneshot::Sender<Result<(), CommandError>>,
        outcome: Result<(), CommandError>,
    ) {
        self.answers.push(Answer::Command(done, outcome));
    }

    /// Answers who settles a dead letter once the batch is stored. Its event, where there is one
    /// and it is new, begins at `first` of the keys: like an ingested one it is never tried again
    /// by itself, since the letter is still there.
    pub fn settle(
        &mut self,
        done: oneshot::Sender<Result<Option<Ingested>, SettleError>>,
        outcome: Result<Option<Ingested>, SettleError>,
        first: usize,
    ) {
        self.ingested.extend(&self.keys[first..]);
        self.answers.push(Answer::Settle(done, outcome));
    }

    /// Answers who quoted rates once the batch is stored, or keeps them to be tried again.
    pub fn rates(
        &mut self,
        book: Book,
        rates: Rates,
        done: Option<oneshot::Sender<Result<(), StoreError>>>,
    ) {
        match done {
            Some(done) => self.answers.push(Answer::Rates(done)),
            None => self.quotes.push((book, rates)),
        }
    }

    /// Fills in the alerts of each book as they are after the batch.
    pub fn finish(&mut self) {
        for batch in &mut self.batch.books {
            let Some((_, changes)) = self.changes.get(&batch.book) else { continue };
            let mut last: BTreeMap<&AlertId, &Alert> = BTreeMap::new();
            for change in changes {
                if let Change::Alert(alert) = change {
                    last.insert(&alert.id, alert);
                }
            }
            batch.alerts = last.into_values().cloned().collect();
        }
    }

    /// Whether nothing needs to be stored.
    pub fn batch_is_empty(&self) -> bool {
        self.batch.books.is_empty()
            && self.batch.positions.is_empty()
            && self.batch.feeds.is_empty()
            && self.batch.rejects.is_empty()
            && self.batch.returned.is_empty()
            && self.batch.settled.is_empty()
    }

    /// Takes what each book's viewers are to see: book, place in its log, changes.
    pub fn take_changes(&mut self) -> impl Iterator<Item = (Book, u64, Vec<Change>)> + use<> {
        let changes = std::mem::take(&mut self.changes);
        changes.into_iter().map(|(book, (to, changes))| (book, to, changes))
    }

    /// Says what became of it; a caller that went away needs no answer.
    pub fn answer(self) {
        for answer in self.answers {
            match answer {
                Answer::Ingest(done, outcome) => drop(done.send(Ok(outcome))),
                Answer::Command(done, outcome) => drop(done.send(outcome)),
                Answer::Settle(done, outcome) => drop(done.send(outcome)),
                Answer::Rates(done) => drop(done.send(Ok(()))),
            }
        }
    }

    /// Says that nothing was stored, and gives back what came from sources, to be tried again:
    /// those who handed something in were told.
    pub fn refuse(self, error: &StoreError) -> Vec<Request> {
        for answer in self.answers {
            match answer {
                Answer::Ingest(done, _) => drop(done.send(Err(error.repeat()))),
                Answer::Command(done, _) => {
                    drop(done.send(Err(CommandError::Store(error.repeat()))));
                }
                Answer::Settle(done, _) => {
                    drop(done.send(Err(SettleError::Store(error.repeat()))));
                }
                Answer::Rates(done) => drop(done.send(Err(error.repeat()))),
            }
        }
        let entries = self.batch.books.into_iter().flat_map(|batch| batch.entries);
        let events = entries.filter_map(|entry| match entry.what {
            Logged::Event(decoded) => Some(*decoded),
            Logged::Tick(_) | Logged::Command(..) | Logged::Rates(_) | Logged::Missed(_) => None,
        });
        let from_source =
            |decoded: &Decoded| key(decoded).is_some_and(|key| !self.ingested.contains(&key));
        let arrived = Arrived {
            events: events.filter(from_source).chain(self.twins).collect(),
            rejects: self.batch.rejects,
            positions: self.batch.positions,
            feeds: self.batch.feeds,
            gaps: self.gaps,
            room: None,
        };
        let quotes = self.quotes.into_iter();
        let quotes = quotes.map(|(book, rates)| Request::Rates { book, rates, done: None });
        quotes.chain((!arrived.is_empty()).then_some(Request::Arrived(arrived))).collect()
    }
}

/// What recognises an event that comes twice; nothing recognises one without a book.
pub fn key(decoded: &Decoded) -> Option<u128> {
    let envelope = &decoded.event.envelope;
    envelope.book().map(|book| dedupe_key(&book, &envelope.source, &envelope.id))
}
