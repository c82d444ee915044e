//! Axes: gridlines with labels on the left, ticks at round times below, and labels kept apart.

use model::{Figure, Timestamp, figure::Unit, order};

use super::{
    drawing::{Anchor, Drawing},
    scale::{Linear, Time, ticks, time_ticks},
};
use crate::format;

/// The rectangle that data is drawn in, in pixels of the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plot {
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Plot {
    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }
}

/// A value as it is written beside an axis, at the end of a line and in the table behind: without
/// its unit, which stands in the heading. Whole where it is whole.
pub fn label(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => format::percent_number(value),
        Unit::Quotient => format::ratio(value),
        Unit::Money => format::value(Figure::ExpectedLoss, value)
            .strip_prefix("USD ")
            .map_or_else(|| format::decimal(value, 0), str::to_owned),
        Unit::Count
        | Unit::Milliseconds
        | Unit::Days
        | Unit::Minutes
        | Unit::PerMinute
        | Unit::Score => {
            let decimals = u32::from(value.abs() < 10.0 && (value - value.round()).abs() > 0.05);
            format::decimal(value, decimals)
        }
    }
}

/// A tick of the axis: a [`label`] without the decimal that every tick would share.
pub fn tick_label(unit: Unit, value: f64) -> String {
    let label = label(unit, value);
    match unit {
        Unit::Share => label.strip_suffix(".0").map_or(label.clone(), str::to_owned),
        _ => label,
    }
}

/// Draws four or five gridlines, the baseline, and their labels 8 px to the left of the plot.
/// Values in `taken` have a line of their own there and are left out; counts are whole.
pub fn values(drawing: &mut Drawing, plot: Plot, scale: &Linear, unit: Unit, taken: &[f64]) {
    let (low, high) = scale.domain();
    let whole = |tick: &f64| unit != Unit::Count || tick.fract() == 0.0;
    for tick in ticks(low, high, 5).into_iter().filter(whole) {
        let y = scale.at(tick);
        let is_taken = taken.iter().any(|value| (scale.at(*value) - y).abs() < 11.0);
        let class = if tick == low { "baseline" } else { "grid" };
        drawing.rule((plot.left, y), (plot.right, y), class);
        if !is_taken {
            drawing.text((plot.left - 8.0, y + 4.0), Anchor::End, tick_label(unit, tick), "label");
        }
    }
    drawing.rule((plot.left, plot.bottom), (plot.right, plot.bottom), "baseline");
}

/// Draws ticks of 4 px at round times, with labels that stay inside the drawing.
pub fn times(drawing: &mut Drawing, plot: Plot, scale: &Time, span: (Timestamp, Timestamp)) {
    let most = if plot.width() < 420.0 { 3 } else { 6 };
    for moment in time_ticks(span.0, span.1, most) {
        let x = scale.at(moment);
        drawing.rule((x, plot.bottom), (x, plot.bottom + 4.0), "baseline");
        let anchor = if x < plot.left + 16.0 { Anchor::Start } else { Anchor::Middle };
        drawing.text((x, plot.bottom + 18.0), anchor, format::clock(moment), "label");
    }
}

/// Moves places apart until neighbours are at least `gap` apart, as little as possible, and keeps
/// them between two bounds where there is room. The order of the answer is that of the question.
pub fn spread(places: &[f64], gap: f64, bounds: (f64, f64)) -> Vec<f64> {
    let order = order::places(places.len(), &|a, b| places[a].total_cmp(&places[b]));
    let settled = settle(order.iter().map(|&index| places[index]), gap, bounds);
    let mut answer = places.to_vec();
    for (&index, place) in order.iter().zip(settled) {
        answer[index] = place;
    }
    answer
}

/// A group of labels that touch, by the middle they would like and how many they are.
struct Cluster {
    wanted: f64,
    count: usize,
}

#[expect(clippy::cast_precision_loss, reason = "a handful of labels")]
fn settle(sorted: impl Iterator<Item = f64>, gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let half = |count: usize| (count - 1) as f64 * gap / 2.0;
    let held = |cluster: &Cluster| {
        let room = half(cluster.count);
        cluster.wanted.min(high - room).max(low + room)
    };
    let mut clusters: Vec<Cluster> = Vec::new();
    for place in sorted {
        let mut newest = Cluster { wanted: place, count: 1 };
        while let Some(last) = clusters
            .pop_if(|last| held(last) + half(last.count) + gap > held(&newest) - half(newest.count))
        {
            let count = last.count + newest.count;
            let sum = last.wanted * last.count as f64 + newest.wanted * newest.count as f64;
            newest = Cluster { wanted: sum / count as f64, count };
        }
        clusters.push(newest);
    }
    let places = clusters.iter().flat_map(|cluster| {
        let first = held(cluster) - half(cluster.count);
        (0..cluster.count).map(move |index| first + index as f64 * gap)
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_move_apart_and_no_further() {
        let check = |places: &[f64], expected: &[f64]| {
            assert_eq!(spread(places, 15.0, (0.0, 300.0)), expected);
        };
        check(&[], &[]);
        check(&[40.0], &[40.0]);
        check(&[100.0, 40.0], &[100.0, 40.0]);
        check(&[100.0, 104.0], &[94.5, 109.5]);
        check(&[100.0, 100.0, 100.0], &[85.0, 100.0, 115.0]);
        check(&[2.0, 4.0], &[0.0, 15.0]);
        check(&[299.0, 298.0], &[300.0, 285.0]);
        check(&[-40.0], &[0.0]);
    }

    proptest! {
        #[test]
        fn neighbours_keep_their_distance(
            places in proptest::collection::vec(0_f64..300.0, 0..12),
        ) {
            let mut spread = spread(&places, 15.0, (0.0, 300.0));
            spread.sort_by(f64::total_cmp);
            prop_assert!(spread.windows(2).all(|pair| pair[1] - pair[0] >= 15.0 - 1e-6));
            prop_assert!(spread.iter().all(|place| (-1e-6..=300.0 + 1e-6).contains(place)));
        }
    }

    #[test]
    fn labels_have_no_unit() {
        let check = |unit, value, expected: &str| assert_eq!(label(unit, value), expected);
        check(Unit::Share, 0.741, "74.1");
        check(Unit::Quotient, 0.9, "0.90");
        check(Unit::Money, 8_400_000.0, "8.40 M");
        check(Unit::Milliseconds, 250.0, "250");
        check(Unit::Count, 0.5, "0.5");
        check(Unit::Count, 3.0, "3");
        assert_eq!(tick_label(Unit::Share, 0.75), "75");
        assert_eq!(tick_label(Unit::Share, 0.725), "72.5");
    }

    #[test]
    fn labels_of_thresholds_replace_those_of_the_grid() {
        let plot = Plot { left: 50.0, right: 200.0, top: 0.0, bottom: 100.0 };
        let scale = Linear::new((0.0, 100.0), (plot.bottom, plot.top));
        let labels = |taken: &[f64]| {
            let mut drawing = Drawing::new(200.0, 120.0);
            values(&mut drawing, plot, &scale, Unit::Count, taken);
            let texts = drawing.shapes.into_iter().filter_map(|shape| match shape {
                crate::charts::drawing::Shape::Text { words, .. } => Some(words),
                _ => None,
            });
            texts.collect::<Vec<_>>()
        };
        assert_eq!(labels(&[]), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(labels(&[75.0, 90.0]), ["0", "20", "40", "60"]);
    }
}
