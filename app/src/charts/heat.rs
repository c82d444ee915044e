//! Heat map: five by five, impact over likelihood, a count in each cell that has one.

use model::event::compliance::Rating;

use super::{
    drawing::{Anchor, Drawing},
    table::Behind,
};

/// Likelihood from rare to almost certain, as the risk matrix cuts it.
pub const LIKELIHOOD: [&str; 5] =
    ["\u{2264} 5 %", "\u{2264} 20 %", "\u{2264} 50 %", "\u{2264} 80 %", "> 80 %"];

/// Impact from severe to minor.
pub const IMPACT: [&str; 5] =
    ["> 10 M", "\u{2264} 10 M", "\u{2264} 2 M", "\u{2264} 500 k", "\u{2264} 100 k"];

/// Counts by impact (row, severe first) and likelihood (column, rare first).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heat {
    /// The counts.
    pub counts: [[u16; 5]; 5],
    /// Weights of the cells, in the same order.
    pub weights: [[Rating; 5]; 5],
}

impl Heat {
    /// Height in pixels.
    pub const HEIGHT: f64 = 226.0;

    /// The drawing at a width in pixels.
    pub fn draw(&self, width: f64) -> Drawing {
        let mut drawing = Drawing::new(width, Self::HEIGHT);
        let (left, gap, high) = (58.0, 2.0, 38.0);
        let wide = ((width - left) / 5.0).min(96.0);
        for ((impact, row), weights) in (0_u8..5).zip(self.counts).zip(self.weights) {
            let y = f64::from(impact) * high;
            let words = IMPACT[usize::from(impact)];
            drawing.text((left - 8.0, y + high / 2.0 + 3.0), Anchor::End, words, "label");
            for ((likelihood, count), rating) in (0_u8..5).zip(row).zip(weights) {
                let x = left + f64::from(likelihood) * wide;
                let class =
                    format!("cell {} {}", class(rating), if count == 0 { "empty" } else { "" });
                drawing.rect([x, y, wide - gap, high - gap], class);
                if count > 0 {
                    let at = (x + (wide - gap) / 2.0, y + high / 2.0 + 3.5);
                    drawing.text(at, Anchor::Middle, count.to_string(), "count");
                }
            }
        }
        for (likelihood, words) in (0_u8..5).zip(LIKELIHOOD) {
            let x = left + (f64::from(likelihood) + 0.5) * wide - gap / 2.0;
            drawing.text((x, 5.0 * high + 16.0), Anchor::Middle, words, "label");
        }
        drawing
    }

    /// The table behind.
    pub fn behind(&self, caption: &str) -> Behind {
        let heads = std::iter::once("Impact, USD").chain(LIKELIHOOD);
        let row = |(name, counts): (&str, [u16; 5])| {
            std::iter::once(name.to_owned()).chain(counts.map(|count| count.to_string())).collect()
        };
        Behind {
            caption: caption.to_owned(),
            heads: heads.map(str::to_owned).collect(),
            rows: IMPACT.into_iter().zip(self.counts).map(row).collect(),
        }
    }
}

fn class(rating: Rating) -> &'static str {
    match rating {
        Rating::Low => "low",
        Rating::Medium => "medium",
        Rating::High => "high",
        Rating::Critical => "critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    #[test]
    fn cells_run_from_rare_and_severe_to_certain_and_minor() {
        let mut counts = [[0; 5]; 5];
        counts[0][4] = 2;
        counts[4][0] = 7;
        let mut weights = [[Rating::Low; 5]; 5];
        weights[0] =
            [Rating::Medium, Rating::High, Rating::High, Rating::Critical, Rating::Critical];
        let heat = Heat { counts, weights };
        let drawing = heat.draw(400.0);
        let cells: Vec<&str> = drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect { class, .. } => Some(class.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(cells.len(), 25);
        assert_eq!(cells[4], "cell critical ");
        assert_eq!(cells[0], "cell medium empty");
        assert_eq!(cells[20], "cell low ");
        let counts = drawing
            .shapes
            .iter()
            .filter(|shape| matches!(shape, Shape::Text { class, .. } if class == "count"));
        assert_eq!(counts.count(), 2);
        assert_eq!(heat.behind("Risk").rows[4], ["\u{2264} 100 k", "7", "0", "0", "0", "0"]);
    }
}
