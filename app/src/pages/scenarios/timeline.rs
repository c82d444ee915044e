//! A run on its own clock, to scale: when the cause of each incident is due, when it was raised,
//! how many were raised by then, and where the run stands now.

use leptos::{html, prelude::*};
use model::{
    Timestamp,
    scenario::{Run, RunState},
};

use super::incident::{Incident, Standing, incidents, score};
use crate::{
    charts::{
        axis::Plot,
        drawing::{Anchor, Canvas, Drawing, fitted, text_width},
        frame::{WIDE, measure},
        path::{self, Curve},
        scale::{Linear, time_ticks},
    },
    format,
};

/// Height of the part that counts, and where it begins.
const COUNTS: (f64, f64) = (18.0, 150.0);

/// Height of a row of names.
const LANE: f64 = 34.0;

/// Longest name, in pixels.
const LONGEST: f64 = 170.0;

/// What is drawn of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    length: i64,
    elapsed: i64,
    state: RunState,
    incidents: Vec<Incident>,
}

/// A name below its mark: the middle of its place, its words, and the row that has room for it.
struct Label {
    at: f64,
    name: String,
    words: String,
    lane: usize,
}

impl Timeline {
    /// The timeline of a run.
    pub fn of(run: &Run) -> Self {
        let (length, elapsed) = (run.length_ms.max(1), run.elapsed_ms);
        Self { length, elapsed, state: run.state, incidents: incidents(run) }
    }

    /// The drawing at a width in pixels.
    pub fn draw(&self, width: f64) -> Drawing {
        let (top, bottom) = COUNTS;
        let plot = Plot { left: 30.0, right: (width - 16.0).max(31.0), top, bottom };
        let scale = Linear::new((0.0, float(self.length)), (plot.left, plot.right));
        let labels = self.labels(&scale, width);
        let rows = labels.iter().map(|label| label.lane + 1).max().unwrap_or(1);
        let foot = bottom + 22.0 + float(rows) * LANE;
        let mut drawing = Drawing::new(width, foot + 20.0);
        self.counts(&mut drawing, plot, &scale);
        self.clock(&mut drawing, plot, &scale, foot);
        self.present(&mut drawing, &scale, foot, width);
        for label in self.due().zip(&labels) {
            self.incident(&mut drawing, &scale, bottom, label);
        }
        self.unexpected(&mut drawing, &scale, bottom);
        drawing
    }

    fn due(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.iter().filter(|incident| incident.due.is_some())
    }

    /// Names and delays, each in the first row where it touches no other.
    fn labels(&self, scale: &Linear, width: f64) -> Vec<Label> {
        let mut labels: Vec<Label> = self
            .due()
            .map(|incident| {
                let name = fitted(&incident.name, LONGEST.min(width));
                Label {
                    at: scale.within(float(incident.at())),
                    name,
                    words: words(incident),
                    lane: 0,
                }
            })
            .collect();
        for label in &mut labels {
            let half = label.half();
            label.at = label.at.min(width - half).max(half);
        }
        let spans: Vec<_> = labels.iter().map(Label::span).collect();
        for (label, lane) in labels.iter_mut().zip(lanes(&spans, 10.0)) {
            label.lane = lane;
        }
        labels
    }

    /// How many incidents were raised by each moment, as steps up to now.
    fn counts(&self, drawing: &mut Drawing, plot: Plot, scale: &Linear) {
        let most = self.due().count().max(1);
        let y = Linear::new((0.0, float(most)), (plot.bottom, plot.top));
        for tick in (0..=most).step_by(counting_step(most)) {
            let (place, class) = (y.at(float(tick)), if tick == 0 { "baseline" } else { "grid" });
            drawing.rule((plot.left, place), (plot.right, place), class);
            let label = (plot.left - 8.0, place + 4.0);
            drawing.text(label, Anchor::End, format::count(tick), "label");
        }
        let mut raised: Vec<i64> = self.due().filter_map(|incident| incident.raised).collect();
        raised.sort_unstable();
        let end = raised.last().copied().unwrap_or(0).max(self.elapsed);
        let mut places = vec![(scale.at(0.0), y.at(0.0))];
        for (index, at) in raised.iter().enumerate() {
            places.push((scale.within(float(*at)), y.at(float(index + 1))));
        }
        places.push((scale.within(float(end)), y.at(float(raised.len()))));
        drawing.path(path::line(&places, Curve::Step), "series plain");
    }

    /// The drill's clock, at the foot of everything.
    fn clock(&self, drawing: &mut Drawing, plot: Plot, scale: &Linear, foot: f64) {
        drawing.rule((plot.left, foot), (plot.right, foot), "baseline");
        let (start, end) = (Timestamp::from_millis(0), Timestamp::from_millis(self.length));
        let most = if plot.width() < 420.0 { 3 } else { 6 };
        for tick in time_ticks(start, end, most) {
            let x = scale.at(float(tick.millis()));
            drawing.rule((x, foot), (x, foot + 4.0), "baseline");
            let words = format::countdown(tick.millis());
            drawing.text((x, foot + 17.0), Anchor::Middle, words, "label");
        }
    }

    /// Where the run stands; nothing once it came to its end.
    fn present(&self, drawing: &mut Drawing, scale: &Linear, foot: f64, width: f64) {
        let word = match self.state {
            RunState::Running => "now",
            RunState::Paused => "paused",
            RunState::Stopped => "stopped",
            RunState::Interrupted => "interrupted",
            RunState::Finished => return,
        };
        let x = scale.within(float(self.elapsed)).floor() + 0.5;
        drawing.rule((x, 0.0), (x, foot), "now");
        let words = format!("{word}, {}", format::countdown(self.elapsed));
        let fits = x + 8.0 + text_width(&words) < width;
        let (at, anchor) = if fits { (x + 6.0, Anchor::Start) } else { (x - 6.0, Anchor::End) };
        drawing.text((at, 11.0), anchor, words, "now halo");
    }

    /// One expected incident: its due time, its mark where it was raised, its name below.
    fn incident(
        &self,
        drawing: &mut Drawing,
        scale: &Linear,
        bottom: f64,
        (incident, label): (&Incident, &Label),
    ) {
        let due = scale.within(float(incident.at())).floor() + 0.5;
        let names = bottom + 22.0 + float(label.lane) * LANE;
        let open = matches!(incident.standing, Standing::ToCome | Standing::Awaited);
        let class = if open { "due open" } else { "due" };
        drawing.rule((due, COUNTS.0), (due, names - 2.0), class);
        let marks = bottom + 9.0;
        match (incident.standing, incident.raised) {
            (_, Some(at)) => drawing.mark((scale.within(float(at)), marks), incident.severity),
            (Standing::Missed, None) => drawing.path(cross(due, marks), "sign lost"),
            _ => drawing.path(diamond(due, marks), "sign to-come"),
        }
        let (name, tail) =
            if open { ("label halo", "label halo") } else { ("ink-2 halo", "ink halo") };
        drawing.text((label.at, names + 12.0), Anchor::Middle, label.name.clone(), name);
        let tail = if incident.standing == Standing::Missed { "critical halo" } else { tail };
        drawing.text((label.at, names + 26.0), Anchor::Middle, label.words.clone(), tail);
    }

    /// What was raised though nobody expected it: open circles.
    fn unexpected(&self, drawing: &mut Drawing, scale: &Linear, bottom: f64) {
        let stray = |incident: &&Incident| incident.standing == Standing::Unexpected;
        for incident in self.incidents.iter().filter(stray) {
            let at = scale.within(float(incident.at()));
            drawing.dot((at, bottom + 9.0), 4.0, "stray");
        }
    }
}

impl Label {
    fn half(&self) -> f64 {
        text_width(&self.name).max(text_width(&self.words)) / 2.0
    }

    fn span(&self) -> (f64, f64) {
        (self.at - self.half(), self.at + self.half())
    }
}

/// What stands below the name of an expected incident.
fn words(incident: &Incident) -> String {
    match (incident.standing, incident.delay()) {
        (Standing::Raised, Some(delay)) => format::delay(delay),
        (Standing::ToCome, _) => format!("due {}", format::countdown(incident.at())),
        _ => incident.verdict(),
    }
}

/// The smallest step that leads to a whole number in at most five.
fn counting_step(most: usize) -> usize {
    (1..=most).find(|step| most.is_multiple_of(*step) && most / step <= 5).unwrap_or(1)
}

/// The first row, from 0, in which each span keeps its distance from those before it.
fn lanes(spans: &[(f64, f64)], gap: f64) -> Vec<usize> {
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    let place = |&(from, to): &(f64, f64)| {
        let free = |lane: &Vec<(f64, f64)>| {
            lane.iter().all(|other| other.1 + gap <= from || to + gap <= other.0)
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

fn diamond(x: f64, y: f64) -> String {
    let corners = [(x, y - 6.0), (x + 6.0, y), (x, y + 6.0), (x - 6.0, y), (x, y - 6.0)];
    path::line(&corners, Curve::Straight)
}

fn cross(x: f64, y: f64) -> String {
    let falling = path::line(&[(x - 4.5, y - 4.5), (x + 4.5, y + 4.5)], Curve::Straight);
    falling + &path::line(&[(x - 4.5, y + 4.5), (x + 4.5, y - 4.5)], Curve::Straight)
}

/// Milliseconds, or a handful of rows, on a screen.
#[expect(clippy::cast_precision_loss, reason = "milliseconds on a screen")]
fn float(number: impl TryInto<i64>) -> f64 {
    number.try_into().unwrap_or(i64::MAX) as f64
}

/// The timeline of a run; the table of its incidents says the same in words.
#[component]
pub fn TimelineChart(
    /// The run.
    #[prop(into)]
    run: Signal<Run>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let measured = measure(node);
    let timeline = Memo::new(move |_| run.with(Timeline::of));
    let drawing = Memo::new(move |_| {
        let width = measured.get().unwrap_or(WIDE);
        timeline.with(|timeline| timeline.draw(width))
    });
    let name =
        move || run.with(|run| format!("Timeline: {} raised. The table has each.", score(run)));
    view! {
        <div class="run-timeline drill" class:unmeasured=move || measured.get().is_none()>
            <div class="canvas" node_ref=node role="img" aria-label=name>
                <Canvas drawing/>
            </div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charts::drawing::Shape, fixture::runs};

    fn rules(drawing: &Drawing, wanted: &str) -> Vec<String> {
        let data = drawing.shapes.iter().filter_map(|shape| match shape {
            Shape::Path { data, class } if class == wanted => Some(data.clone()),
            _ => None,
        });
        data.collect()
    }

    fn texts(drawing: &Drawing) -> Vec<String> {
        let words = drawing.shapes.iter().filter_map(|shape| match shape {
            Shape::Text { words, .. } => Some(words.clone()),
            _ => None,
        });
        words.collect()
    }

    #[test]
    fn places_are_to_scale() {
        // 150 s on 1500 pixels between the margins of 30 and 16: ten a second.
        let drawing = Timeline::of(&runs::market()).draw(1_546.0);
        assert_eq!(rules(&drawing, "due")[0], "M210.5 18L210.5 170");
        assert_eq!(rules(&drawing, "now"), ["M870.5 0L870.5 206"]);
        let raised = rules(&drawing, "sign critical");
        assert_eq!(raised.len(), 4);
        assert!(raised[0].starts_with("M231 153"), "18 s and 2.1 s: {raised:?}");
        assert_eq!(rules(&drawing, "sign to-come").len(), 2);
        let steps = rules(&drawing, "series plain");
        assert_eq!(steps, ["M30 150H231V128H364V106H512V84H719V62H870V62"]);
    }

    #[test]
    fn says_what_the_data_holds() {
        let texts = texts(&Timeline::of(&runs::market()).draw(940.0));
        for part in ["Rates", "+2.1 s", "due 01:42", "now, 01:24", "02:30", "6"] {
            assert!(texts.iter().any(|text| text == part), "{part} in {texts:?}");
        }
    }

    #[test]
    fn an_ended_run_shows_what_was_missed_and_what_nobody_expected() {
        let drawing = Timeline::of(&runs::budget()).draw(940.0);
        assert_eq!(rules(&drawing, "sign lost").len(), 1);
        assert_eq!(rules(&drawing, "now"), Vec::<String>::new());
        assert!(drawing.shapes.iter().any(|shape| matches!(shape, Shape::Dot { .. })));
        assert!(texts(&drawing).contains(&"missed".to_owned()));
    }

    #[test]
    fn names_that_touch_take_further_rows() {
        let check = |spans: &[(f64, f64)], expected: &[usize]| {
            assert_eq!(lanes(spans, 10.0), expected, "{spans:?}");
        };
        check(&[], &[]);
        check(&[(0.0, 40.0), (50.0, 90.0)], &[0, 0]);
        check(&[(0.0, 40.0), (49.0, 90.0)], &[0, 1]);
        check(&[(0.0, 90.0), (20.0, 110.0), (40.0, 60.0), (120.0, 150.0)], &[0, 1, 2, 0]);
    }

    #[test]
    fn a_count_has_few_lines_and_its_end() {
        let check = |most, step| assert_eq!(counting_step(most), step, "{most}");
        check(1, 1);
        check(5, 1);
        check(6, 2);
        check(7, 7);
        check(12, 3);
    }

    #[test]
    fn every_width_and_an_empty_run_can_be_drawn() {
        let mut run = runs::market();
        for width in [0.0, 40.0, 358.0, 3_000.0] {
            assert!(Timeline::of(&run).draw(width).height > 0.0);
        }
        run.expected.clear();
        run.raised.clear();
        run.length_ms = 0;
        assert!(texts(&Timeline::of(&run).draw(900.0)).contains(&"now, 01:24".to_owned()));
    }
}
