//! A ledger: one book's log, folded into its snapshot. The same log always gives the same state,
//! the same alerts and the same changes; time enters only as a logged tick.

mod series;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{
    Book, Change, Event, Figure, Person, Position, Snapshot, Timestamp, Topic, alert::Command,
    trend::Point, view::transaction::Rates,
};
use serde::{Deserialize, Serialize};

use self::series::Series;
use crate::{
    message::Gap,
    process::{self, Memory, Output, Readings},
    rule::{
        Rules,
        alarm::{Alarms, Occasion, Source, Verdict},
        life,
    },
};

/// Version of the bytes of a checkpoint.
const CHECKPOINT: u8 = 2;

/// What enters a fold.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// Something happened.
    Event {
        /// What.
        event: &'a Event,
        /// Its place in Kafka, where it came from there.
        position: Option<Position>,
    },
    /// The clock of the book moved.
    Tick(Timestamp),
    /// Somebody did something to an alert.
    Command {
        /// When, by the wall clock.
        at: Timestamp,
        /// What.
        command: &'a Command,
    },
    /// Exchange rates changed.
    Rates(&'a Rates),
    /// A partition goes on behind messages that nobody has read.
    Missed(&'a Gap),
}

/// One book: its snapshot, and what its figures remember.
#[derive(Debug, Clone)]
pub struct Ledger {
    state: State,
    rules: Arc<Rules>,
    alarms: Alarms,
    readings: Readings,
    verdicts: Vec<Verdict>,
}

/// What a checkpoint holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    snapshot: Snapshot,
    memory: Memory,
    series: Series,
}

/// A checkpoint that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Another version of the program wrote it.
    #[error("the checkpoint has version {0}, not {CHECKPOINT}")]
    Version(u8),
    /// It is empty, or its bytes are not those that were written.
    #[error("the checkpoint is damaged: {0}")]
    Damaged(#[from] postcard::Error),
}

impl Ledger {
    /// An empty book.
    pub fn new(book: Book, people: Vec<Person>, rules: Arc<Rules>) -> Self {
        let snapshot = Snapshot::empty(book, people);
        Self::of(State { snapshot, memory: Memory::default(), series: Series::default() }, rules)
    }

    fn of(state: State, rules: Arc<Rules>) -> Self {
        let alarms = Alarms::of(&state.snapshot, &rules);
        Self { state, rules, alarms, readings: Vec::new(), verdicts: Vec::new() }
    }

    /// Folds the next entry of the log, and appends what it changes.
    pub fn fold(&mut self, entry: Entry<'_>, changes: &mut Vec<Change>) {
        self.state.snapshot.sequence += 1;
        self.alarms.begin();
        match entry {
            Entry::Event { event, position } => self.event(event, position, changes),
            Entry::Tick(time) => self.tick(time, changes),
            Entry::Command { at, command } => {
                life::command(command, at, &mut self.output(changes));
            }
            Entry::Rates(rates) => {
                self.output(changes).emit(Change::Rates(Box::new(rates.clone())));
            }
            Entry::Missed(gap) => self.missed(gap, changes),
        }
    }

    /// The state after the last entry.
    pub fn snapshot(&self) -> &Snapshot {
        &self.state.snapshot
    }

    /// Place in the log of the last entry.
    pub fn sequence(&self) -> u64 {
        self.state.snapshot.sequence
    }

    /// Passes over entries that the store no longer has: the next one follows `sequence`.
    pub fn pass_to(&mut self, sequence: u64) {
        let reached = &mut self.state.snapshot.sequence;
        *reached = sequence.max(*reached);
    }

    /// Everything that [`Ledger::restore`] needs to go on from here.
    pub fn checkpoint(&self) -> Vec<u8> {
        postcard::to_extend(&self.state, vec![CHECKPOINT])
            .expect("memory takes bytes, and every length of the state is known")
    }

    /// A book as it was at a checkpoint, under the rules of today.
    ///
    /// # Errors
    /// When the bytes are not those of a checkpoint of this version.
    pub fn restore(bytes: &[u8], rules: Arc<Rules>) -> Result<Self, RestoreError> {
        match bytes.split_first() {
            Some((&CHECKPOINT, state)) => Ok(Self::of(postcard::from_bytes(state)?, rules)),
            Some((&version, _)) => Err(RestoreError::Version(version)),
            None => Err(postcard::Error::DeserializeUnexpectedEnd.into()),
        }
    }

    /// A figure over the last hour, oldest first: of one entity, or of the whole book.
    pub fn series(&self, figure: Figure, entity: Option<&str>) -> Vec<Point> {
        self.state.series.points(figure, entity.unwrap_or(""))
    }

    fn output<'a>(&'a mut self, changes: &'a mut Vec<Change>) -> Output<'a> {
        Output { snapshot: &mut self.state.snapshot, changes }
    }

    fn event(&mut self, event: &Event, position: Option<Position>, changes: &mut Vec<Change>) {
        let State { snapshot, memory, series } = &mut self.state;
        let (topic, entity) = (event.data.topic(), event.data.entity());
        let time = event.envelope.time;
        let source = Source { event, position, sequence: snapshot.sequence };
        let mut out = Output { snapshot, changes };
        process::fold(memory, event, source.origin(), &mut self.readings, &mut out);
        if out.snapshot.newest.get(&topic).is_none_or(|newest| *newest < time) {
            out.emit(Change::Newest(topic, time));
        }
        if self.readings.is_empty() {
            return;
        }
        series.record(topic, entity, time, &self.readings);
        let gone = process::bound(memory, topic, &mut out);
        for entity in &gone {
            series.forget(topic, entity);
        }
        self.judge_event(source, &gone, changes);
    }

    fn judge_event(&mut self, source: Source<'_>, gone: &[String], changes: &mut Vec<Change>) {
        let Self { state, rules, alarms, readings, verdicts } = self;
        let data = &source.event.data;
        let mut out = Output { snapshot: &mut state.snapshot, changes };
        let at = source.event.envelope.time.max(out.snapshot.now);
        for entity in gone {
            alarms.forget(rules, data.topic(), entity, at, &mut out);
        }
        let occasion = Occasion { at, source: Some(source) };
        alarms.judge(rules, out.snapshot, data.entity(), readings, &occasion, verdicts);
        carry_out(rules, alarms, verdicts, &occasion, &mut out);
    }

    fn missed(&mut self, gap: &Gap, changes: &mut Vec<Change>) {
        let Self { state, rules, alarms, readings, verdicts, .. } = self;
        let mut out = Output { snapshot: &mut state.snapshot, changes };
        let occasion = Occasion { at: gap.at.max(out.snapshot.now), source: None };
        let entity = process::missed::read(gap, out.snapshot, readings);
        alarms.judge(rules, out.snapshot, &entity, readings, &occasion, verdicts);
        carry_out(rules, alarms, verdicts, &occasion, &mut out);
    }

    fn tick(&mut self, time: Timestamp, changes: &mut Vec<Change>) {
        let Self { state, rules, alarms, verdicts, .. } = self;
        let mut out = Output { snapshot: &mut state.snapshot, changes };
        if time > out.snapshot.now {
            out.emit(Change::Now(time));
        }
        let now = out.snapshot.now;
        let occasion = Occasion { at: now, source: None };
        let snapshot = &*out.snapshot;
        process::each_timed(snapshot, |_, entity, readings| {
            alarms.judge(rules, snapshot, entity, readings, &occasion, verdicts);
        });
        carry_out(rules, alarms, verdicts, &occasion, &mut out);
        alarms.tick(rules, &mut out);
        for topic in Topic::ALL {
            if let Some(value) = out.snapshot.headline(topic).filter(|value| value.is_finite()) {
                out.emit(Change::Trend(topic, now, value));
            }
        }
        state.series.tick(&state.snapshot);
    }
}

/// Does what the verdicts say, and empties them.
fn carry_out(
    rules: &Rules,
    alarms: &mut Alarms,
    verdicts: &mut Vec<Verdict>,
    occasion: &Occasion<'_>,
    out: &mut Output<'_>,
) {
    for verdict in verdicts.iter() {
        alarms.carry_out(rules, verdict, occasion, out);
    }
    if !verdicts.is_empty() {
        alarms.bound(rules, occasion.at, out);
        verdicts.clear();
    }
}
