//! A run on its own clock, to scale: when the cause of each incident is due, when it was raised,
//! how many were raised by then, and where the run stands now.

mod label;

use leptos::{html, prelude::*};
use markup::view;
use model::{
    Timestamp,
    scenario::{Run, RunState},
};

use self::label::{Label, labels};
use super::incident::{Incident, Standing, incidents, score};
use crate::{
    charts::{
        axis::Plot,
        drawing::{Anchor, Canvas, Drawing, text_width},
        frame::{WIDE, measure},
        path::{self, Curve},
        scale::{Linear, time_ticks},
    },
    erased::Derived,
    format,
    node::Node,
};

/// Height of the part that counts, and where it begins.
const COUNTS: (f64, f64) = (18.0, 150.0);

/// Where marks stand, and where names begin below them.
const MARKS: f64 = COUNTS.1 + 9.0;
const NAMES: f64 = COUNTS.1 + 22.0;

/// Height of a row of names.
const LANE: f64 = 34.0;

/// What is drawn of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    length: i64,
    elapsed: i64,
    state: RunState,
    incidents: Vec<Incident>,
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
        let labels = labels(self.due(), &scale, width);
        let rows = labels.iter().map(|label| label.lane + 1).max().unwrap_or(1);
        let foot = NAMES + float(rows) * LANE;
        let mut drawing = Drawing::new(width, foot + 20.0);
        self.counts(&mut drawing, plot, &scale);
        self.clock(&mut drawing, plot, &scale, foot);
        self.present(&mut drawing, &scale, foot, width);
        // Names stand over the lines of their neighbours.
        for (incident, label) in self.due().zip(&labels) {
            cause(&mut drawing, &scale, incident, names(label));
        }
        for (incident, label) in self.due().zip(&labels) {
            mark(&mut drawing, &scale, incident);
            name(&mut drawing, incident, label);
        }
        self.unexpected(&mut drawing, &scale);
        drawing
    }

    fn due(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.iter().filter(|incident| incident.due.is_some())
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
        let mut moments = time_ticks(start, end, most);
        let at = |moment: Timestamp| scale.at(float(moment.millis()));
        if moments.last().is_none_or(|last| at(end) - at(*last) > 40.0) {
            moments.push(end);
        }
        for tick in moments {
            let x = at(tick);
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

    /// What was raised though nobody expected it: open circles.
    fn unexpected(&self, drawing: &mut Drawing, scale: &Linear) {
        let stray = |incident: &&Incident| incident.standing == Standing::Unexpected;
        for incident in self.incidents.iter().filter(stray) {
            let at = scale.within(float(incident.at()));
            drawing.dot((at, MARKS), 4.0, "stray");
        }
    }
}

/// The moment at which an incident is due, down to its name.
fn cause(drawing: &mut Drawing, scale: &Linear, incident: &Incident, names: f64) {
    let due = due(scale, incident);
    let class = if is_open(incident) { "due open" } else { "due" };
    drawing.rule((due, COUNTS.0), (due, names - 2.0), class);
}

/// Its mark where it was raised; open at its due time before that.
fn mark(drawing: &mut Drawing, scale: &Linear, incident: &Incident) {
    match (incident.standing, incident.raised) {
        (_, Some(at)) => drawing.mark((scale.within(float(at)), MARKS), incident.severity),
        (Standing::Missed, None) => drawing.path(cross(due(scale, incident), MARKS), "sign lost"),
        _ => drawing.path(diamond(due(scale, incident), MARKS), "sign to-come"),
    }
}

/// Its name, and its delay below.
fn name(drawing: &mut Drawing, incident: &Incident, label: &Label) {
    let (name, words) = match incident.standing {
        Standing::ToCome | Standing::Awaited => ("label halo", "label halo"),
        Standing::Missed => ("ink-2 halo", "critical halo"),
        Standing::Raised | Standing::Unexpected => ("ink-2 halo", "ink halo"),
    };
    let top = names(label);
    drawing.text((label.at, top + 12.0), Anchor::Middle, label.name.clone(), name);
    drawing.text((label.at, top + 26.0), Anchor::Middle, label.words.clone(), words);
}

/// Upper edge of the names of a label.
fn names(label: &Label) -> f64 {
    NAMES + float(label.lane) * LANE
}

/// Where an incident is due, on the middle of a pixel.
fn due(scale: &Linear, incident: &Incident) -> f64 {
    scale.within(float(incident.at())).floor() + 0.5
}

fn is_open(incident: &Incident) -> bool {
    matches!(incident.standing, Standing::ToCome | Standing::Awaited)
}

/// The smallest step that leads to a whole number in at most five.
fn counting_step(most: usize) -> usize {
    (1..=most).find(|step| most.is_multiple_of(*step) && most / step <= 5).unwrap_or(1)
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
    run: Derived<Run>,
) -> Node {
    let node = NodeRef::<html::Div>::new();
    let measured = measure(node);
    let timeline = Derived::new(move || run.with(Timeline::of));
    let drawing = Derived::new(move || {
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
