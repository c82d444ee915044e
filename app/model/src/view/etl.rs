//! Pipelines: rows by job, and how fresh the bank's data is.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Etl, Origin, etl::RunEventType},
    unit::Timestamp,
};

/// A job counts as fresh while its data is younger than this.
pub const FRESH_FOR: i64 = 30 * Timestamp::MINUTE;

/// How an ended run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It completed.
    Completed,
    /// It failed.
    Failed,
    /// Somebody ended it.
    Aborted,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EtlRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub etl: Etl,
    /// All data up to this moment is there; the newest watermark reported.
    pub watermark: Option<Timestamp>,
    /// How the last 14 attempts ended, oldest first.
    pub runs: Vec<Outcome>,
    /// Runs that completed, and runs that ended, within 24 h.
    pub day: (u32, u32),
    /// Median of the durations of the last completed runs, in milliseconds.
    pub median_duration_ms: Option<u64>,
    /// Duration of the newest run / that median.
    pub duration_ratio: Option<f64>,
    /// (Rows in - trailing median) / trailing median.
    pub row_deviation: Option<f64>,
    /// Rows rejected / rows in, of the newest run.
    pub reject_rate: Option<f64>,
    /// Jobs upstream that failed: why this job's data may be old.
    pub stale_because: Option<String>,
}

impl Row {
    /// Milliseconds since the watermark.
    pub fn freshness(&self, now: Timestamp) -> Option<i64> {
        self.watermark.map(|watermark| now.since(watermark).max(0))
    }

    /// Whether the data is younger than [`FRESH_FOR`].
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.freshness(now).is_some_and(|age| age <= FRESH_FOR)
    }

    /// Whether the newest run was given up after its last attempt.
    pub fn has_failed(&self) -> bool {
        self.etl.event_type == RunEventType::Fail && self.etl.attempt >= self.etl.max_attempts
    }
}

/// All jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Jobs known.
    pub jobs: usize,
    /// Jobs whose data is fresh.
    pub fresh: usize,
    /// The job with the oldest data, and the age in milliseconds.
    pub oldest: Option<(String, i64)>,
    /// Runs that completed / runs that ended, within 24 h.
    pub success_rate: Option<f64>,
    /// Jobs whose newest run was given up.
    pub failed: usize,
}

/// Combines the jobs at a moment.
pub fn summary<'a>(rows: impl Iterator<Item = &'a Row> + Clone, now: Timestamp) -> Summary {
    let (completed, ended) = rows
        .clone()
        .fold((0_u32, 0_u32), |(completed, ended), row| (completed + row.day.0, ended + row.day.1));
    let aged = |row: &Row| Some((row.etl.job.name.to_string(), row.freshness(now)?));
    Summary {
        jobs: rows.clone().count(),
        fresh: rows.clone().filter(|row| row.is_fresh(now)).count(),
        oldest: rows.clone().filter_map(aged).max_by_key(|(_, age)| *age),
        success_rate: (ended > 0).then(|| f64::from(completed) / f64::from(ended)),
        failed: rows.filter(|row| row.has_failed()).count(),
    }
}
