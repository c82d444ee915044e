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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::testing::{system, time};

    #[test]
    fn error_budget_of_three_nines() {
        let check = |availability, error_ratio, left: f64| {
            let found = error_budget_left(availability, error_ratio);
            assert!((found - left).abs() < 1e-9, "{found} is not {left}");
        };
        check(1.0, 0.0, 1.0);
        check(1.0, 0.000_5, 0.5);
        check(0.999_5, 0.0, 0.5);
        check(1.0, 0.001, 0.0);
        check(0.5, 0.5, 0.0);
    }

    #[test]
    fn shares_of_the_last_hour_in_any_order_of_arrival() {
        let start = time("2026-11-23T12:00:00Z");
        let reports = [(0, true, 0.5), (59, false, 0.0), (60, true, 0.1), (90, true, 0.3)];
        let shares = |order: [usize; 4]| {
            let mut window = Window::default();
            for index in order {
                let (minute, up, errors) = reports[index];
                let report = System { up, ..system("payments", errors) };
                window.count(start.plus(minute * Timestamp::MINUTE), &report);
            }
            window.shares()
        };
        let (availability, errors) = shares([0, 1, 2, 3]);
        assert_eq!(availability, 2.0 / 3.0, "the first is more than an hour old");
        assert!((errors - 0.4 / 3.0).abs() < 1e-12);
        assert_eq!(shares([0, 2, 1, 3]).0, availability);
        assert_eq!(Window::default().shares(), (1.0, 0.0));
    }

    #[test]
    fn a_service_that_is_down_has_no_latency() {
        let at = time("2026-11-23T12:00:00Z");
        let system = System { up: false, ..system("payments", 0.0) };
        let origin = crate::process::testing::origin(at, 1);
        let (availability, hour_error_ratio, error_budget_left) = (1.0, 0.0, 1.0);
        let row = Row { origin, system, availability, hour_error_ratio, error_budget_left };
        let mut readings = Readings::new();
        read(&row, &mut readings);
        assert!(readings.contains(&(Figure::LatencyP99, Reading::Undefined)));
        assert!(readings.contains(&(Figure::ServiceDown, Reading::Value(1.0))));
    }
}
