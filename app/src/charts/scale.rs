//! Scales and ticks: from figures and times to pixels, and round values between two bounds.

use model::Timestamp;

/// Maps a span of values onto a span of pixels, straight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linear {
    domain: (f64, f64),
    range: (f64, f64),
}

impl Linear {
    /// A scale; `range` may run downwards, as it does on a vertical axis.
    pub fn new(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self { domain, range }
    }

    /// The pixel of a value; the middle where the domain has no length.
    pub fn at(&self, value: f64) -> f64 {
        let ((low, high), (start, end)) = (self.domain, self.range);
        let share = (value - low) / (high - low);
        let share = if share.is_finite() { share } else { 0.5 };
        start + share * (end - start)
    }

    /// The pixel of a value, held within the range.
    pub fn within(&self, value: f64) -> f64 {
        let (start, end) = self.range;
        self.at(value).clamp(start.min(end), start.max(end))
    }

    /// The span of values.
    pub fn domain(&self) -> (f64, f64) {
        self.domain
    }

    /// Whether a value lies in the domain.
    pub fn holds(&self, value: f64) -> bool {
        (self.domain.0..=self.domain.1).contains(&value)
    }
}

/// Maps a span of time onto a span of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    from: Timestamp,
    to: Timestamp,
    range: (f64, f64),
}

impl Time {
    /// A scale from one moment to a later one.
    pub fn new(from: Timestamp, to: Timestamp, range: (f64, f64)) -> Self {
        Self { from, to, range }
    }

    /// The pixel of a moment; the middle where the span has no length.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds on a screen")]
    pub fn at(&self, time: Timestamp) -> f64 {
        let length = self.to.since(self.from) as f64;
        Linear::new((0.0, length), self.range).at(time.since(self.from) as f64)
    }

    /// The moment of a pixel, held within the span.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "milliseconds on a screen"
    )]
    pub fn invert(&self, pixel: f64) -> Timestamp {
        let length = self.to.since(self.from) as f64;
        let share = Linear::new(self.range, (0.0, 1.0)).at(pixel).clamp(0.0, 1.0);
        self.from.plus((share * length).round() as i64)
    }

    /// Whether a moment lies in the span.
    pub fn holds(&self, time: Timestamp) -> bool {
        self.from <= time && time <= self.to
    }
}

/// Lowest and highest of the finite values.
pub fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |extent, value| {
        let (low, high) = extent.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

/// Widens an extent to round bounds with at most `most` steps between them. Equal bounds are
/// moved apart first, so that a flat line has a scale; `zero` brings 0 in, as bars need it.
pub fn nice(extent: Option<(f64, f64)>, most: usize, zero: bool) -> (f64, f64) {
    let (mut low, mut high) = extent.unwrap_or((0.0, 1.0));
    if zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    if low == high {
        let room = if low == 0.0 { 1.0 } else { low.abs() * 0.05 };
        (low, high) = if low == 0.0 { (0.0, room) } else { (low - room, high + room) };
    }
    let step = step(low, high, most);
    ((low / step).floor() * step, (high / step).ceil() * step)
}

/// Round values of the series 1, 2, 5 within the bounds, at most `most` + 1 of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a handful of ticks; the cast saturates"
)]
pub fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let usable = low.is_finite() && high.is_finite() && low < high && most > 0;
    if !usable {
        return if low.is_finite() && low == high { vec![low] } else { Vec::new() };
    }
    let step = step(low, high, most);
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let count = (last - first).max(-1.0) as i64 + 1;
    // A product of integers and the step, so that errors do not add up along the axis.
    (0..(count as usize).min(most + 2)).map(|index| (first + index as f64) * step + 0.0).collect()
}

/// The smallest step of the series 1, 2, 5 that needs at most `most` steps.
#[expect(clippy::cast_precision_loss, reason = "a handful of ticks")]
fn step(low: f64, high: f64, most: usize) -> f64 {
    let rough = (high - low) / most.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Round lengths of time, in milliseconds.
const ROUND: [i64; 16] = [
    Timestamp::SECOND,
    5 * Timestamp::SECOND,
    15 * Timestamp::SECOND,
    30 * Timestamp::SECOND,
    Timestamp::MINUTE,
    5 * Timestamp::MINUTE,
    10 * Timestamp::MINUTE,
    15 * Timestamp::MINUTE,
    30 * Timestamp::MINUTE,
    Timestamp::HOUR,
    3 * Timestamp::HOUR,
    6 * Timestamp::HOUR,
    12 * Timestamp::HOUR,
    Timestamp::DAY,
    7 * Timestamp::DAY,
    28 * Timestamp::DAY,
];

/// Round moments within a span, about `most` of them.
pub fn time_ticks(from: Timestamp, to: Timestamp, most: usize) -> Vec<Timestamp> {
    let span = to.since(from);
    let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
    let step = ROUND.into_iter().find(|step| span / step <= most).unwrap_or(365 * Timestamp::DAY);
    let first = from.plus(step - 1).floor(step);
    let moments = (0..=most).map(|index| first.plus(index * step));
    moments.take_while(|moment| *moment <= to).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round() {
        let check = |low, high, most, expected: &[f64]| {
            let found = ticks(low, high, most);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
            }
        };
        check(0.0, 110.0, 5, &[0.0, 50.0, 100.0]);
        check(0.0, 100.0, 5, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        check(0.84, 1.06, 5, &[0.85, 0.90, 0.95, 1.0, 1.05]);
        check(-3.0, 3.0, 3, &[-2.0, 0.0, 2.0]);
        check(5.0, 5.0, 4, &[5.0]);
        check(1.0, 0.0, 4, &[]);
        check(f64::NAN, 1.0, 4, &[]);
        check(0.0, 4e15, 4, &[0.0, 1e15, 2e15, 3e15, 4e15]);
    }

    #[test]
    fn bounds_hold_every_value() {
        let check = |values: &[f64], zero, expected: (f64, f64)| {
            let (low, high) = nice(extent(values.iter().copied()), 5, zero);
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9 * b.abs().max(1.0);
            assert!(near(low, expected.0) && near(high, expected.1), "{low} to {high}");
        };
        check(&[], false, (0.0, 1.0));
        check(&[0.0], true, (0.0, 1.0));
        check(&[100.0, 100.0], false, (94.0, 106.0));
        check(&[-7.0, -7.0], true, (-8.0, 0.0));
        check(&[3.0, 97.0], true, (0.0, 100.0));
        check(&[f64::NAN, 2.0, 4.0], false, (2.0, 4.0));
        check(&[1e12, 9e12], true, (0.0, 1e13));
    }

    #[test]
    fn moments_are_round() {
        let check = |from: &str, to: &str, most, expected: &[&str]| {
            let found = time_ticks(from.parse().unwrap(), to.parse().unwrap(), most);
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found, expected);
        };
        check(
            "2026-11-23T13:42:18Z",
            "2026-11-23T14:42:18Z",
            4,
            &[
                "2026-11-23T13:45:00Z",
                "2026-11-23T14:00:00Z",
                "2026-11-23T14:15:00Z",
                "2026-11-23T14:30:00Z",
            ],
        );
        let noon = "2026-11-23T12:00:00Z";
        check(noon, noon, 4, &[noon]);
        check("2026-11-23T12:00:01Z", noon, 4, &[]);
    }

    #[test]
    fn a_domain_without_length_stands_in_the_middle() {
        assert_eq!(Linear::new((3.0, 3.0), (0.0, 10.0)).at(3.0), 5.0);
        let now = Timestamp::from_millis(7);
        assert_eq!(Time::new(now, now, (0.0, 10.0)).at(now), 5.0);
        assert_eq!(Time::new(now, now, (0.0, 10.0)).invert(4.0), now);
    }

    proptest! {
        #[test]
        fn ticks_stay_within_their_bounds(low in -1e9_f64..1e9, length in 1e-3_f64..1e9, most in 1_usize..9) {
            let high = low + length;
            let found = ticks(low, high, most);
            prop_assert!(found.len() <= most + 1);
            let slack = length * 1e-6;
            prop_assert!(found.iter().all(|tick| (low - slack..=high + slack).contains(tick)));
        }

        #[test]
        fn nice_bounds_contain_the_extent(low in -1e9_f64..1e9, length in 0_f64..1e9, zero: bool) {
            let (floor, ceiling) = nice(Some((low, low + length)), 5, zero);
            let slack = 1e-6 * (low.abs() + length + 1.0);
            prop_assert!(floor < ceiling);
            prop_assert!(floor <= low + slack && ceiling >= low + length - slack);
        }

        #[test]
        fn a_pixel_leads_back_to_its_moment(offset in 0_i64..3_600_000) {
            let from = Timestamp::from_millis(1_800_000_000_000);
            let scale = Time::new(from, from.plus(Timestamp::HOUR), (50.0, 900.0));
            let back = scale.invert(scale.at(from.plus(offset)));
            prop_assert!(back.since(from.plus(offset)).abs() <= 1);
        }
    }
}
