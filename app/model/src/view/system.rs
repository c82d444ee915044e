//! Systems: rows by service.

use serde::{Deserialize, Serialize};

use crate::event::{Origin, System};

/// Share of reports that a service may be down or failing in: 99.9 % availability.
pub const ERROR_BUDGET: f64 = 0.001;

/// A service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SystemRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub system: System,
    /// Reports of the last hour that say up / reports of the last hour.
    pub availability: f64,
    /// Mean error ratio of the last hour's reports, weighted by requests.
    pub hour_error_ratio: f64,
    /// Share of the error budget that is left: 1 - errors / allowed, not below 0.
    pub error_budget_left: f64,
}

/// All services.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Services known.
    pub services: usize,
    /// Services that answer.
    pub up: usize,
    /// Mean availability over services.
    pub availability: Option<f64>,
    /// The service with the longest 99th percentile, and its milliseconds.
    pub worst: Option<(String, f64)>,
    /// Requests a second, over services.
    pub request_rate: f64,
    /// Error ratio over services, weighted by requests.
    pub error_ratio: Option<f64>,
}

/// Combines the services.
#[expect(clippy::cast_precision_loss, reason = "a count of services")]
pub fn summary<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Summary {
    let services = rows.clone().count();
    let requests: f64 = rows.clone().map(|row| row.system.request_rate).sum();
    let errors: f64 =
        rows.clone().map(|row| row.system.request_rate * row.system.error_ratio.get()).sum();
    let worst = rows
        .clone()
        .max_by(|a, b| a.system.latency_p99_ms.total_cmp(&b.system.latency_p99_ms))
        .map(|row| (row.system.service.to_string(), row.system.latency_p99_ms));
    let available: f64 = rows.clone().map(|row| row.availability).sum();
    Summary {
        services,
        up: rows.filter(|row| row.system.up).count(),
        availability: (services > 0).then(|| available / services as f64),
        worst,
        request_rate: requests,
        error_ratio: (requests > 0.0).then(|| errors / requests),
    }
}
