//! Systems: availability, error ratio and error budget of a service over the last hour.
//!
//! The error budget is what the objective leaves: 1 - 99.9 % (Google, Site Reliability
//! Engineering, 2016, chapter 3).

use std::collections::{BTreeMap, VecDeque};

use model::{
    Change, Figure, Origin, Timestamp,
    event::System,
    view::system::{ERROR_BUDGET, Row},
};
use serde::{Deserialize, Serialize};

use super::{LATE, Output, Reading, Readings};

/// Reports of one minute.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Minute {
    at: Timestamp,
    reports: u32,
    up: u32,
    requests: f64,
    errors: f64,
}

/// Reports of a service over the last hour, by minute.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Window {
    minutes: VecDeque<Minute>,
}

impl Window {
    /// Counts a report, in time order; forgets minutes that began more than an hour before the
    /// newest.
    fn count(&mut self, time: Timestamp, system: &System) {
        let at = time.floor(Timestamp::MINUTE);
        let index = self.minutes.partition_point(|minute| minute.at < at);
        if self.minutes.get(index).is_none_or(|minute| minute.at != at) {
            let empty = Minute { at, reports: 0, up: 0, requests: 0.0, errors: 0.0 };
            self.minutes.insert(index, empty);
        }
        if let Some(minute) = self.minutes.get_mut(index) {
            minute.reports = minute.reports.saturating_add(1);
            minute.up = minute.up.saturating_add(u32::from(system.up));
            minute.requests += system.request_rate;
            minute.errors += system.request_rate * system.error_ratio.get();
        }
        let newest = self.minutes.back().map_or(at, |minute| minute.at);
        while self.minutes.front().is_some_and(|old| newest.since(old.at) >= Timestamp::HOUR) {
            self.minutes.pop_front();
        }
    }

    /// Reports that say up / reports; and failed requests / requests, 0 without requests.
    fn shares(&self) -> (f64, f64) {
        let (mut reports, mut up, mut requests, mut errors) = (0_u64, 0_u64, 0.0, 0.0);
        for minute in &self.minutes {
            reports += u64::from(minute.reports);
            up += u64::from(minute.up);
            requests += minute.requests;
            errors += minute.errors;
        }
        #[expect(clippy::cast_precision_loss, reason = "reports of an hour")]
        let availability = if reports > 0 { up as f64 / reports as f64 } else { 1.0 };
        (availability, if requests > 0.0 { errors / requests } else { 0.0 })
    }
}

/// Share of the error budget that is left: 1 - bad / allowed, not below 0, where a moment is bad
/// when the service is down or the request fails.
fn error_budget_left(availability: f64, error_ratio: f64) -> f64 {
    let bad = 1.0 - availability * (1.0 - error_ratio);
    (1.0 - bad / ERROR_BUDGET).clamp(0.0, 1.0)
}

/// Folds a report.
pub(crate) fn fold(
    windows: &mut BTreeMap<String, Window>,
    system: &System,
    origin: Origin,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let entity = system.service.as_str();
    let newest = out.snapshot.system.get(entity).map(|row| row.origin.time);
    let late = newest.map_or(0, |newest| newest.since(origin.time));
    if late > LATE {
        return;
    }
    let window = match windows.get_mut(entity) {
        Some(window) => window,
        None => windows.entry(entity.to_owned()).or_default(),
    };
    window.count(origin.time, system);
    if late <= 0 {
        let (availability, hour_error_ratio) = window.shares();
        let error_budget_left = error_budget_left(availability, hour_error_ratio);
        let system = system.clone();
        let row = Row { origin, system, availability, hour_error_ratio, error_budget_left };
        read(&row, readings);
        out.emit(Change::System(Box::new(row)));
    }
}

/// The figures of a row. A service that is down has no latency and no error ratio of its own.
pub(crate) fn read(row: &Row, readings: &mut Readings) {
    readings.clear();
    let system = &row.system;
    let answering = |value: f64| Reading::from(system.up.then_some(value));
    readings.extend([
        (Figure::ErrorRatio, answering(system.error_ratio.get())),
        (Figure::LatencyP99, answering(system.latency_p99_ms)),
        (Figure::Cpu, Reading::Value(system.cpu_utilization.get())),
        (Figure::Memory, Reading::Value(system.memory_utilization.get())),
        (Figure::Availability, Reading::Value(row.availability)),
        (Figure::ServiceDown, Reading::Value(f64::from(u8::from(!system.up)))),
    ]);
}
