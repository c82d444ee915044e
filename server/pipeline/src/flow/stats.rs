//! What the flow counts of itself: for the status, and as metrics.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use hdrhistogram::Histogram;
use metrics::{counter, histogram};
use model::{Provenance, Timestamp, Topic};

use crate::store::{Batch, Logged};

/// Seconds over which the rate is taken.
const RATE_SECONDS: usize = 10;

/// Counters of the flow. Shared; each method locks for a moment, once a batch.
#[derive(Debug)]
pub struct Stats(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    events: [u64; 7],
    real: u64,
    rejects: [VecDeque<Timestamp>; 7],
    seconds: VecDeque<(i64, u64)>,
    minute: i64,
    latency: [Histogram<u64>; 2],
}

/// Percentiles from receipt to hub, in milliseconds, of the last minute or two.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Latency {
    /// Median.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
}

impl Default for Stats {
    fn default() -> Self {
        let histogram = || {
            // Microseconds up to a minute, two digits: a fixed few kilobytes.
            Histogram::new_with_bounds(1, 60_000_000, 2).expect("bounds are in order")
        };
        Self(Mutex::new(Inner {
            events: [0; 7],
            real: 0,
            rejects: Default::default(),
            seconds: VecDeque::new(),
            minute: 0,
            latency: [histogram(), histogram()],
        }))
    }
}

impl Stats {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a batch that was stored.
    pub fn stored(&self, batch: &Batch, now: Timestamp) {
        let mut inner = self.lock();
        inner.turn(now);
        let mut total = 0;
        let mut received = BTreeMap::<Timestamp, usize>::new();
        for book in &batch.books {
            let provenance = book.book.provenance();
            let mut by_topic = [0_u64; 7];
            for entry in &book.entries {
                if let Logged::Event(decoded) = &entry.what {
                    by_topic[decoded.event.data.topic().index()] += 1;
                    *received.entry(decoded.received).or_insert(0) += 1;
                }
            }
            for (topic, count) in Topic::ALL.into_iter().zip(by_topic).filter(|(_, n)| *n > 0) {
                inner.events[topic.index()] += count;
                inner.real += if provenance == Provenance::Real { count } else { 0 };
                total += count;
                counter!("streamboard_events_total", "topic" => topic.name(), "provenance" => provenance.name())
                    .increment(count);
            }
        }
        for reject in &batch.rejects {
            let topic = reject.message.topic;
            inner.rejects[topic.index()].push_back(now);
            counter!("streamboard_rejects_total", "topic" => topic.name(), "reason" => reject.reason.name())
                .increment(1);
        }
        for (at, count) in received {
            inner.latency(now.since(at), count);
        }
        inner.count(now, total);
    }

    /// Counts a batch that the store refused.
    pub fn refused(&self) {
        counter!("streamboard_store_refusals_total").increment(1);
    }

    /// Events stored of a topic since the start.
    pub fn events(&self, topic: Topic) -> u64 {
        self.lock().events[topic.index()]
    }

    /// Real events stored since the start.
    pub fn real_events(&self) -> u64 {
        self.lock().real
    }

    /// Messages of a topic refused within the last hour.
    pub fn rejects(&self, topic: Topic, now: Timestamp) -> u64 {
        let mut inner = self.lock();
        let rejects = &mut inner.rejects[topic.index()];
        while rejects.front().is_some_and(|at| now.since(*at) > Timestamp::HOUR) {
            rejects.pop_front();
        }
        rejects.len() as u64
    }

    /// Events stored a second, over the last ten full seconds.
    #[expect(clippy::cast_precision_loss, reason = "a rate on a screen")]
    pub fn rate(&self, now: Timestamp) -> f64 {
        let second = now.millis().div_euclid(1_000);
        let inner = self.lock();
        let last = inner
            .seconds
            .iter()
            .filter(|(at, _)| (1..=RATE_SECONDS as i64).contains(&(second - at)));
        last.map(|(_, count)| *count).sum::<u64>() as f64 / RATE_SECONDS as f64
    }

    /// Latency of the current and the last minute.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds on a screen")]
    pub fn latency(&self) -> Latency {
        let inner = self.lock();
        let mut both = inner.latency[0].clone();
        if both.add(&inner.latency[1]).is_err() || both.is_empty() {
            return Latency::default();
        }
        let at = |quantile| both.value_at_quantile(quantile) as f64 / 1_000.0;
        Latency { p50: at(0.5), p99: at(0.99) }
    }
}

impl Inner {
    fn turn(&mut self, now: Timestamp) {
        let minute = now.millis().div_euclid(Timestamp::MINUTE);
        if minute != self.minute {
            self.minute = minute;
            self.latency.swap(0, 1);
            self.latency[0].reset();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a latency in seconds")]
    fn latency(&mut self, millis: i64, count: usize) {
        let micros = u64::try_from(millis).unwrap_or(0) * 1_000;
        self.latency[0].saturating_record_n(micros.max(1), count as u64);
        histogram!("streamboard_event_latency_seconds").record_many(micros as f64 / 1e6, count);
    }

    fn count(&mut self, now: Timestamp, events: u64) {
        let second = now.millis().div_euclid(1_000);
        match self.seconds.back_mut() {
            Some((at, count)) if *at == second => *count += events,
            _ => self.seconds.push_back((second, events)),
        }
        while self.seconds.len() > RATE_SECONDS + 2 {
            self.seconds.pop_front();
        }
    }
}
