//! How far finishes have slipped: from the baseline, a tick, to the forecast, a dot, in days.

use model::Severity;

use crate::charts::{
    drawing::{Anchor, Drawing, fitted},
    scale::{Linear, extent, nice, ticks},
    table::Behind,
};

/// One project.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// Its name.
    pub name: String,
    /// Forecast less baseline finish, in days; negative is early.
    pub days: f64,
    /// Its slip, written.
    pub words: String,
    /// Set where somebody must look.
    pub severity: Option<Severity>,
}

/// Projects below each other on one scale of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Slips {
    /// The projects.
    pub slips: Vec<Slip>,
}

impl Slips {
    const ROW: f64 = 22.0;

    /// Height in pixels.
    #[expect(clippy::cast_precision_loss, reason = "a handful of projects")]
    pub fn height(&self) -> f64 {
        self.slips.len().max(1) as f64 * Self::ROW + 26.0
    }

    /// The drawing at a width in pixels.
    #[expect(clippy::cast_precision_loss, reason = "a handful of projects")]
    pub fn draw(&self, width: f64) -> Drawing {
        let mut drawing = Drawing::new(width, self.height());
        let bottom = self.height() - 24.0;
        let left = (width * 0.36).min(170.0);
        let bounds = nice(extent(self.slips.iter().map(|slip| slip.days)), 6, true);
        let scale = Linear::new(bounds, (left, width - 52.0));
        for tick in ticks(bounds.0, bounds.1, 5) {
            let x = scale.at(tick);
            let class = if tick == 0.0 { "baseline" } else { "grid" };
            drawing.rule((x, 0.0), (x, bottom), class);
            let words = crate::format::decimal(tick, 0);
            drawing.text((x, bottom + 18.0), Anchor::Middle, words, "label");
        }
        for (row, slip) in self.slips.iter().enumerate() {
            let y = row as f64 * Self::ROW + 11.0;
            let name = fitted(&slip.name, left - 10.0);
            drawing.text((0.0, y + 4.0), Anchor::Start, name, "label ink-2");
            let (from, to) = (scale.at(0.0), scale.at(slip.days));
            let class = slip.severity.map_or("", Severity::name);
            drawing.rule((from, y), (to, y), format!("slip {class}"));
            match slip.severity {
                Some(severity) => drawing.mark((to, y), severity),
                None => drawing.dot((to, y), 3.5, "dot"),
            }
            let aside = to.max(from) + 12.0;
            drawing.text((aside, y + 4.0), Anchor::Start, slip.words.clone(), "label ink");
        }
        drawing
    }

    /// The table behind.
    pub fn behind(&self, caption: &str) -> Behind {
        let rows = self.slips.iter().map(|slip| (slip.name.clone(), slip.words.clone()));
        Behind::pairs(caption, ["Project", "Slip"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    #[test]
    fn early_lies_left_of_the_baseline_and_late_right() {
        let slip = |days| Slip { name: "KYC".into(), days, words: String::new(), severity: None };
        let drawing = Slips { slips: vec![slip(-5.0), slip(0.0), slip(19.0)] }.draw(600.0);
        let places: Vec<f64> = drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Dot { at, .. } => Some(at[0]),
                _ => None,
            })
            .collect();
        assert_eq!(places.len(), 3);
        assert!(places[0] < places[1] && places[1] < places[2], "{places:?}");
    }

    #[test]
    fn nothing_to_show_is_no_fault() {
        assert!(Slips { slips: Vec::new() }.draw(300.0).height > 0.0);
    }
}
