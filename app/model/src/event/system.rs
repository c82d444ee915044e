//! System: health of a service.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::unit::{Ratio, id};

id! {
    /// A service, for instance `payments`.
    ServiceId
}

/// Metrics of one service over its last reporting interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct System {
    /// The service; the key.
    pub service: ServiceId,
    /// Whether it answers.
    pub up: bool,
    /// Share of CPU in use (OpenTelemetry `system.cpu.utilization`).
    #[serde(rename = "system.cpu.utilization")]
    pub cpu_utilization: Ratio,
    /// Share of memory in use (OpenTelemetry `system.memory.utilization`).
    #[serde(rename = "system.memory.utilization")]
    pub memory_utilization: Ratio,
    /// Requests a second.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub request_rate: f64,
    /// Share of requests that failed.
    pub error_ratio: Ratio,
    /// Median latency in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub latency_p50_ms: f64,
    /// 95th percentile of latency in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub latency_p95_ms: f64,
    /// 99th percentile of latency in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub latency_p99_ms: f64,
}

impl System {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        let measures = [
            ("request_rate", self.request_rate),
            ("latency_p50_ms", self.latency_p50_ms),
            ("latency_p95_ms", self.latency_p95_ms),
            ("latency_p99_ms", self.latency_p99_ms),
        ];
        for (field, value) in measures {
            Invalid::unless((0.0..=1e12).contains(&value), field, "lies between 0 and 10^12")?;
        }
        let ordered = self.latency_p50_ms <= self.latency_p95_ms
            && self.latency_p95_ms <= self.latency_p99_ms;
        Invalid::unless(ordered, "latency_p99_ms", "percentiles of latency must rise")
    }
}
