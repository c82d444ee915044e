//! Reading a line chart: what the lines say at a moment, and the table behind the chart.

use model::{Timestamp, order};

use super::{LineChart, Series};
use crate::charts::{
    axis::label, drawing::Drawing, path::Place, scale::time_ticks, table::Behind, tone::Tone,
};

/// What one line says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Colour of the line.
    pub tone: Tone,
    /// Its name.
    pub name: String,
    /// Its value, written; none in a gap.
    pub value: Option<String>,
}

/// What all lines say at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// The moment.
    pub at: Timestamp,
    /// Its place, in pixels from the left of the drawing.
    pub x: f64,
    /// The lines, in their order.
    pub readings: Vec<Reading>,
    /// The crosshair and a ring on each line.
    pub drawing: Drawing,
}

impl LineChart {
    /// The moments of all points within the span, in order.
    pub fn moments(&self) -> Vec<Timestamp> {
        let points = self.series.iter().flat_map(|series| series.points.iter());
        let mut moments: Vec<Timestamp> = points
            .map(|point| point.at)
            .filter(|at| (self.span.0..=self.span.1).contains(at))
            .collect();
        order::sort(&mut moments, Timestamp::cmp);
        moments.dedup();
        moments
    }

    /// The moment of a point that lies nearest to a pixel.
    pub fn nearest(&self, width: f64, x: f64) -> Option<Timestamp> {
        let wanted = self.layout(width).x.invert(x);
        self.moments().into_iter().min_by_key(|moment| moment.since(wanted).abs())
    }

    /// The moment so many points later, held within the first and the last; from nowhere, the
    /// last.
    pub fn step(&self, from: Option<Timestamp>, by: isize) -> Option<Timestamp> {
        let moments = self.moments();
        let last = moments.len().checked_sub(1)?;
        let index = from.map_or(last, |from| {
            let here = moments.partition_point(|moment| *moment < from);
            here.saturating_add_signed(by).min(last)
        });
        moments.get(index).copied()
    }

    /// What the lines say at a moment.
    pub fn probe(&self, width: f64, at: Timestamp) -> Probe {
        let layout = self.layout(width);
        let x = layout.x.at(at);
        let mut drawing = Drawing::new(width, self.height);
        drawing.rule((x, layout.plot.top), (x, layout.plot.bottom), "crosshair");
        let mut readings = Vec::with_capacity(self.series.len());
        for series in &self.series {
            let value = self.value_at(series, at);
            if let Some(value) = value {
                let place: Place = (x, layout.y.within(value));
                drawing.dot(place, 4.0, format!("open {}", series.tone.class()));
            }
            readings.push(Reading {
                tone: series.tone,
                name: series.name.clone(),
                value: value.map(|value| label(self.unit, value)),
            });
        }
        Probe { at, x, readings, drawing }
    }

    /// The newest value at a moment, unless it lies in a gap.
    fn value_at(&self, series: &Series, at: Timestamp) -> Option<f64> {
        let after = series.points.partition_point(|point| point.at <= at);
        let point = series.points.get(after.checked_sub(1)?)?;
        (at.since(point.at) <= self.widest).then_some(point.value)
    }

    /// The table behind: a dozen round moments and the present.
    pub fn behind(&self, caption: &str) -> Behind {
        let mut moments = time_ticks(self.span.0, self.now, 12);
        moments.push(self.now);
        moments.dedup();
        let names = self.series.iter().map(|series| match series.name.as_str() {
            "" => "Value".to_owned(),
            name => name.to_owned(),
        });
        let row = |at: &Timestamp| {
            let values = self.series.iter().map(|series| self.value_at(series, *at));
            let written =
                values.map(|value| value.map_or_else(missing, |value| label(self.unit, value)));
            std::iter::once(crate::format::clock(*at)).chain(written).collect()
        };
        Behind {
            caption: caption.to_owned(),
            heads: std::iter::once("UTC".to_owned()).chain(names).collect(),
            rows: moments.iter().map(row).collect(),
        }
    }
}

fn missing() -> String {
    crate::format::MISSING.to_owned()
}

#[cfg(test)]
mod tests {
    use model::{figure::Unit, trend::Point};

    use super::*;
    use crate::charts::path::Curve;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).plus(minutes * Timestamp::MINUTE)
    }

    fn chart() -> LineChart {
        let points = [(0, 1.0), (1, 2.0), (10, 3.0)];
        let points = points.map(|(minute, value)| Point { at: at(minute), value });
        let tone = Tone::Plain;
        LineChart {
            series: vec![Series { name: "p99".into(), tone, strong: false, points: points.into() }],
            span: (at(0), at(60)),
            now: at(60),
            thresholds: Vec::new(),
            alarms: Vec::new(),
            projection: None,
            curve: Curve::Straight,
            zero: false,
            widest: 2 * Timestamp::MINUTE,
            unit: Unit::Milliseconds,
            height: 300.0,
        }
    }

    #[test]
    fn arrows_stop_at_the_ends() {
        let chart = chart();
        let check = |from, by, to| assert_eq!(chart.step(from, by), Some(at(to)));
        check(None, -1, 10);
        check(Some(at(10)), -1, 1);
        check(Some(at(1)), 1, 10);
        check(Some(at(10)), 1, 10);
        check(Some(at(0)), -1, 0);
        assert_eq!(LineChart { series: Vec::new(), ..chart }.step(None, 1), None);
    }

    #[test]
    fn a_gap_has_no_value() {
        let chart = chart();
        let value = |minute| chart.probe(940.0, at(minute)).readings.remove(0).value;
        assert_eq!(value(1).as_deref(), Some("2"));
        assert_eq!(value(2).as_deref(), Some("2"));
        assert_eq!(value(5), None);
        assert_eq!(value(-1), None);
    }

    #[test]
    fn pointer_finds_the_nearest_point() {
        let chart = chart();
        let x = chart.probe(940.0, at(1)).x;
        assert_eq!(chart.nearest(940.0, x + 3.0), Some(at(1)));
        assert_eq!(chart.nearest(940.0, -50.0), Some(at(0)));
        assert_eq!(chart.nearest(940.0, 5_000.0), Some(at(10)));
    }

    #[test]
    fn table_behind_has_a_row_for_each_round_moment() {
        let behind = chart().behind("Latency");
        assert_eq!(behind.heads, ["UTC", "p99"]);
        assert_eq!(behind.rows.len(), 13);
        assert_eq!(behind.rows.first().unwrap()[1], "1");
        assert_eq!(behind.rows.last().unwrap()[1], crate::format::MISSING);
    }
}
