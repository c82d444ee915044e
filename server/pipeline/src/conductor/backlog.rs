//! The backlog in Kafka: whether figures are of the past, and when they will not be any more.

use std::collections::VecDeque;

use model::{Timestamp, status::CatchingUp};

use crate::source::kafka::PartitionLag;

/// Figures are of the past while the oldest message that waits in Kafka is older than this, in
/// seconds.
pub(super) const BEHIND: f64 = 30.0;

/// Where no age is known yet, so many messages that wait are a backlog.
const MANY: u64 = 10_000;

/// The pace is that of so many milliseconds.
const WINDOW: i64 = 5 * Timestamp::SECOND;

/// Seconds by which the oldest message that waits is behind; 0 when none waits.
pub(super) fn behind(lag: &[PartitionLag]) -> f64 {
    lag.iter().filter_map(|part| part.seconds).fold(0.0, f64::max)
}

/// How the number of messages that wait went down lately.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    seen: VecDeque<(Timestamp, u64)>,
}

impl Backlog {
    /// Takes note of what waits at `now`. Nothing while that is no backlog.
    pub fn note(&mut self, lag: &[PartitionLag], now: Timestamp) -> Option<CatchingUp> {
        let old = behind(lag) > BEHIND;
        let unknown: u64 =
            lag.iter().filter(|part| part.seconds.is_none()).map(|part| part.records).sum();
        if !old && unknown < MANY {
            self.seen.clear();
            return None;
        }
        let records = lag.iter().map(|part| part.records).sum();
        while self.seen.front().is_some_and(|(at, _)| now.since(*at) > WINDOW) {
            self.seen.pop_front();
        }
        if self.seen.back().is_none_or(|(at, _)| now.since(*at) >= Timestamp::SECOND) {
            self.seen.push_back((now, records));
        }
        Some(CatchingUp { records, seconds: self.seconds_left(records, now) })
    }

    fn seconds_left(&self, records: u64, now: Timestamp) -> Option<u64> {
        let (at, before) = *self.seen.front()?;
        let millis = u64::try_from(now.since(at)).ok().filter(|millis| *millis > 0)?;
        let read = before.checked_sub(records).filter(|read| *read > 0)?;
        Some(records.saturating_mul(millis).div_ceil(read.saturating_mul(1_000)))
    }
}

#[cfg(test)]
mod tests {
    use model::Topic;

    use super::*;

    fn waits(records: u64, seconds: Option<f64>) -> [PartitionLag; 2] {
        let part = |partition, records| PartitionLag {
            topic: Topic::Transactions,
            partition,
            records,
            seconds,
        };
        [part(0, records / 2), part(1, records - records / 2)]
    }

    #[test]
    fn a_backlog_has_a_pace_and_an_end() {
        let start = Timestamp::from_millis(1_000_000);
        let mut backlog = Backlog::default();
        let check = |backlog: &mut Backlog, after, records, seconds, expected| {
            let found = backlog.note(&waits(records, seconds), start.plus(after));
            let found = found.map(|found| (found.records, found.seconds));
            assert_eq!(found, expected, "after {after} ms");
        };
        // A busy minute is no backlog: what waits is young.
        check(&mut backlog, 0, 200_000, Some(2.0), None);
        check(&mut backlog, 0, 9_000, None, None);
        // Nobody knows how old, but it is much.
        check(&mut backlog, 0, 1_500_000, None, Some((1_500_000, None)));
        check(&mut backlog, 2_000, 1_200_000, Some(7_000.0), Some((1_200_000, Some(8))));
        check(&mut backlog, 4_000, 900_000, Some(6_000.0), Some((900_000, Some(6))));
        // The pace is that of the last seconds.
        check(&mut backlog, 9_000, 899_000, Some(6_000.0), Some((899_000, Some(4_495))));
        // It grows, or stands.
        check(&mut backlog, 16_000, 950_000, Some(6_000.0), Some((950_000, None)));
        check(&mut backlog, 18_000, 950_000, Some(6_000.0), Some((950_000, None)));
        check(&mut backlog, 20_000, 100, Some(0.1), None);
        check(&mut backlog, 21_000, 50_000, Some(40.0), Some((50_000, None)));
    }
}
