//! Path data of lines, steps and areas. A gap in the data stays a gap in the path.

use model::{order, trend::Point};

use crate::format;

/// How two points are joined. Nothing is ever smoothed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Curve {
    /// Straight, for measured values.
    #[default]
    Straight,
    /// Level until the next value, for counts and ledger balances.
    Step,
}

/// A place on the drawing, in pixels.
pub type Place = (f64, f64);

/// Cuts a series where two neighbours lie further apart than `widest` milliseconds.
pub fn runs(points: &[Point], widest: i64) -> impl Iterator<Item = &[Point]> {
    points.chunk_by(move |a, b| b.at.since(a.at) <= widest)
}

/// Keeps first, lowest, highest and last place of each pixel column, so that no extreme is lost
/// and no column has more than four places. Short lines are left alone.
pub fn decimate(places: Vec<Place>) -> Vec<Place> {
    let width = match (places.first(), places.last()) {
        (Some(first), Some(last)) => (last.0 - first.0).abs().max(1.0),
        _ => return places,
    };
    #[expect(clippy::cast_precision_loss, reason = "a count of points")]
    if places.len() as f64 <= 2.0 * width {
        return places;
    }
    let columns = places.chunk_by(|a, b| a.0.floor() == b.0.floor());
    columns.flat_map(extremes).collect()
}

fn extremes(column: &[Place]) -> Vec<Place> {
    let by = |pick: fn(f64, f64) -> bool| {
        (0..column.len())
            .reduce(|best, index| if pick(column[index].1, column[best].1) { index } else { best })
    };
    let ends = [Some(0), by(|a, b| a < b), by(|a, b| a > b), column.len().checked_sub(1)];
    let mut kept: Vec<usize> = ends.into_iter().flatten().collect();
    order::sort(&mut kept, usize::cmp);
    kept.dedup();
    kept.into_iter().map(|index| column[index]).collect()
}

/// Path data of a line through the places.
pub fn line(places: &[Place], curve: Curve) -> String {
    let mut data = String::with_capacity(places.len() * 12);
    for (index, &(x, y)) in places.iter().enumerate() {
        match (index, curve) {
            (0, _) => write(&mut data, 'M', &[x, y]),
            (_, Curve::Straight) => write(&mut data, 'L', &[x, y]),
            (_, Curve::Step) => {
                write(&mut data, 'H', &[x]);
                write(&mut data, 'V', &[y]);
            }
        }
    }
    data
}

/// Path data of the area between the places and a horizontal line.
pub fn area(places: &[Place], curve: Curve, base: f64) -> String {
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return String::new();
    };
    let mut data = line(places, curve);
    write(&mut data, 'L', &[last.0, base]);
    write(&mut data, 'L', &[first.0, base]);
    data.push('Z');
    data
}

/// Appends a command and its numbers, to a tenth of a pixel.
fn write(data: &mut String, command: char, numbers: &[f64]) {
    data.push(command);
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            data.push(' ');
        }
        data.push_str(&format::plain(*number, 1));
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_of_no_one_and_more_points() {
        let check = |places: &[Place], curve, expected: &str| {
            assert_eq!(line(places, curve), expected);
        };
        check(&[], Curve::Straight, "");
        check(&[(1.0, 2.0)], Curve::Straight, "M1 2");
        check(&[(0.0, 2.04), (10.0, 4.06)], Curve::Straight, "M0 2L10 4.1");
        check(&[(0.0, 2.0), (10.0, 4.0)], Curve::Step, "M0 2H10V4");
        check(&[(-0.01, 0.0)], Curve::Straight, "M0 0");
        assert_eq!(area(&[], Curve::Straight, 9.0), "");
        assert_eq!(area(&[(0.0, 2.0), (4.0, 3.0)], Curve::Step, 9.0), "M0 2H4V3L4 9L0 9Z");
    }

    #[test]
    fn gaps_are_never_bridged() {
        let point = |at| Point { at: Timestamp::from_millis(at), value: 1.0 };
        let points = [point(0), point(30), point(60), point(200), point(230)];
        let lengths: Vec<usize> = runs(&points, 90).map(<[Point]>::len).collect();
        assert_eq!(lengths, [3, 2]);
        assert_eq!(runs(&[], 90).count(), 0);
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let places = vec![(0.0, 1.0), (0.5, 2.0), (50.0, 3.0)];
        assert_eq!(decimate(places.clone()), places);
        assert_eq!(decimate(Vec::new()), Vec::new());
    }

    proptest! {
        #[test]
        fn decimation_keeps_order_ends_and_extremes(
            values in proptest::collection::vec(-1e6_f64..1e6, 1..3000),
        ) {
            let places: Vec<Place> =
                values.iter().enumerate().map(|(index, &y)| (index as f64 * 0.05, y)).collect();
            let kept = decimate(places.clone());
            let highest = |places: &[Place]| places.iter().map(|place| place.1).fold(f64::MIN, f64::max);
            let lowest = |places: &[Place]| places.iter().map(|place| place.1).fold(f64::MAX, f64::min);
            prop_assert_eq!(kept.first(), places.first());
            prop_assert_eq!(kept.last(), places.last());
            prop_assert_eq!(highest(&kept), highest(&places));
            prop_assert_eq!(lowest(&kept), lowest(&places));
            prop_assert!(kept.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            prop_assert!(kept.len() <= 4 * 151);
        }
    }
}
