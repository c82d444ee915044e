//! Metrics for Prometheus: what happens is counted where it happens, most gauges are read when
//! somebody asks.

use ::metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use model::{Severity, SourceState, Status};

use super::Shared;

/// Upper bounds of the latency histogram, in seconds.
const LATENCY: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0];

/// Records the metrics of this process. Once a process.
///
/// # Errors
/// When something else records them already.
pub fn recorder() -> Result<PrometheusHandle, BuildError> {
    let latency = Matcher::Full("streamboard_event_latency_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(latency, &LATENCY)?.install_recorder()
}

/// Reads every gauge.
#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
pub fn gauges(shared: &Shared) {
    gauge!("streamboard_viewers").set(shared.hub.viewers() as f64);
    gauge!("streamboard_store_bytes").set(shared.reader.bytes() as f64);
    if let Ok(status) = shared.status() {
        of_status(&status);
        let book = shared.hub.book(&status.book);
        let counts = book.map(|book| book.snapshot().alert_counts()).unwrap_or_default();
        for (severity, count) in Severity::ALL.into_iter().zip(counts) {
            gauge!("streamboard_alerts_firing", "severity" => severity.name()).set(count as f64);
        }
    }
    shared.metrics.run_upkeep();
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
fn of_status(status: &Status) {
    for state in SourceState::ALL {
        let now = if state == status.state { 1.0 } else { 0.0 };
        gauge!("streamboard_source_state", "state" => state.name()).set(now);
    }
    if let Some(spool) = &status.spool {
        gauge!("streamboard_spool_records").set(spool.records as f64);
        gauge!("streamboard_spool_bytes").set(spool.bytes as f64);
        let age = spool.oldest.map_or(0, |oldest| status.now.since(oldest).max(0));
        gauge!("streamboard_spool_age_seconds").set(age as f64 / 1_000.0);
    }
}
