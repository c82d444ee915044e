//! Entities as dots on one scale, moved up where they would hide each other; offenders carry
//! their mark and name.

use model::{Severity, figure::Unit, order};

use crate::charts::{
    axis::label,
    drawing::{Anchor, Drawing, text_width},
    line::{Bad, Threshold},
    scale::{Linear, extent, nice, ticks},
    table::Behind,
};

/// One entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub value: f64,
    /// Set where somebody must look.
    pub severity: Option<Severity>,
}

/// Entities on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Dots {
    /// The entities.
    pub dots: Vec<Dot>,
    /// Thresholds, drawn as upright lines with their bands.
    pub thresholds: Vec<Threshold>,
    /// How a value is written.
    pub unit: Unit,
    /// Height in pixels.
    pub height: f64,
    /// What the entities are, and what the scale measures.
    pub heads: [&'static str; 2],
}

impl Dots {
    /// The drawing at a width in pixels.
    pub fn draw(&self, width: f64) -> Drawing {
        let mut drawing = Drawing::new(width, self.height);
        let bottom = self.height - 24.0;
        let scale = self.scale((16.0, width - 16.0));
        self.bands(&mut drawing, &scale, bottom);
        let (low, high) = scale.domain();
        for tick in ticks(low, high, 6) {
            let x = scale.at(tick);
            drawing.rule((x, bottom), (x, bottom + 4.0), "baseline");
            drawing.text((x, bottom + 18.0), Anchor::Middle, label(self.unit, tick), "label");
        }
        drawing.rule((0.0, bottom), (width, bottom), "baseline");
        self.dots(&mut drawing, &scale, bottom);
        drawing
    }

    fn scale(&self, range: (f64, f64)) -> Linear {
        let values = self.dots.iter().map(|dot| dot.value);
        let limits = self.thresholds.iter().map(|threshold| threshold.value);
        Linear::new(nice(extent(values.chain(limits)), 8, false), range)
    }

    fn bands(&self, drawing: &mut Drawing, scale: &Linear, bottom: f64) {
        let (low, high) = scale.domain();
        for (index, threshold) in self.thresholds.iter().enumerate() {
            let end = if threshold.bad == Bad::Below { low } else { high };
            let next = self.thresholds.get(index + 1);
            let end = next.map_or(end, |next| next.value);
            let (edge, end) = (scale.at(threshold.value), scale.at(end));
            let name = threshold.severity.name();
            let frame = [edge.min(end), 0.0, (edge - end).abs(), bottom];
            drawing.rect(frame, format!("band {name}"));
            drawing.rule((edge, 0.0), (edge, bottom), format!("limit {name}"));
            let words = threshold.words.clone();
            let anchor = if threshold.bad == Bad::Below { Anchor::End } else { Anchor::Start };
            let aside = if threshold.bad == Bad::Below { -6.0 } else { 6.0 };
            // Words that would run into those of the next band stand a line lower.
            let tight = next.is_some() && text_width(&words) + 12.0 > (edge - end).abs();
            let y = if tight { 26.0 } else { 12.0 };
            drawing.text((edge + aside, y), anchor, words, format!("label {name}"));
        }
    }

    /// Stacks dots that would touch, and names the offenders that have room for it.
    fn dots(&self, drawing: &mut Drawing, scale: &Linear, bottom: f64) {
        let mut placed: Vec<(f64, f64)> = Vec::with_capacity(self.dots.len());
        let mut order: Vec<&Dot> = self.dots.iter().collect();
        order::sort(&mut order, |a, b| {
            b.severity.cmp(&a.severity).then(a.value.total_cmp(&b.value))
        });
        for dot in &order {
            let x = scale.within(dot.value);
            let mut y = bottom - 14.0;
            while placed.iter().any(|at| (at.0 - x).abs() < 13.0 && (at.1 - y).abs() < 13.0) {
                y -= 14.0;
            }
            placed.push((x, y));
            match dot.severity {
                Some(severity) => drawing.mark((x, y), severity),
                None => drawing.dot((x, y), 4.5, "dot"),
            }
        }
        let offenders = order.iter().zip(&placed).filter(|(dot, _)| dot.severity.is_some());
        let mut heights: Vec<(f64, f64, f64)> = Vec::new();
        for (dot, &(x, y)) in offenders {
            self.name(drawing, dot, (x, y), &placed, &mut heights);
        }
    }

    /// Writes a name beside its mark, or above with a stem where another stands in its way.
    fn name(
        &self,
        drawing: &mut Drawing,
        dot: &Dot,
        (x, y): (f64, f64),
        placed: &[(f64, f64)],
        taken: &mut Vec<(f64, f64, f64)>,
    ) {
        let end = x + 10.0 + text_width(&dot.name);
        if end > drawing.width {
            return;
        }
        let free = |at: f64, taken: &[(f64, f64, f64)]| {
            let dots = placed.iter().all(|other| {
                *other == (x, y)
                    || (other.1 - at).abs() > 13.0
                    || other.0 < x - 6.0
                    || other.0 > end
            });
            dots && taken
                .iter()
                .all(|&(from, to, other)| (other - at).abs() >= 14.0 || end < from || x > to)
        };
        let heights = (0..6_u8).map(|step| y - 16.0 * f64::from(step));
        let Some(at) = heights.into_iter().find(|at| *at > 24.0 && free(*at, taken)) else {
            return;
        };
        if at < y {
            drawing.rule((x, y - 7.0), (x, at), "stem");
        }
        let aside = if at < y { 4.0 } else { 10.0 };
        drawing.text((x + aside, at + 4.0), Anchor::Start, dot.name.clone(), "label ink halo");
        taken.push((x, end, at));
    }

    /// The table behind.
    pub fn behind(&self, caption: &str) -> Behind {
        let rows = self.dots.iter().map(|dot| (dot.name.clone(), label(self.unit, dot.value)));
        Behind::pairs(caption, self.heads, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    fn dots(values: &[f64]) -> Dots {
        let dot = |&value: &f64| Dot { name: "KYC".into(), value, severity: None };
        Dots {
            dots: values.iter().map(dot).collect(),
            thresholds: vec![Threshold {
                value: 0.9,
                severity: Severity::Critical,
                bad: Bad::Below,
                words: "0.90".into(),
            }],
            unit: Unit::Quotient,
            height: 120.0,
            heads: ["Project", "CPI"],
        }
    }

    #[test]
    fn dots_never_hide_each_other() {
        for values in [&[][..], &[1.0], &[1.0; 5], &[0.80, 0.81, 1.2]] {
            let drawing = dots(values).draw(400.0);
            let places: Vec<[f64; 3]> = drawing
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    Shape::Dot { at, .. } => Some(*at),
                    _ => None,
                })
                .collect();
            assert_eq!(places.len(), values.len());
            for (index, a) in places.iter().enumerate() {
                for b in &places[index + 1..] {
                    assert!((a[0] - b[0]).abs() >= 9.0 || (a[1] - b[1]).abs() >= 9.0);
                }
            }
        }
    }

    #[test]
    fn offenders_are_named_where_there_is_room() {
        let mut strip = dots(&[0.8, 1.0]);
        strip.dots[0].severity = Some(Severity::Critical);
        let names = |width| {
            let drawing = strip.draw(width);
            drawing
                .shapes
                .iter()
                .filter(|shape| matches!(shape, Shape::Text { words, .. } if words == "KYC"))
                .count()
        };
        assert_eq!(names(400.0), 1);
        assert_eq!(names(24.0), 0);
    }
}
