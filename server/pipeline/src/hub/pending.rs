//! Changes that wait for the next frame: of several that replace one part, only the last.

use std::collections::HashMap;

use model::{Change, Snapshot, snapshot::ChangeKey};
use tokio::time::Instant;

#[derive(Debug)]
pub struct Pending {
    from: u64,
    to: u64,
    since: Option<Instant>,
    changes: Vec<Change>,
    slots: HashMap<ChangeKey, usize>,
}

impl Pending {
    /// Nothing waits after this place of the log.
    pub fn new(sequence: u64) -> Self {
        Self {
            from: sequence,
            to: sequence,
            since: None,
            changes: Vec::new(),
            slots: HashMap::new(),
        }
    }

    /// Adds what brings the book to `to`. The first of several changes keeps its turn, the last
    /// its content: parts do not depend on each other, so their order does not matter.
    pub fn add(&mut self, to: u64, changes: Vec<Change>) {
        self.to = self.to.max(to);
        for change in changes {
            match self.slots.entry(change.key()) {
                std::collections::hash_map::Entry::Occupied(slot) => {
                    self.changes[*slot.get()] = change;
                }
                std::collections::hash_map::Entry::Vacant(slot) => {
                    slot.insert(self.changes.len());
                    self.changes.push(change);
                }
            }
        }
    }

    /// Adds changes that have no place in a log: they are counted here.
    pub fn add_next(&mut self, changes: Vec<Change>) {
        if !changes.is_empty() {
            self.add(self.to + 1, changes);
        }
    }

    /// Brings a state up to what waits.
    pub fn apply(&self, state: &mut Snapshot) {
        self.changes.iter().for_each(|change| state.apply(change));
        state.sequence = self.to;
    }

    /// Since when something waits, counted from the first time that this is asked; `None` while
    /// nothing waits.
    pub fn since(&mut self, now: Instant) -> Option<Instant> {
        (self.to > self.from).then(|| *self.since.get_or_insert(now))
    }

    /// Takes everything: from, to, changes.
    pub fn take(&mut self) -> (u64, u64, Vec<Change>) {
        let from = std::mem::replace(&mut self.from, self.to);
        self.since = None;
        self.slots.clear();
        (from, self.to, std::mem::take(&mut self.changes))
    }
}
