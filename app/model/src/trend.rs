//! Trends: the headline figure of a topic over the last hour, on the clock that all topics share.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::unit::Timestamp;

/// Milliseconds that one point stands for.
pub const STEP: i64 = 30 * Timestamp::SECOND;

/// Milliseconds that a trend reaches back from its newest point.
pub const SPAN: i64 = Timestamp::HOUR;

/// One point: the last value within the step that begins at `at`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// Start of the step.
    pub at: Timestamp,
    /// The value, in the figure's unit.
    pub value: f64,
}

/// Points in time order, at most one a step, none older than [`SPAN`] before the newest. A step
/// without a point is a gap and stays one.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Trend(Vec<Point>);

/// In JSON a list of points; in postcard the first step, and then each value with the steps since
/// the one before, which a browser loads in half the bytes.
impl Serialize for Trend {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let mut before = self.start();
        let steps = self.0.iter().map(|point| {
            let steps = point.at.since(before) / STEP;
            before = point.at;
            (steps, single(point.value))
        });
        (self.start(), steps.collect::<Vec<_>>()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trend {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Vec::deserialize(deserializer).map(Self);
        }
        let (start, steps) = <(Timestamp, Vec<(i64, f32)>)>::deserialize(deserializer)?;
        let mut at = start;
        let point = |(steps, value): (i64, f32)| {
            at = at.plus(steps.saturating_mul(STEP));
            Point { at, value: value.into() }
        };
        Ok(Self(steps.into_iter().map(point).collect()))
    }
}

impl Trend {
    fn start(&self) -> Timestamp {
        self.0.first().map_or(Timestamp::default(), |point| point.at)
    }

    /// The points, oldest first.
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// Puts a value at the step of a moment, in place of the one that stands there. It is kept in
    /// single precision, which is more than a drawing shows, and travels in half the bytes.
    pub fn put(&mut self, time: Timestamp, value: f64) {
        let (at, value) = (time.floor(STEP), f64::from(single(value)));
        match self.0.binary_search_by_key(&at, |point| point.at) {
            Ok(index) => self.0[index].value = value,
            Err(index) => self.0.insert(index, Point { at, value }),
        }
        if let Some(newest) = self.0.last().map(|point| point.at) {
            self.0.retain(|point| newest.since(point.at) <= SPAN);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a value of a drawing")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_an_hour_and_the_last_value_of_a_step() {
        let mut trend = Trend::default();
        let start = Timestamp::from_millis(1_800_000_000_000);
        for (index, value) in (0..200_i32).enumerate() {
            trend.put(start.plus(STEP * i64::try_from(index).unwrap()), value.into());
        }
        trend.put(start.plus(STEP * 199 + 7), 7.0);
        assert_eq!(trend.points().len(), 121);
        assert_eq!(trend.points().last().unwrap().value, 7.0);
    }

    proptest! {
        #[test]
        fn order_of_arrival_does_not_matter(
            steps in proptest::collection::btree_set(0_i64..400, 1..60),
            seed in any::<u64>(),
        ) {
            let in_order: Vec<i64> = steps.into_iter().collect();
            let mut shuffled = in_order.clone();
            let length = shuffled.len();
            for index in 0..length {
                let other = usize::try_from(seed >> (index % 60)).unwrap() % length;
                shuffled.swap(index, other);
            }
            let fill = |steps: &[i64]| {
                let mut trend = Trend::default();
                for &step in steps {
                    trend.put(Timestamp::from_millis(step * STEP), step as f64);
                }
                trend
            };
            prop_assert_eq!(fill(&in_order), fill(&shuffled));
            let trend = fill(&in_order);
            let wire = crate::wire::to_postcard(&trend);
            prop_assert_eq!(crate::wire::from_postcard(&wire).ok(), Some(trend.clone()));
            let json = serde_json::to_string(&trend).unwrap();
            prop_assert_eq!(serde_json::from_str::<Trend>(&json).unwrap(), trend);
        }
    }
}
