//! Services: load by hour, latency that follows load, and now and then an incident.

use model::{
    Timestamp,
    event::{System, system::ServiceId},
};

use super::{
    cast::{SERVICES, share},
    chance::{draw, noise},
};

/// A service has an incident in so many of its two-hour windows.
const INCIDENTS: f64 = 0.012;

/// Length of an incident.
const INCIDENT: i64 = 12 * Timestamp::MINUTE;

/// What a slot reports: services in turn.
pub fn report(seed: u64, turn: u64, time: Timestamp) -> System {
    let index = usize::try_from(turn % SERVICES.len() as u64).unwrap_or(0);
    let (service, rate, median, night) = SERVICES[index];
    let name = 600 + index as u64;
    let load = load(time, night);
    let wave = noise(seed, name, time.millis(), 9 * Timestamp::MINUTE);
    let ripple = 2.0 * draw(seed, (name + 20, turn)) - 1.0;
    let trouble = trouble(seed, name, time);
    let median = median * (0.9 + 0.2 * load) * (1.0 + 0.06 * wave + 0.03 * ripple);
    let tail = 2.3 + 0.25 * load + 0.2 * wave + 0.12 * ripple + 2.2 * trouble;
    System {
        service: ServiceId::new(service).expect("the cast has identities"),
        up: true,
        cpu_utilization: share(0.16 + 0.42 * load + 0.07 * wave + 0.3 * trouble),
        memory_utilization: share(
            0.48 + 0.08 * load + 0.04 * noise(seed, name + 40, time.millis(), Timestamp::HOUR),
        ),
        request_rate: rounded(rate * load * (1.0 + 0.08 * wave + 0.03 * ripple), 10.0),
        error_ratio: share(rounded(0.0001 + 0.0001 * (wave + 1.0) + 0.03 * trouble, 1e6)),
        latency_p50_ms: rounded(median, 10.0),
        latency_p95_ms: rounded(median * (1.0 + (tail - 1.0) * 0.55), 10.0),
        latency_p99_ms: rounded(median * tail, 10.0),
    }
}

/// Load between the share of the night and 1, over the day of the Americas.
fn load(time: Timestamp, night: f64) -> f64 {
    let day = time.millis().rem_euclid(Timestamp::DAY);
    let hour = f64::from(i32::try_from(day / 1_000).unwrap_or(0)) / 3_600.0;
    // Lowest at 08:00 UTC, highest twelve hours later; a parabola is as good as a sine.
    let from_peak = (hour - 20.0).abs().min(24.0 - (hour - 20.0).abs()) / 12.0;
    night + (1.0 - night) * (1.0 - from_peak * from_peak)
}

/// How bad an incident is, from 0 none to 1.
#[expect(clippy::cast_precision_loss, reason = "minutes")]
fn trouble(seed: u64, name: u64, time: Timestamp) -> f64 {
    let window = time.millis().div_euclid(2 * Timestamp::HOUR);
    if draw(seed, (name + 60, window.unsigned_abs())) >= INCIDENTS {
        return 0.0;
    }
    let into = time.millis().rem_euclid(2 * Timestamp::HOUR) - 50 * Timestamp::MINUTE;
    let along = into as f64 / INCIDENT as f64;
    if (0.0..=1.0).contains(&along) { 4.0 * along * (1.0 - along) } else { 0.0 }
}

/// Rounded to so many parts of one, as a meter would write it.
fn rounded(value: f64, parts: f64) -> f64 {
    (value.max(0.0) * parts).round() / parts
}
