//! Bars from zero: upright columns, and rows with their names at the left.

use model::Severity;

use super::{
    drawing::{Anchor, Drawing, beam, fitted, text_width},
    scale::{Linear, extent, nice},
    table::Behind,
};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// Its length.
    pub value: f64,
    /// Its value, written.
    pub words: String,
    /// Set where somebody must look; bars at rest have none.
    pub severity: Option<Severity>,
}

impl Bar {
    fn class(&self) -> String {
        beam(self.severity)
    }
}

/// Bars side by side, in the order of a scale such as age or score.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The bars.
    pub bars: Vec<Bar>,
    /// Height in pixels.
    pub height: f64,
    /// What the names count, and what the bars count.
    pub heads: [&'static str; 2],
}

impl Columns {
    /// The drawing at a width in pixels.
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    pub fn draw(&self, width: f64) -> Drawing {
        let mut drawing = Drawing::new(width, self.height);
        let (top, bottom) = (20.0, self.height - 22.0);
        let scale = scale(&self.bars, (bottom, top));
        let slot = width / self.bars.len().max(1) as f64;
        let gap = (slot * 0.15).clamp(2.0, 12.0);
        for (index, bar) in self.bars.iter().enumerate() {
            let left = slot * index as f64 + gap / 2.0;
            let middle = left + (slot - gap) / 2.0;
            let (y, base) = (scale.at(bar.value), scale.at(0.0));
            drawing.rect([left, y.min(base), slot - gap, (base - y).abs()], bar.class());
            if bar.value != 0.0 {
                let words = bar.words.clone();
                drawing.text((middle, y.min(base) - 6.0), Anchor::Middle, words, "label ink");
            }
            let name = fitted(&bar.name, slot);
            drawing.text((middle, bottom + 16.0), Anchor::Middle, name, "label");
        }
        drawing.rule((0.0, scale.at(0.0)), (width, scale.at(0.0)), "baseline");
        drawing
    }

    /// The table behind.
    pub fn behind(&self, caption: &str) -> Behind {
        behind(caption, self.heads, &self.bars)
    }
}

/// Bars below each other, their names at the left and their values at the right.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The bars.
    pub bars: Vec<Bar>,
    /// What the names are, and what the bars measure.
    pub heads: [&'static str; 2],
    /// The value of a full track; none fits the longest bar.
    pub full: Option<f64>,
}

impl Rows {
    /// Height of one row in pixels.
    const ROW: f64 = 22.0;

    /// Height of the drawing in pixels.
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    pub fn height(&self) -> f64 {
        self.bars.len().max(1) as f64 * Self::ROW
    }

    /// The drawing at a width in pixels.
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    pub fn draw(&self, width: f64) -> Drawing {
        let mut drawing = Drawing::new(width, self.height());
        let widest = |text: fn(&Bar) -> &str| {
            self.bars.iter().map(|bar| text_width(text(bar))).fold(24.0, f64::max)
        };
        let left = widest(|bar| &bar.name).min(width * 0.4) + 12.0;
        let right = width - widest(|bar| &bar.words) - 12.0;
        let track = (left, right.max(left + 10.0));
        let scale = match self.full {
            Some(full) => Linear::new((0.0, full), track),
            None => scale(&self.bars, track),
        };
        for (index, bar) in self.bars.iter().enumerate() {
            let y = index as f64 * Self::ROW;
            let baseline = y + 15.0;
            let name = fitted(&bar.name, left - 12.0);
            drawing.text((0.0, baseline), Anchor::Start, name, "label ink-2");
            if self.full.is_some() {
                drawing.rect([track.0, y + 7.0, track.1 - track.0, 9.0], "track");
            }
            let (zero, end) = (scale.within(0.0), scale.within(bar.value));
            drawing.rect([zero.min(end), y + 7.0, (end - zero).abs(), 9.0], bar.class());
            let words = bar.words.clone();
            drawing.text((width, baseline), Anchor::End, words, "label ink");
        }
        drawing
    }

    /// The table behind.
    pub fn behind(&self, caption: &str) -> Behind {
        behind(caption, self.heads, &self.bars)
    }
}

fn scale(bars: &[Bar], range: (f64, f64)) -> Linear {
    let (low, high) = nice(extent(bars.iter().map(|bar| bar.value)), 5, true);
    let longest = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    Linear::new((low, if longest > 0.0 { longest } else { high }), range)
}

fn behind(caption: &str, heads: [&str; 2], bars: &[Bar]) -> Behind {
    Behind::pairs(caption, heads, bars.iter().map(|bar| (bar.name.clone(), bar.words.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    fn bar(value: f64) -> Bar {
        Bar { name: "ATM".into(), value, words: format!("{value}"), severity: None }
    }

    fn sizes(drawing: &Drawing, side: usize) -> Vec<f64> {
        let frames = drawing.shapes.iter().filter_map(|shape| match shape {
            Shape::Rect { frame, class } if class.starts_with("beam") => Some(frame[side]),
            _ => None,
        });
        frames.collect()
    }

    #[test]
    fn columns_are_as_high_as_their_values() {
        let check = |values: &[f64], heights: &[f64]| {
            let bars = values.iter().map(|&value| bar(value)).collect();
            let columns = Columns { bars, height: 142.0, heads: ["Age", "Items"] };
            assert_eq!(sizes(&columns.draw(400.0), 3), heights, "{values:?}");
        };
        check(&[], &[]);
        check(&[0.0], &[0.0]);
        check(&[10.0, 5.0, 0.0], &[100.0, 50.0, 0.0]);
        check(&[1e12, 5e11], &[100.0, 50.0]);
    }

    #[test]
    fn rows_are_as_long_as_their_values() {
        let check = |values: &[f64], full, expected: &[f64]| {
            let bars = values.iter().map(|&value| bar(value)).collect();
            let rows = Rows { bars, heads: ["Channel", "Share"], full };
            let lengths = sizes(&rows.draw(400.0), 2);
            let longest = lengths.iter().copied().fold(0.0, f64::max);
            let shares: Vec<f64> =
                lengths.iter().map(|length| (length / longest * 100.0).round()).collect();
            assert_eq!(shares, expected);
            assert!(longest < 400.0);
        };
        check(&[], None, &[]);
        check(&[4.0, 2.0, 1.0], None, &[100.0, 50.0, 25.0]);
        check(&[1.0, 0.5, 7.0], Some(1.0), &[100.0, 50.0, 100.0]);
    }

    #[test]
    fn table_behind_says_the_same() {
        let columns = Columns { bars: vec![bar(3.0)], height: 90.0, heads: ["Age", "Items"] };
        let behind = columns.behind("Open items by age");
        assert_eq!(behind.heads, ["Age", "Items"]);
        assert_eq!(behind.rows, [["ATM", "3"]]);
    }
}
