//! Bullet bar: a share beside its number in a table, with a tick at each threshold.

use model::Severity;

use super::{
    drawing::{Drawing, beam},
    scale::Linear,
};

/// A share of a track.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bullet {
    /// The share, 1 fills the track; more is cut off.
    pub share: f64,
    /// Shares that have a tick.
    pub ticks: &'static [f64],
    /// Colour; none at rest.
    pub severity: Option<Severity>,
}

impl Bullet {
    /// Width in pixels.
    pub const WIDTH: f64 = 84.0;

    /// The drawing.
    pub fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(Self::WIDTH, 14.0);
        let scale = Linear::new((0.0, 1.0), (0.0, Self::WIDTH));
        drawing.rect([0.0, 3.0, Self::WIDTH, 8.0], "track");
        drawing.rect([0.0, 3.0, scale.within(self.share), 8.0], beam(self.severity));
        for tick in self.ticks {
            let x = scale.within(*tick).floor() + 0.5;
            drawing.rule((x, 1.0), (x, 13.0), "tick");
        }
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    #[test]
    fn a_share_fills_its_part_and_never_more() {
        let check = |share, expected| {
            let bullet = Bullet { share, ticks: &[0.75, 0.9], severity: None };
            let drawing = bullet.draw();
            let Some(Shape::Rect { frame, .. }) = drawing.shapes.get(1) else {
                panic!("the second shape is the bar");
            };
            assert_eq!(frame[2], expected, "{share}");
            assert_eq!(drawing.shapes.len(), 4);
        };
        check(0.5, 42.0);
        check(0.0, 0.0);
        check(1.3, 84.0);
        check(-0.2, 0.0);
    }
}
