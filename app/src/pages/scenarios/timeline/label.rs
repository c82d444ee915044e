//! Names below the marks of a timeline: where each stands, and in which row it touches no other.

use super::float;
use crate::{
    charts::{
        drawing::{fitted, text_width},
        scale::Linear,
    },
    format,
    pages::scenarios::incident::{Incident, Standing},
};

/// Longest name, in pixels.
const LONGEST: f64 = 170.0;

/// Least distance between two names of a row, in pixels.
const GAP: f64 = 10.0;

/// A name below its mark.
pub struct Label {
    /// The middle of its place.
    pub at: f64,
    /// The name.
    pub name: String,
    /// What stands below it: its delay, or why there is none.
    pub words: String,
    /// Its row, from 0.
    pub lane: usize,
}

impl Label {
    fn new(incident: &Incident, scale: &Linear, width: f64) -> Self {
        let name = fitted(&incident.name, LONGEST.min(width));
        let at = scale.within(float(incident.at()));
        let label = Self { at, name, words: words(incident), lane: 0 };
        let half = label.half();
        Self { at: at.min(width - half).max(half), ..label }
    }

    fn half(&self) -> f64 {
        text_width(&self.name).max(text_width(&self.words)) / 2.0
    }

    fn span(&self) -> (f64, f64) {
        (self.at - self.half(), self.at + self.half())
    }
}

/// Names and delays within a width, each in the first row where it touches no other.
pub fn labels<'a>(
    incidents: impl Iterator<Item = &'a Incident>,
    scale: &Linear,
    width: f64,
) -> Vec<Label> {
    let mut labels: Vec<_> = incidents.map(|incident| Label::new(incident, scale, width)).collect();
    let spans: Vec<_> = labels.iter().map(Label::span).collect();
    for (label, lane) in labels.iter_mut().zip(lanes(&spans)) {
        label.lane = lane;
    }
    labels
}

/// What stands below the name of an expected incident.
fn words(incident: &Incident) -> String {
    match (incident.standing, incident.delay()) {
        (Standing::Raised, Some(delay)) => format::delay(delay),
        (Standing::ToCome, _) => format!("due {}", format::countdown(incident.at())),
        _ => incident.verdict(),
    }
}

/// The first row in which each span keeps its distance from those before it.
fn lanes(spans: &[(f64, f64)]) -> Vec<usize> {
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    let place = |&(from, to): &(f64, f64)| {
        let free = |lane: &Vec<(f64, f64)>| {
            lane.iter().all(|other| other.1 + GAP <= from || to + GAP <= other.0)
        };
        let lane = taken.iter().position(free).unwrap_or(taken.len());
        if lane == taken.len() {
            taken.push(Vec::new());
        }
        taken[lane].push((from, to));
        lane
    };
    spans.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture::runs, pages::scenarios::incident::incidents};

    #[test]
    fn names_that_touch_take_further_rows() {
        let check = |spans: &[(f64, f64)], expected: &[usize]| {
            assert_eq!(lanes(spans), expected, "{spans:?}");
        };
        check(&[], &[]);
        check(&[(0.0, 40.0), (50.0, 90.0)], &[0, 0]);
        check(&[(0.0, 40.0), (49.0, 90.0)], &[0, 1]);
        check(&[(0.0, 90.0), (20.0, 110.0), (40.0, 60.0), (120.0, 150.0)], &[0, 1, 2, 0]);
    }

    #[test]
    fn names_stay_within_the_drawing() {
        let incidents = incidents(&runs::budget());
        let scale = Linear::new((0.0, 150_000.0), (30.0, 342.0));
        for label in labels(incidents.iter(), &scale, 358.0) {
            let (from, to) = label.span();
            assert!(0.0 <= from && to <= 358.0, "{} from {from} to {to}", label.name);
        }
    }
}
