//! Pipelines: outcome, duration, rows and freshness of a job, and what a failed job makes stale.
//!
//! Run events follow OpenLineage (object model: run state COMPLETE, FAIL and ABORT are terminal).

mod lineage;

use std::collections::{BTreeMap, VecDeque};

use model::{
    Change, Figure, Origin, Timestamp,
    event::{Etl, etl::RunEventType},
    view::etl::{Outcome, Row},
};
use serde::{Deserialize, Serialize};

use super::{LATE, Output, Reading, Readings};

/// Completed runs that a median is taken over, and attempts that a row shows.
const RUNS: usize = 14;

/// Most ended runs of a day that are counted.
const DAY_RUNS: usize = 2_000;

/// Past runs of a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct History {
    durations: VecDeque<u64>,
    rows_in: VecDeque<u64>,
    outcomes: VecDeque<Outcome>,
    ended: VecDeque<(Timestamp, bool)>,
    completed: u32,
    failed: bool,
}

impl History {
    /// Counts the end of a run within the day before the newest.
    fn count(&mut self, time: Timestamp, event: RunEventType) {
        if outcome(event).is_none() {
            return;
        }
        let index = self.ended.partition_point(|(at, _)| *at <= time);
        let completed = event == RunEventType::Complete;
        self.ended.insert(index, (time, completed));
        self.completed += u32::from(completed);
        let newest = self.ended.back().map_or(time, |(at, _)| *at);
        let old = |end: &(Timestamp, bool)| newest.since(end.0) > Timestamp::DAY;
        while self.ended.front().is_some_and(old) || self.ended.len() > DAY_RUNS {
            let gone = self.ended.pop_front();
            self.completed -= u32::from(gone.is_some_and(|(_, completed)| completed));
        }
    }

    /// Adds the newest event; after [`History::count`] and after the medians were read.
    fn remember(&mut self, etl: &Etl) {
        if let Some(outcome) = outcome(etl.event_type) {
            push(&mut self.outcomes, outcome);
        }
        if etl.event_type == RunEventType::Complete {
            push(&mut self.durations, etl.duration_ms);
            push(&mut self.rows_in, etl.rows_in);
        }
        self.failed = match etl.event_type {
            RunEventType::Fail => self.failed || etl.attempt >= etl.max_attempts,
            RunEventType::Complete => false,
            RunEventType::Start | RunEventType::Running | RunEventType::Abort => self.failed,
        };
    }

    /// Runs that completed and runs that ended, within a day.
    fn day(&self) -> (u32, u32) {
        (self.completed, u32::try_from(self.ended.len()).unwrap_or(u32::MAX))
    }
}

fn push<T>(values: &mut VecDeque<T>, value: T) {
    if values.len() == RUNS {
        values.pop_front();
    }
    values.push_back(value);
}

fn outcome(event: RunEventType) -> Option<Outcome> {
    match event {
        RunEventType::Complete => Some(Outcome::Completed),
        RunEventType::Fail => Some(Outcome::Failed),
        RunEventType::Abort => Some(Outcome::Aborted),
        RunEventType::Start | RunEventType::Running => None,
    }
}

/// The middle value; the mean of the two in the middle, rounded down, of an even number.
fn median(values: &VecDeque<u64>) -> Option<u64> {
    let mut sorted: Vec<u64> = values.iter().copied().collect();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower.midpoint(upper))
}

/// `a / b`; undefined for nothing.
#[expect(clippy::cast_precision_loss, reason = "a ratio of rows or milliseconds")]
fn ratio(a: u64, b: u64) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}

/// Folds a run event.
pub(crate) fn fold(
    histories: &mut BTreeMap<String, History>,
    etl: &Etl,
    origin: Origin,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let entity = etl.job.name.as_str();
    let previous = out.snapshot.etl.get(entity);
    let late = previous.map_or(0, |row| row.origin.time.since(origin.time));
    if late > LATE {
        return;
    }
    let rewired = previous.is_none_or(|row| !lineage::same_wiring(&row.etl, etl));
    let history = match histories.get_mut(entity) {
        Some(history) => history,
        None => histories.entry(entity.to_owned()).or_default(),
    };
    history.count(origin.time, etl.event_type);
    if late > 0 {
        return;
    }
    let failed_before = history.failed;
    let row = row(history, previous, etl, origin);
    let changed = rewired || history.failed != failed_before;
    read(&row, out.snapshot.now, readings);
    out.emit(Change::Etl(Box::new(row)));
    if changed {
        lineage::mark(histories, out);
    }
}

/// The row of a run event. The medians are of the completed runs before this event; what an
/// unfinished run cannot say stays as the run before it said.
fn row(history: &mut History, previous: Option<&Row>, etl: &Etl, origin: Origin) -> Row {
    let median_duration_ms = median(&history.durations);
    let median_rows = median(&history.rows_in);
    history.remember(etl);
    let completed = etl.event_type == RunEventType::Complete;
    #[expect(clippy::cast_precision_loss, reason = "a share of rows")]
    let deviation = || {
        let usual = median_rows.filter(|&rows| rows > 0)? as f64;
        Some((etl.rows_in as f64 - usual) / usual)
    };
    Row {
        watermark: etl.watermark.max(previous.and_then(|row| row.watermark)),
        runs: history.outcomes.iter().copied().collect(),
        day: history.day(),
        median_duration_ms,
        duration_ratio: median_duration_ms.and_then(|usual| ratio(etl.duration_ms, usual)),
        row_deviation: if completed {
            deviation()
        } else {
            previous.and_then(|row| row.row_deviation)
        },
        reject_rate: ratio(etl.rows_rejected, etl.rows_in)
            .or_else(|| previous.and_then(|row| row.reject_rate)),
        stale_because: previous.and_then(|row| row.stale_because.clone()),
        etl: etl.clone(),
        origin,
    }
}

/// The figures of a row. A run that has not ended says nothing about failure and rejects.
#[expect(clippy::cast_precision_loss, reason = "minutes in a rule or on a screen")]
pub(crate) fn read(row: &Row, now: Timestamp, readings: &mut Readings) {
    readings.clear();
    let age = row.freshness(now).map(|age| age as f64 / Timestamp::MINUTE as f64);
    let failed = match row.etl.event_type {
        RunEventType::Complete => Reading::Value(0.0),
        RunEventType::Fail if row.has_failed() => Reading::Value(1.0),
        _ => Reading::Unchanged,
    };
    let ended = outcome(row.etl.event_type).is_some();
    let (completed, all) = row.day;
    readings.extend([
        (Figure::FreshnessMinutes, age.into()),
        (Figure::RunFailed, failed),
        (Figure::SuccessRate, ratio(completed.into(), all.into()).into()),
        (Figure::RejectRate, if ended { row.reject_rate.into() } else { Reading::Unchanged }),
        (Figure::DurationRatio, row.duration_ratio.into()),
    ]);
}

#[cfg(test)]
mod tests {
    use model::{Book, Snapshot};

    use super::*;
    use crate::process::testing::{etl, origin, time};

    /// A book of jobs to which events are folded, a minute apart.
    #[derive(Default)]
    struct Jobs {
        histories: BTreeMap<String, History>,
        snapshot: Snapshot,
        readings: Readings,
    }

    impl Jobs {
        fn fold(&mut self, etl: &Etl) -> Row {
            self.snapshot.sequence += 1;
            let sequence = self.snapshot.sequence;
            let minutes = i64::try_from(sequence).unwrap() * Timestamp::MINUTE;
            let origin = origin(time("2026-11-23T12:00:00Z").plus(minutes), sequence);
            let mut changes = Vec::new();
            let mut out = Output { snapshot: &mut self.snapshot, changes: &mut changes };
            fold(&mut self.histories, etl, origin, &mut self.readings, &mut out);
            self.snapshot.etl[etl.job.name.as_str()].clone()
        }

        fn reading(&self, figure: Figure) -> Reading {
            self.readings.iter().find(|(known, _)| *known == figure).unwrap().1
        }
    }

    #[test]
    fn median_of_what_completed_before() {
        let check = |values: &[u64], expected| {
            assert_eq!(median(&values.iter().copied().collect()), expected);
        };
        check(&[], None);
        check(&[5], Some(5));
        check(&[9, 1, 5], Some(5));
        check(&[9, 1, 5, 6], Some(5));
        let mut jobs = Jobs::default();
        let run = |duration_ms, rows_in| Etl {
            duration_ms,
            rows_in,
            ..etl("fx_rates", RunEventType::Complete, "in", "out")
        };
        assert_eq!(jobs.fold(&run(1_000, 100)).duration_ratio, None, "no run before");
        jobs.fold(&run(3_000, 100));
        let row = jobs.fold(&run(4_000, 150));
        assert_eq!(row.median_duration_ms, Some(2_000));
        assert_eq!(row.duration_ratio, Some(2.0));
        assert_eq!(row.row_deviation, Some(0.5));
        assert_eq!((row.runs.len(), row.day), (3, (3, 3)));
    }

    #[test]
    fn rejects_and_failure_are_said_by_runs_that_ended() {
        let mut jobs = Jobs::default();
        let run = |event_type, attempt, rows_rejected| Etl {
            attempt,
            rows_rejected,
            ..etl("fx_rates", event_type, "in", "out")
        };
        let mut check = |event, attempt, rejected, failed: Reading, rate: Reading| {
            jobs.fold(&run(event, attempt, rejected));
            assert_eq!(jobs.reading(Figure::RunFailed), failed);
            assert_eq!(jobs.reading(Figure::RejectRate), rate);
        };
        use Reading::{Unchanged, Value};
        check(RunEventType::Complete, 1, 60, Value(0.0), Value(0.06));
        check(RunEventType::Start, 1, 0, Unchanged, Unchanged);
        check(RunEventType::Fail, 2, 0, Unchanged, Value(0.0));
        check(RunEventType::Fail, 3, 0, Value(1.0), Value(0.0));
        check(RunEventType::Start, 1, 0, Unchanged, Unchanged);
        check(RunEventType::Complete, 1, 0, Value(0.0), Value(0.0));
    }

    #[test]
    fn a_failed_job_makes_all_behind_it_stale_until_it_completes() {
        let mut jobs = Jobs { snapshot: Snapshot::empty(Book::Real, []), ..Jobs::default() };
        let chain = [("a", "0", "1"), ("b", "1", "2"), ("c", "2", "3"), ("d", "9", "8")];
        for (job, reads, writes) in chain {
            jobs.fold(&etl(job, RunEventType::Complete, reads, writes));
        }
        let stale = |jobs: &Jobs| {
            let because = |job| jobs.snapshot.etl[job].stale_because.clone();
            ["a", "b", "c", "d"].map(because)
        };
        jobs.fold(&etl("a", RunEventType::Fail, "0", "1"));
        assert_eq!(stale(&jobs), [None, Some("a".into()), Some("a".into()), None]);
        jobs.fold(&etl("b", RunEventType::Fail, "1", "2"));
        assert_eq!(stale(&jobs), [None, Some("a".into()), Some("a, b".into()), None]);
        jobs.fold(&etl("a", RunEventType::Start, "0", "1"));
        assert_eq!(stale(&jobs)[1], Some("a".into()), "it has only begun");
        jobs.fold(&etl("a", RunEventType::Complete, "0", "1"));
        assert_eq!(stale(&jobs), [None, None, Some("b".into()), None]);
    }

    #[test]
    fn a_ring_of_jobs_ends() {
        let mut jobs = Jobs::default();
        jobs.fold(&etl("a", RunEventType::Complete, "1", "2"));
        jobs.fold(&etl("b", RunEventType::Complete, "2", "1"));
        jobs.fold(&etl("a", RunEventType::Fail, "1", "2"));
        assert_eq!(jobs.snapshot.etl["b"].stale_because, Some("a".into()));
        assert_eq!(jobs.snapshot.etl["a"].stale_because, None, "it is no victim of itself");
    }
}
