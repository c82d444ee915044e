//! The status: what every page shows about its source.

use std::collections::BTreeMap;

use model::{
    Book, Provenance, SourceState, Status, Timestamp, Topic,
    status::{SpoolStatus, TopicStatus},
};

use super::{
    Setup, Stored,
    backlog::{Backlog, behind},
};
use crate::{source::kafka::PartitionLag, spool::Spool, store::Depth, supervisor::State};

/// A topic is stale after so many intervals without an event.
const STALE_INTERVALS: i64 = 3;

/// What the status remembers from one writing to the next.
#[derive(Debug, Default)]
pub struct Report {
    real_before: u64,
    was_simulating: bool,
    backlog: Backlog,
}

impl Report {
    /// Seconds by which the oldest message that waits in Kafka is behind; 0 when none waits.
    pub fn behind(&self, stored: &Stored) -> f64 {
        behind(&stored.lag())
    }

    /// Writes the status at a moment.
    pub fn write(&mut self, setup: &Setup, state: &State, now: Timestamp) -> Status {
        let shown = setup.hub.book(&state.book).map(|book| book.snapshot());
        let real = setup.hub.book(&Book::Real).map(|book| book.snapshot());
        let last_real = real.as_ref().and_then(|real| real.newest.values().max().copied());
        let real_alerts = real.as_ref().map_or([0; 4], |real| real.alert_counts());
        let lag = setup.stored.lag();
        measure(&lag);
        let catching_up = self.backlog.note(&lag, now);
        let lag = by_topic(&lag);
        let topics = Topic::ALL.map(|topic| {
            let simulated = setup.kafka.left_out.contains(&topic);
            let provenance = state.book.of_topic(simulated).provenance();
            TopicStatus {
                topic,
                provenance,
                simulated,
                newest: shown.as_ref().and_then(|shown| shown.newest.get(&topic).copied()),
                stale_after_ms: STALE_INTERVALS * interval(setup, provenance, topic),
                events: setup.stats.events(topic),
                rejects: setup.stats.rejects(topic, now),
                fault: state
                    .missing
                    .get(&topic)
                    .filter(|_| setup.policy.mode.asks_kafka())
                    .cloned(),
                lag_records: lag.get(&topic).map(|(records, _)| *records),
                lag_seconds: lag.get(&topic).and_then(|(_, seconds)| *seconds),
            }
        });
        Status {
            state: state.phase,
            mode: setup.policy.mode,
            since: state.since,
            book: state.book.clone(),
            brokers: if setup.policy.mode.asks_kafka() {
                setup.kafka.brokers.clone()
            } else {
                String::new()
            },
            reason: state.reason.clone(),
            last_real,
            real_events: self.real_events(setup, state),
            real_alerts: real_alerts.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
            attempt: state.attempt,
            next_attempt: state.next_attempt,
            seed: Some(setup.simulation.seed),
            topics: topics.to_vec(),
            events_per_second: setup.stats.rate(now),
            latency_p99_ms: setup.stats.latency().p99,
            catching_up,
            spool: setup.spool.as_deref().map(waiting),
            feeds: setup.feeds.list(),
            viewers: u32::try_from(setup.hub.viewers()).unwrap_or(u32::MAX),
            store_bytes: setup.reader.bytes(),
            runs: setup.drills.list(),
            version: setup.version.to_owned(),
            now,
        }
    }

    /// Real events that arrived since the simulated book is shown.
    fn real_events(&mut self, setup: &Setup, state: &State) -> u64 {
        let simulating = state.phase == SourceState::Simulating;
        let count = setup.stats.real_events();
        if simulating && !self.was_simulating {
            self.real_before = count;
        }
        self.was_simulating = simulating;
        if simulating { count - self.real_before } else { 0 }
    }
}

fn waiting(spool: &Spool) -> SpoolStatus {
    let Depth { records, bytes, oldest } = spool.depth();
    SpoolStatus { records, bytes, limit: spool.limit(), oldest, fault: spool.fault() }
}

fn interval(setup: &Setup, provenance: Provenance, topic: Topic) -> i64 {
    match provenance {
        Provenance::Simulated => setup.simulation.intervals.0[topic.index()],
        _ => setup.expected_every[topic.index()],
    }
}

/// Shows what waits in each partition to whoever collects metrics.
#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
fn measure(lag: &[PartitionLag]) {
    for part in lag {
        let labels =
            [("topic", part.topic.name().to_owned()), ("partition", part.partition.to_string())];
        metrics::gauge!("streamboard_kafka_lag_records", &labels).set(part.records as f64);
        let seconds = part.seconds.unwrap_or(f64::NAN);
        metrics::gauge!("streamboard_kafka_lag_seconds", &labels).set(seconds);
    }
}

/// Records and seconds of lag by topic: the sum and the worst of its partitions; no seconds where
/// they are unknown of one.
fn by_topic(lag: &[PartitionLag]) -> BTreeMap<Topic, (u64, Option<f64>)> {
    let mut topics = BTreeMap::<Topic, (u64, Option<f64>)>::new();
    for part in lag {
        let (records, seconds) = topics.entry(part.topic).or_insert((0, Some(0.0)));
        *records += part.records;
        *seconds = seconds.zip(part.seconds).map(|(one, other)| one.max(other));
    }
    topics
}

/// Whole milliseconds of seconds.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
pub fn millis(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}
