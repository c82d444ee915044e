//! Jobs: each is visited in turn, and every run has three visits: it starts, goes on, and ends.
//! A run that fails is tried again; a job in trouble fails until its trouble is over. A job can
//! be no fresher than what it reads.

use model::{
    Timestamp, Topic,
    event::{
        Etl,
        etl::{Dataset, DatasetId, Job, JobId, Run, RunEventType, RunId},
    },
};

use super::{
    cast::{JOBS, Work},
    chance::draw,
};

/// Visits of one run.
const VISITS: u64 = 3;

/// Attempts before a run is given up.
const ATTEMPTS: u32 = 3;

/// One run in so many fails by itself.
const FAILURE: f64 = 0.02;

/// A job is in trouble in so many windows of eight hours.
const TROUBLE: f64 = 0.04;

/// Length of a trouble.
const TROUBLED: i64 = 50 * Timestamp::MINUTE;

/// Bytes of a row.
const ROW: u64 = 214;

/// When jobs are visited: every interval of the topic another one.
#[derive(Debug, Clone, Copy)]
pub struct Visits {
    /// Milliseconds between two slots.
    pub interval: i64,
}

impl Visits {
    /// The newest run that had all its visits by a moment, of jobs in general.
    fn last_run(self, by: Timestamp) -> u64 {
        let cycle = self.interval.saturating_mul(JOBS.len() as i64).max(1);
        let visit = by.millis().div_euclid(cycle).unsigned_abs();
        (visit / VISITS).saturating_sub(1)
    }

    /// When a job is visited for the n-th time.
    fn time(self, job: usize, visit: u64) -> Timestamp {
        let slot = visit.saturating_mul(JOBS.len() as u64) + job as u64;
        let slot = i64::try_from(slot).unwrap_or(i64::MAX);
        let shift = self.interval * Topic::Etl.index() as i64 / 7;
        Timestamp::from_millis(slot.saturating_mul(self.interval).saturating_add(shift))
    }
}

/// What a slot reports: jobs in turn.
pub fn report(seed: u64, turn: u64, time: Timestamp, visits: Visits) -> Etl {
    let index = usize::try_from(turn % JOBS.len() as u64).unwrap_or(0);
    let visit = turn / JOBS.len() as u64;
    let run = visit / VISITS;
    let work = &JOBS[index];
    let fails = fails(seed, index, run, visits);
    let event_type = match visit % VISITS {
        0 => RunEventType::Start,
        1 => RunEventType::Running,
        _ if fails => RunEventType::Fail,
        _ => RunEventType::Complete,
    };
    let ended = matches!(event_type, RunEventType::Complete | RunEventType::Fail);
    let along =
        if ended { 1.0 } else { f64::from(u32::try_from(visit % VISITS).unwrap_or(0)) * 0.5 };
    let nominal = visits.time(index, run * VISITS);
    let rows = scaled(work.rows, along * (0.96 + 0.08 * draw(seed, (1_000 + index as u64, run))));
    let rejected = scaled(rows, 0.004 * draw(seed, (1_020 + index as u64, run)));
    let done = event_type == RunEventType::Complete;
    Etl {
        event_type,
        job: Job { namespace: "scheduler".to_owned(), name: job(work) },
        run: Run {
            run_id: RunId::new(format!("{}-{run:x}", work.name)).expect("a name and a number"),
        },
        inputs: work.inputs.iter().map(|name| dataset(name)).collect(),
        outputs: vec![dataset(work.output)],
        nominal_time: nominal,
        rows_in: rows,
        rows_out: if event_type == RunEventType::Fail { 0 } else { rows - rejected },
        rows_rejected: rejected,
        bytes: (rows - rejected) * ROW,
        duration_ms: duration(seed, index, run, along, time.since(nominal)),
        watermark: done.then(|| watermark(seed, index, run, visits)),
        attempt: attempt(seed, index, run, visits),
        max_attempts: ATTEMPTS,
        error: (event_type == RunEventType::Fail).then(|| error(work)),
    }
}

fn job(work: &Work) -> JobId {
    JobId::new(work.name).expect("the cast has identities")
}

fn dataset(name: &str) -> Dataset {
    let namespace = name.split('.').next().unwrap_or(name).to_owned();
    Dataset { namespace, name: DatasetId::new(name).expect("the cast has identities") }
}

fn error(work: &Work) -> String {
    let input = work.inputs.first().copied().unwrap_or("input");
    format!("read of {input} timed out after 60 s")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of rows"
)]
fn scaled(count: u64, factor: f64) -> u64 {
    (count as f64 * factor.max(0.0)) as u64
}

/// Milliseconds since the run began: its own, and never more than the clock allows.
fn duration(seed: u64, index: usize, run: u64, along: f64, passed: i64) -> u64 {
    let usual = JOBS[index].seconds * 1_000;
    let took = scaled(usual, along * (0.85 + 0.3 * draw(seed, (1_040 + index as u64, run))));
    took.min(passed.max(0).unsigned_abs())
}

fn fails(seed: u64, index: usize, run: u64, visits: Visits) -> bool {
    let name = 1_060 + index as u64;
    let start = visits.time(index, run * VISITS);
    let window = start.millis().div_euclid(8 * Timestamp::HOUR).unsigned_abs();
    let into = start.millis().rem_euclid(8 * Timestamp::HOUR) - 3 * Timestamp::HOUR;
    let troubled = draw(seed, (name, window)) < TROUBLE && (0..TROUBLED).contains(&into);
    troubled || draw(seed, (name + 20, run)) < FAILURE
}

/// Which attempt a run is: one more than the failures right before it, and 1 again after the
/// last attempt.
fn attempt(seed: u64, index: usize, run: u64, visits: Visits) -> u32 {
    let mut failures = 0;
    while failures < 60
        && run > u64::from(failures)
        && fails(seed, index, run - 1 - u64::from(failures), visits)
    {
        failures += 1;
    }
    failures % ATTEMPTS + 1
}

/// All data up to the start of the run, but no newer than what an upstream job in trouble left.
fn watermark(seed: u64, index: usize, run: u64, visits: Visits) -> Timestamp {
    let start = visits.time(index, run * VISITS);
    let upstream = JOBS[..index]
        .iter()
        .enumerate()
        .filter(|(_, work)| JOBS[index].inputs.contains(&work.output))
        .filter(|(job, _)| fails(seed, *job, visits.last_run(start), visits))
        .filter_map(|(job, _)| last_watermark(seed, job, start, visits));
    upstream.chain([start]).min().unwrap_or(start)
}

/// The watermark of a job's last run that had completed by a moment; nothing for a job that has
/// failed for a day.
fn last_watermark(seed: u64, index: usize, by: Timestamp, visits: Visits) -> Option<Timestamp> {
    let runs = (0..100).map(|back| (visits.last_run(by) + 1).saturating_sub(back));
    runs.filter(|run| visits.time(index, run * VISITS + VISITS - 1) <= by)
        .find(|run| !fails(seed, index, *run, visits))
        .map(|run| watermark(seed, index, run, visits))
}
