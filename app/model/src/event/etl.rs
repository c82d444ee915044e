//! ETL: run events of data jobs, in the shape of OpenLineage's `RunEvent`.
//! <https://openlineage.io/docs/spec/object-model>

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::unit::{Timestamp, id};

id! {
    /// A job, for instance `fx_rates`.
    JobId
}

id! {
    /// A run of a job.
    RunId
}

id! {
    /// A data set, for instance `ledger.fx_rates`.
    DatasetId
}

/// What happened to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum RunEventType {
    /// It began.
    Start,
    /// It goes on.
    Running,
    /// It ended well.
    Complete,
    /// It ended with an error.
    Fail,
    /// Somebody ended it.
    Abort,
}

/// The job that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Job {
    /// Scheduler that owns it.
    pub namespace: String,
    /// Its name; the key.
    pub name: JobId,
}

/// The run of the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "JobRun"))]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Identity of the run, the same over its events.
    pub run_id: RunId,
}

/// A data set that a run reads or writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dataset {
    /// Store that holds it.
    pub namespace: String,
    /// Its name.
    pub name: DatasetId,
}

/// One event in the life of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Etl {
    /// What happened.
    pub event_type: RunEventType,
    /// The job.
    pub job: Job,
    /// The run.
    pub run: Run,
    /// What it reads.
    #[serde(default)]
    pub inputs: Vec<Dataset>,
    /// What it writes.
    #[serde(default)]
    pub outputs: Vec<Dataset>,
    /// When the schedule meant it to start.
    pub nominal_time: Timestamp,
    /// Rows read so far.
    #[serde(default)]
    pub rows_in: u64,
    /// Rows written so far.
    #[serde(default)]
    pub rows_out: u64,
    /// Rows refused so far; never more than were read.
    #[serde(default)]
    pub rows_rejected: u64,
    /// Bytes written so far.
    #[serde(default)]
    pub bytes: u64,
    /// Milliseconds since the run began.
    #[serde(default)]
    pub duration_ms: u64,
    /// All data up to this moment is there.
    pub watermark: Option<Timestamp>,
    /// Attempt, from 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub attempt: u32,
    /// Attempts before the run is given up.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_attempts: u32,
    /// Why it failed.
    pub error: Option<String>,
}

impl Etl {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        Invalid::unless(self.attempt >= 1, "attempt", "counts from 1")?;
        Invalid::unless(
            self.max_attempts >= self.attempt,
            "maxAttempts",
            "must not be less than attempt",
        )?;
        Invalid::unless(
            self.rows_rejected <= self.rows_in,
            "rowsRejected",
            "must not exceed rowsIn",
        )
    }
}
