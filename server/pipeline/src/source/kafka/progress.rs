//! How far the consumer is, partition by partition. Nothing here talks to Kafka.

use std::collections::{BTreeMap, BTreeSet};

use model::{Position, Timestamp, Topic};

use crate::store::Positions;

/// A partition of a topic.
pub(super) type Part = (Topic, i32);

/// What waits in a partition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartitionLag {
    /// Topic.
    pub topic: Topic,
    /// Partition.
    pub partition: i32,
    /// Messages that wait.
    pub records: u64,
    /// Age in seconds of the message that was read last while others wait, by its record time: an
    /// upper bound for the age of the oldest that waits. 0 where none waits; nothing where others
    /// wait and none was read since the start, so that nobody knows.
    pub seconds: Option<f64>,
}

/// Positions of the partitions that this consumer owns or owned.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Next offset to read. At first from the store, then from what was read: a partition that
    /// comes back after a rebalance goes on there.
    next: Positions,
    assigned: BTreeSet<Part>,
    /// End of each partition as far as committed transactions reach.
    ends: BTreeMap<Part, i64>,
    /// Record time of what was read last.
    newest: BTreeMap<Part, Timestamp>,
    /// Durable in the store and not yet told to Kafka.
    durable: Positions,
}

impl Progress {
    pub fn new(next: Positions) -> Self {
        Self { next, ..Self::default() }
    }

    /// Where to read a partition from; nothing means from its beginning.
    pub fn start(&self, part: Part) -> Option<i64> {
        self.next.get(&part).copied()
    }

    pub fn assign(&mut self, part: Part) {
        self.assigned.insert(part);
    }

    pub fn revoke(&mut self, part: Part) {
        self.assigned.remove(&part);
        self.ends.remove(&part);
    }

    /// The partitions that are owned, with the next offset of each that has one.
    pub fn places(&self) -> Vec<(Part, i64)> {
        let place = |&part: &Part| Some((part, self.start(part)?));
        self.assigned.iter().filter_map(place).collect()
    }

    /// A partition goes on at another place.
    pub fn go_to(&mut self, part: Part, next: i64) {
        self.next.insert(part, next);
    }

    /// A record was read and will be delivered.
    pub fn read(&mut self, topic: Topic, position: Position, time: Option<Timestamp>) {
        let part = (topic, position.partition);
        self.next.insert(part, position.offset + 1);
        if let Some(time) = time {
            self.newest.insert(part, time);
        }
    }

    /// The broker told where a partition ends.
    pub fn ends_at(&mut self, part: Part, end: i64) {
        if end >= 0 {
            self.ends.insert(part, end);
        }
    }

    /// The store has everything before these positions.
    pub fn durable(&mut self, positions: Positions) {
        self.durable.extend(positions);
    }

    /// What Kafka should be told: of the partitions that are owned, once.
    pub fn take_durable(&mut self) -> Positions {
        let mut positions = std::mem::take(&mut self.durable);
        positions.retain(|part, _| self.assigned.contains(part));
        positions
    }

    /// What waits at `now` in each owned partition whose end is known.
    pub fn lag(&self, now: Timestamp) -> Vec<PartitionLag> {
        let owned = self.assigned.iter().filter_map(|&part| Some((part, *self.ends.get(&part)?)));
        owned
            .map(|(part, end)| {
                let next = self.next.get(&part).copied().unwrap_or(0);
                let records = u64::try_from(end - next).unwrap_or(0);
                let newest = self.newest.get(&part);
                let seconds = match records {
                    0 => Some(0.0),
                    _ => newest.map(|newest| seconds(now.since(*newest))),
                };
                PartitionLag { topic: part.0, partition: part.1, records, seconds }
            })
            .collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "an age in milliseconds fits into 53 bits")]
fn seconds(millis: i64) -> f64 {
    millis.max(0) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Part = (Topic::Risk, 2);
    const TIME: Timestamp = Timestamp::from_millis(1_000_000);

    fn read_at(progress: &mut Progress, offset: i64) {
        progress.read(PART.0, Position { partition: PART.1, offset }, Some(TIME));
    }

    #[test]
    fn starts_at_the_store_then_where_it_was() {
        let mut progress = Progress::new([(PART, 7)].into());
        assert_eq!(progress.start(PART), Some(7));
        assert_eq!(progress.start((Topic::Risk, 0)), None);
        progress.assign(PART);
        read_at(&mut progress, 11);
        progress.revoke(PART);
        assert_eq!(progress.start(PART), Some(12));
    }

    #[test]
    fn lag_of_owned_partitions_with_a_known_end() {
        let mut progress = Progress::default();
        let lag = |progress: &Progress| {
            let all = progress.lag(TIME.plus(2_500));
            all.iter().map(|lag| (lag.records, lag.seconds)).collect::<Vec<_>>()
        };
        progress.ends_at(PART, 10);
        assert_eq!(lag(&progress), []);
        progress.assign(PART);
        progress.ends_at(PART, -1_001);
        assert_eq!(lag(&progress), [(10, None)], "nobody knows");
        read_at(&mut progress, 3);
        assert_eq!(lag(&progress), [(6, Some(2.5))]);
        read_at(&mut progress, 9);
        assert_eq!(lag(&progress), [(0, Some(0.0))]);
        read_at(&mut progress, 12);
        assert_eq!(lag(&progress), [(0, Some(0.0))]);
        progress.revoke(PART);
        assert_eq!(lag(&progress), []);
    }

    #[test]
    fn durable_positions_of_owned_partitions_are_told_once() {
        let mut progress = Progress::default();
        progress.assign(PART);
        progress.durable([(PART, 4), ((Topic::Etl, 0), 9)].into());
        progress.durable([(PART, 5)].into());
        assert_eq!(progress.take_durable(), [(PART, 5)].into());
        assert_eq!(progress.take_durable(), [].into());
    }
}
