//! The last runs of each job as squares, oldest first: full when completed, a triangle when
//! failed, open when somebody ended it.

use model::{Severity, view::etl::Outcome};

use crate::charts::{
    drawing::{Anchor, Drawing, fitted},
    table::Behind,
};

/// Jobs and how their last runs ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    /// Name and outcomes, oldest first, of each job.
    pub jobs: Vec<(String, Vec<Outcome>)>,
}

impl Runs {
    const ROW: f64 = 22.0;
    const MOST: usize = 14;

    /// Height in pixels.
    #[expect(clippy::cast_precision_loss, reason = "a handful of jobs")]
    pub fn height(&self) -> f64 {
        self.jobs.len().max(1) as f64 * Self::ROW
    }

    /// The drawing at a width in pixels. The newest run stands at the right edge.
    #[expect(clippy::cast_precision_loss, reason = "a handful of runs")]
    pub fn draw(&self, width: f64) -> Drawing {
        let mut drawing = Drawing::new(width, self.height());
        let left = (width * 0.34).min(150.0);
        let slot = ((width - left) / Self::MOST as f64).min(22.0);
        for (row, (name, outcomes)) in self.jobs.iter().enumerate() {
            let y = row as f64 * Self::ROW;
            let name = fitted(name, left - 10.0);
            drawing.text((0.0, y + 15.0), Anchor::Start, name, "label ink-2");
            let shown = outcomes.len().min(Self::MOST);
            let newest = outcomes.iter().skip(outcomes.len() - shown);
            for (index, outcome) in newest.enumerate() {
                let x = left + (Self::MOST - shown + index) as f64 * slot;
                let frame = [x, y + 5.0, slot - 3.0, 12.0];
                match outcome {
                    Outcome::Completed => drawing.rect(frame, "beam"),
                    Outcome::Aborted => drawing.rect(frame, "run open"),
                    Outcome::Failed => {
                        drawing.mark((x + (slot - 3.0) / 2.0, y + 11.0), Severity::Warning);
                    }
                }
            }
        }
        drawing
    }

    /// The table behind.
    pub fn behind(&self, caption: &str) -> Behind {
        let heads = ["Job", "Completed", "Failed", "Aborted"].map(str::to_owned);
        let row = |(name, outcomes): &(String, Vec<Outcome>)| {
            let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
            let counts = [Outcome::Completed, Outcome::Failed, Outcome::Aborted].map(count);
            std::iter::once(name.clone()).chain(counts.map(|count| count.to_string())).collect()
        };
        Behind {
            caption: caption.to_owned(),
            heads: heads.into(),
            rows: self.jobs.iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::drawing::Shape;

    #[test]
    fn each_run_has_its_shape() {
        let outcomes = vec![Outcome::Completed, Outcome::Aborted, Outcome::Failed];
        let runs = Runs { jobs: vec![("fx_rates".into(), outcomes), ("gl_close".into(), vec![])] };
        let drawing = runs.draw(400.0);
        let count = |wanted: &str| {
            let of = |shape: &&Shape| {
                matches!(shape,
                    Shape::Rect { class, .. } | Shape::Path { class, .. } if class.starts_with(wanted))
            };
            drawing.shapes.iter().filter(of).count()
        };
        assert_eq!([count("beam"), count("run open"), count("sign warning")], [1, 1, 1]);
        assert_eq!(runs.behind("Runs").rows[0], ["fx_rates", "1", "1", "1"]);
    }

    #[test]
    fn more_runs_than_fit_show_the_newest() {
        let mut outcomes = vec![Outcome::Failed];
        outcomes.extend([Outcome::Completed; 14]);
        let drawing = Runs { jobs: vec![("gl".into(), outcomes)] }.draw(400.0);
        assert!(!drawing.shapes.iter().any(|shape| matches!(shape, Shape::Path { .. })));
    }
}
