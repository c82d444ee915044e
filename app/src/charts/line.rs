//! Line chart: series over time with threshold bands, names at the ends of their lines, alert
//! marks on stems, a line for now and a dotted projection beyond it.

mod probe;

use model::{Severity, Timestamp, figure::Unit, trend::Point};

pub use self::probe::{Probe, Reading};
use super::{
    axis::{self, Plot, label, spread, tick_label},
    drawing::{Anchor, Drawing, fitted, text_width},
    path::{self, Curve, Place, runs},
    scale::{Linear, Time, extent, nice},
    tone::Tone,
};
use crate::format;

/// Distance that names at the ends of lines keep from each other, in pixels.
const NAME_GAP: f64 = 15.0;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name at its end; empty where the heading names it.
    pub name: String,
    /// Colour.
    pub tone: Tone,
    /// Drawn heavier than the others.
    pub strong: bool,
    /// The points, in time order.
    pub points: Vec<Point>,
}

/// On which side of a threshold it is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// From the threshold upwards.
    Above,
    /// Below the threshold.
    Below,
}

/// A line that must not be crossed, and the band beyond it.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Where it lies.
    pub value: f64,
    /// What crossing it means: warnings are dashed, worse is solid.
    pub severity: Severity,
    /// On which side it is bad.
    pub bad: Bad,
    /// Its words, on the line at the left.
    pub words: String,
}

/// An alert at the moment when it fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// When.
    pub at: Timestamp,
    /// How bad.
    pub severity: Severity,
    /// Where the stem ends: the value that fired.
    pub value: f64,
}

/// Where a line will be, if nothing changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Index of the series that it continues.
    pub series: usize,
    /// When it arrives.
    pub at: Timestamp,
    /// Where it arrives.
    pub value: f64,
    /// What happens there, in a sentence.
    pub words: String,
}

/// A line chart.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// The lines, the first drawn last.
    pub series: Vec<Series>,
    /// The moments at the left and right edge.
    pub span: (Timestamp, Timestamp),
    /// The present, drawn as a line.
    pub now: Timestamp,
    /// Thresholds.
    pub thresholds: Vec<Threshold>,
    /// Alerts that fired within the span.
    pub alarms: Vec<Alarm>,
    /// What comes if nothing changes.
    pub projection: Option<Projection>,
    /// How points are joined.
    pub curve: Curve,
    /// Whether the axis begins at zero; then one line alone has an area below it.
    pub zero: bool,
    /// Milliseconds between two points from which on they are not joined.
    pub widest: i64,
    /// How a value is written.
    pub unit: Unit,
    /// Height in pixels.
    pub height: f64,
}

/// The scales of a chart at a certain width.
struct Layout {
    plot: Plot,
    x: Time,
    y: Linear,
}

impl LineChart {
    /// The drawing at a width in pixels.
    pub fn draw(&self, width: f64) -> Drawing {
        let layout = self.layout(width);
        let mut drawing = Drawing::new(width, self.height);
        self.bands(&mut drawing, &layout);
        let taken: Vec<f64> = self.thresholds.iter().map(|threshold| threshold.value).collect();
        axis::values(&mut drawing, layout.plot, &layout.y, self.unit, &taken);
        axis::times(&mut drawing, layout.plot, &layout.x, self.span);
        self.gaps(&mut drawing, &layout);
        self.limits(&mut drawing, &layout);
        self.present(&mut drawing, &layout);
        for series in self.series.iter().rev() {
            self.line(&mut drawing, &layout, series);
        }
        self.project(&mut drawing, &layout);
        self.stems(&mut drawing, &layout);
        self.names(&mut drawing, &layout);
        drawing
    }

    fn layout(&self, width: f64) -> Layout {
        let beyond = self.span.1.since(self.now) > self.span.1.since(self.span.0) / 8;
        let widest = self.series.iter().map(|series| text_width(&self.name_of(series)));
        let names = widest.fold(0.0, f64::max).min(width * 0.4);
        let right = if beyond || names == 0.0 { 12.0 } else { names + 16.0 };
        let labels = self.bounds();
        let left = [labels.0, labels.1].map(|value| text_width(&label(self.unit, value)));
        let left = left.into_iter().fold(22.0, f64::max) + 12.0;
        let plot = Plot { left, right: width - right, top: 22.0, bottom: self.height - 26.0 };
        Layout {
            plot,
            x: Time::new(self.span.0, self.span.1, (plot.left, plot.right)),
            y: Linear::new(labels, (plot.bottom, plot.top)),
        }
    }

    /// Bounds of the vertical axis: round, around every value and threshold.
    fn bounds(&self) -> (f64, f64) {
        let points = self.series.iter().flat_map(|series| series.points.iter());
        let seen = points.filter(|point| self.span.0 <= point.at).map(|point| point.value);
        let limits = self.thresholds.iter().map(|threshold| threshold.value);
        let ends = self.projection.iter().map(|projection| projection.value);
        let extent = extent(seen.chain(limits).chain(ends));
        nice(extent.map(|extent| self.with_room(extent)), 5, self.zero)
    }

    /// Room below the lowest threshold for its band and its words, and below an upper one that
    /// would else be the baseline.
    fn with_room(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let below = |threshold: &Threshold| {
            threshold.bad == Bad::Below || (!self.zero && threshold.value <= low)
        };
        let room = self.thresholds.iter().any(below);
        (if room { low - (high - low) * 0.15 } else { low }, high)
    }

    fn bands(&self, drawing: &mut Drawing, layout: &Layout) {
        let Plot { left, top, bottom, .. } = layout.plot;
        for (index, threshold) in self.thresholds.iter().enumerate() {
            let next = self.thresholds.get(index + 1).filter(|next| next.bad == threshold.bad);
            let edge = layout.y.within(threshold.value);
            let end = next.map_or_else(
                || if threshold.bad == Bad::Above { top } else { bottom },
                |next| layout.y.within(next.value),
            );
            let frame = [left, edge.min(end), layout.plot.width(), (end - edge).abs()];
            drawing.rect(frame, format!("band {}", threshold.severity.name()));
        }
    }

    fn limits(&self, drawing: &mut Drawing, layout: &Layout) {
        let Plot { left, right, .. } = layout.plot;
        for threshold in &self.thresholds {
            let y = layout.y.at(threshold.value);
            let name = threshold.severity.name();
            drawing.rule((left, y), (right, y), format!("limit {name}"));
            let value = tick_label(self.unit, threshold.value);
            drawing.text((left - 8.0, y + 4.0), Anchor::End, value, format!("label {name}"));
            let above = if threshold.bad == Bad::Above { y - 5.0 } else { y + 14.0 };
            let words = threshold.words.clone();
            drawing.text((left + 6.0, above), Anchor::Start, words, format!("label halo {name}"));
        }
    }

    /// Hatches what is missing in all series: columns in which none has a point.
    fn gaps(&self, drawing: &mut Drawing, layout: &Layout) {
        let mut moments = self.moments();
        let Some(&first) = moments.first() else { return };
        moments.insert(0, first);
        for pair in moments.windows(2).filter(|pair| pair[1].since(pair[0]) > self.widest) {
            let (from, to) = (layout.x.at(pair[0]), layout.x.at(pair[1]));
            let frame = [from, layout.plot.top, to - from, layout.plot.bottom - layout.plot.top];
            drawing.rect(frame, "gap");
        }
    }

    /// The line for now; its words stand where the names are, else before it, and give way to
    /// those of a projection.
    fn present(&self, drawing: &mut Drawing, layout: &Layout) {
        let (x, y) = (layout.x.at(self.now), layout.plot.top - 4.0);
        drawing.rule((x, layout.plot.top - 8.0), (x, layout.plot.bottom), "now");
        let words = format!("Now, {}", format::clock(self.now));
        let covered = |projection: &Projection| {
            let from = layout.x.at(projection.at) - text_width(&projection.words);
            from < x + 10.0 + text_width(&words)
        };
        if self.projection.as_ref().is_some_and(covered) {
            return;
        }
        if drawing.width - x > text_width(&words) + 8.0 {
            drawing.text((x + 6.0, y), Anchor::Start, words, "label now");
        } else {
            drawing.text((x - 6.0, y), Anchor::End, words, "label now");
        }
    }

    fn line(&self, drawing: &mut Drawing, layout: &Layout, series: &Series) {
        let weight = if series.strong { "strong" } else { "" };
        let class = format!("series {} {weight}", series.tone.class());
        for run in runs(&series.points, self.widest) {
            let places = path::decimate(self.places(layout, run));
            if self.zero && self.series.len() == 1 {
                let base = layout.y.within(0.0);
                drawing.path(path::area(&places, self.curve, base), "area");
            }
            if let [alone] = places.as_slice() {
                drawing.dot(*alone, 2.0, format!("point {}", series.tone.class()));
            } else {
                drawing.path(path::line(&places, self.curve), class.clone());
            }
        }
        if let Some(end) = self.places(layout, &series.points).last() {
            drawing.dot(*end, 3.5, format!("end {}", series.tone.class()));
        }
    }

    fn places(&self, layout: &Layout, run: &[Point]) -> Vec<Place> {
        let seen = run.iter().filter(|point| layout.x.holds(point.at));
        seen.map(|point| (layout.x.at(point.at), layout.y.within(point.value))).collect()
    }

    fn project(&self, drawing: &mut Drawing, layout: &Layout) {
        let Some(projection) = &self.projection else { return };
        let Some(series) = self.series.get(projection.series) else { return };
        let Some(&from) = self.places(layout, &series.points).last() else { return };
        let to = (layout.x.at(projection.at), layout.y.within(projection.value));
        let class = format!("projection {}", series.tone.class());
        drawing.rule(from, to, class.clone());
        drawing.dot(to, 4.0, format!("open {}", series.tone.class()));
        let words = projection.words.clone();
        drawing.text((to.0, to.1 - 10.0), Anchor::End, words, "label ink halo");
    }

    fn stems(&self, drawing: &mut Drawing, layout: &Layout) {
        for alarm in self.alarms.iter().filter(|alarm| layout.x.holds(alarm.at)) {
            let (x, top) = (layout.x.at(alarm.at), layout.plot.top - 10.0);
            let end = layout.y.within(alarm.value);
            drawing.rule((x, top), (x, end), format!("stem {}", alarm.severity.name()));
            drawing.mark((x, top), alarm.severity);
        }
    }

    fn names(&self, drawing: &mut Drawing, layout: &Layout) {
        let named = self.series.iter().filter(|series| !series.name.is_empty());
        let ends: Vec<(&Series, Place, f64)> = named
            .filter_map(|series| {
                let value = series.points.last()?.value;
                Some((series, *self.places(layout, &series.points).last()?, value))
            })
            .collect();
        // In one column behind the line for now, however old the newest point of each is.
        let now = layout.x.at(self.now) - 4.0;
        let column = ends.iter().map(|(_, end, _)| end.0).fold(now, f64::max);
        let wanted: Vec<f64> = ends.iter().map(|(_, end, _)| end.1).collect();
        let bounds = (layout.plot.top + 12.0, layout.plot.bottom);
        for ((series, _, value), y) in ends.iter().zip(spread(&wanted, NAME_GAP, bounds)) {
            let value = label(self.unit, *value);
            let room = drawing.width - column - 14.0 - text_width(&value);
            let name = fitted(&series.name, room);
            let class = format!("name {}", series.tone.class());
            drawing.name((column + 10.0, y + 4.0), name, &value, class);
        }
    }

    /// Name and last value of a series, as written at its end.
    fn name_of(&self, series: &Series) -> String {
        match series.points.last() {
            Some(last) if !series.name.is_empty() => {
                format!("{} {}", series.name, label(self.unit, last.value))
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    const START: i64 = 1_800_000_000_000;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(START).plus(minutes * Timestamp::MINUTE)
    }

    fn chart(values: &[(i64, f64)]) -> LineChart {
        let points = values.iter().map(|&(minute, value)| Point { at: at(minute), value });
        LineChart {
            series: vec![Series {
                name: "Retail Banking".into(),
                tone: Tone::Series(0),
                strong: false,
                points: points.collect(),
            }],
            span: (at(0), at(60)),
            now: at(60),
            thresholds: vec![Threshold {
                value: 90.0,
                severity: Severity::Critical,
                bad: Bad::Above,
                words: "Critical 90 %".into(),
            }],
            alarms: Vec::new(),
            projection: None,
            curve: Curve::Straight,
            zero: true,
            widest: 2 * Timestamp::MINUTE,
            unit: Unit::Count,
            height: 300.0,
        }
    }

    fn of_class<'a>(drawing: &'a Drawing, wanted: &'a str) -> impl Iterator<Item = &'a Shape> {
        drawing.shapes.iter().filter(move |shape| match shape {
            Shape::Path { class, .. }
            | Shape::Rect { class, .. }
            | Shape::Dot { class, .. }
            | Shape::Text { class, .. } => class.starts_with(wanted),
        })
    }

    #[test]
    fn any_number_of_points_is_drawn() {
        let check = |values: &[(i64, f64)], lines, ends| {
            let drawing = chart(values).draw(940.0);
            assert_eq!(of_class(&drawing, "series").count(), lines, "{values:?}");
            assert_eq!(of_class(&drawing, "end").count(), ends, "{values:?}");
        };
        check(&[], 0, 0);
        check(&[(59, 50.0)], 0, 1);
        check(&[(58, 50.0), (59, 50.0)], 1, 1);
        check(&[(10, 50.0), (11, 50.0), (20, 60.0), (21, 61.0)], 2, 1);
        check(&[(58, -1e12), (59, 1e12)], 1, 1);
    }

    #[test]
    fn what_is_missing_is_hatched_and_not_bridged() {
        let drawing = chart(&[(10, 50.0), (11, 50.0), (20, 60.0)]).draw(940.0);
        assert_eq!(of_class(&drawing, "gap").count(), 1);
    }

    #[test]
    fn nothing_leaves_the_drawing() {
        for width in [358.0, 940.0, 1600.0] {
            let drawing = chart(&[(0, 12.0), (1, 80.0), (59, 99.0)]).draw(width);
            for shape in &drawing.shapes {
                let x = match shape {
                    Shape::Rect { frame: [x, _, width, _], .. } => x + width,
                    Shape::Dot { at: [x, ..], .. } => *x,
                    Shape::Text { at: (x, _), words, tail, anchor: Anchor::Start, .. } => {
                        x + text_width(words) + text_width(tail)
                    }
                    _ => 0.0,
                };
                assert!(x <= width + 4.0, "{shape:?} at {width}");
            }
        }
    }

    #[test]
    fn a_line_that_need_not_start_at_zero_has_no_area() {
        let mut chart = chart(&[(58, 50.0), (59, 51.0)]);
        assert_eq!(of_class(&chart.draw(940.0), "area").count(), 1);
        chart.zero = false;
        assert_eq!(of_class(&chart.draw(940.0), "area").count(), 0);
    }

    #[test]
    fn projection_and_alarms_are_drawn_within_the_span() {
        let mut chart = chart(&[(40, 50.0), (41, 60.0)]);
        let words = "Passes 90 at this pace".to_owned();
        chart.projection = Some(Projection { series: 0, at: at(50), value: 90.0, words });
        let alarm = |minute| Alarm { at: at(minute), severity: Severity::Warning, value: 60.0 };
        chart.alarms = vec![alarm(41), alarm(-5)];
        let drawing = chart.draw(940.0);
        assert_eq!(of_class(&drawing, "projection").count(), 1);
        assert_eq!(of_class(&drawing, "stem").count(), 1);
    }
}
