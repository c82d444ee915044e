//! The trend of a strip: sixty minutes on the clock that all strips share, drawn without a
//! measured width: places are shares of the cell, so the server draws what the browser shows.

use leptos::prelude::*;
use markup::view;
use model::{
    Alert, Provenance, Severity, Snapshot, Timestamp, Topic, order,
    trend::{Point, SPAN},
};

use super::domain::usual;
use crate::{components::mark::Shape, erased::Derived, format, node::Node, state::Live};

/// Two points further apart than this have a gap between them.
const WIDEST: i64 = 3 * Timestamp::MINUTE;

/// The drawing advances by this much.
const ADVANCE: i64 = 5 * Timestamp::SECOND;

/// Units of the drawing: the hour is so wide, the plot so high.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

/// Share of the cell above the plot, and of the plot itself.
const TOP: f64 = 22.0;
const PLOT: f64 = 58.0;

/// The line that a trend is held against.
#[derive(Debug, Clone, PartialEq)]
struct Reference {
    value: f64,
    label: String,
    class: &'static str,
}

impl Reference {
    fn new(value: f64, label: impl Into<String>, class: &'static str) -> Option<Self> {
        Some(Self { value, label: label.into(), class })
    }

    /// The built-in threshold that is next for a topic, or what is usual there.
    fn of(topic: Topic, points: &[Point], usual: Option<f64>) -> Option<Self> {
        let last = points.last()?.value;
        match topic {
            Topic::Budget if last >= 0.85 => Self::new(0.90, "90 %", "crit"),
            Topic::Budget => Self::new(0.75, "75 %", "warn"),
            Topic::Projects if last < 0.92 => Self::new(0.90, "0.90", "crit"),
            Topic::Projects => Self::new(0.95, "0.95", "warn"),
            Topic::Transactions => Self::new(usual?, "usual", "usual"),
            Topic::System if last >= 700.0 => Self::new(1_000.0, "1,000 ms", "crit"),
            Topic::System => Self::new(250.0, "250 ms", "warn"),
            Topic::Etl => Self::new(30.0, "30 min", "warn"),
            Topic::Compliance | Topic::Risk => None,
        }
    }
}

/// A mark on its stem, in percent of the cell.
#[derive(Debug, Clone, PartialEq)]
struct Flag {
    x: f64,
    foot: f64,
    shape: Shape,
    title: String,
}

/// A trend, ready to draw. `x` and `y` are percent of the cell; paths have their own box.
#[derive(Debug, Clone, PartialEq, Default)]
struct Drawing {
    line: String,
    area: String,
    gaps: Vec<(f64, f64)>,
    reference: Option<(f64, String, &'static str)>,
    flags: Vec<Flag>,
    end: Option<(f64, f64)>,
    summary: String,
}

/// Where values lie between the edges of the plot.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Takes in every point and the reference; counts and areas begin at zero.
    fn of(points: &[Point], reference: Option<f64>, from_zero: bool) -> Self {
        let values = points.iter().map(|point| point.value).chain(reference);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let least = if from_zero { 4.0 } else { high.abs() * 0.04 + f64::MIN_POSITIVE };
        let room = (high - low).max(least);
        if from_zero {
            Self { low: 0.0, high: (high * 1.25).max(least) }
        } else {
            Self { low: low - room * 0.35, high: high + room * 0.08 }
        }
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT * (1.0 - (value - self.low) / (self.high - self.low))
    }
}

/// Place in the hour before `end`, in units of the drawing.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing")]
fn x(at: Timestamp, end: Timestamp) -> f64 {
    WIDTH * (1.0 - end.since(at) as f64 / SPAN as f64)
}

/// A height of the plot as percent of the cell.
fn percent(y: f64) -> f64 {
    TOP + y * PLOT / HEIGHT
}

impl Drawing {
    fn of(snapshot: &Snapshot, topic: Topic, end: Timestamp) -> Drawing {
        let trend = snapshot.trends.get(&topic);
        let from = end.plus(-SPAN);
        let points: Vec<Point> = trend
            .map(|trend| trend.points())
            .unwrap_or_default()
            .iter()
            .filter(|point| point.at >= from && point.at <= end)
            .copied()
            .collect();
        let Some(last) = points.last().copied() else {
            return Drawing { summary: "No trend yet".to_owned(), ..Drawing::default() };
        };
        let stepped = matches!(topic, Topic::Compliance);
        let filled = matches!(topic, Topic::Compliance | Topic::Etl);
        let reference = Reference::of(topic, &points, usual(trend));
        let scale = Scale::of(&points, reference.as_ref().map(|line| line.value), filled);
        let runs: Vec<&[Point]> = points.chunk_by(|a, b| b.at.since(a.at) <= WIDEST).collect();
        let held = end.since(last.at) <= WIDEST;
        let mut drawing = Drawing { summary: summary(topic, &points), ..Drawing::default() };
        for (index, run) in runs.iter().enumerate() {
            let until = (index + 1 == runs.len() && held).then_some(end);
            drawing.trace(run, until, end, &scale, stepped, filled);
        }
        drawing.gaps = gaps(&runs, end, held);
        let last_x = if held { WIDTH } else { x(last.at, end) };
        drawing.end = Some((last_x / 10.0, percent(scale.y(last.value))));
        drawing.reference =
            reference.map(|line| (percent(scale.y(line.value)), line.label, line.class));
        drawing.flags = flags(snapshot, topic, &points, end, &scale);
        drawing
    }

    /// Adds one run of points; the last one is held until `until`.
    fn trace(
        &mut self,
        run: &[Point],
        until: Option<Timestamp>,
        end: Timestamp,
        scale: &Scale,
        stepped: bool,
        filled: bool,
    ) {
        let mut data = String::new();
        for (index, point) in run.iter().enumerate() {
            let (x, y) = (x(point.at, end), scale.y(point.value));
            if index == 0 {
                put(&mut data, "M", &[x, y]);
            } else if stepped {
                put(&mut data, "H", &[x]);
                put(&mut data, "V", &[y]);
            } else {
                put(&mut data, "L", &[x, y]);
            }
        }
        let first = run.first().map_or(0.0, |point| x(point.at, end));
        let last = until.or(run.last().map(|point| point.at)).map_or(0.0, |at| x(at, end));
        put(&mut data, "H", &[last]);
        if filled {
            self.area.push_str(&data);
            put(&mut self.area, "V", &[HEIGHT]);
            put(&mut self.area, "H", &[first]);
            self.area.push('Z');
        }
        self.line.push_str(&data);
    }
}

/// Appends a command and its numbers.
fn put(data: &mut String, command: &str, numbers: &[f64]) {
    data.push_str(command);
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            data.push(' ');
        }
        data.push_str(&format::plain(*number, 1));
    }
}

/// A place or a length in percent.
fn share(percent: f64) -> String {
    format!("{}%", format::plain(percent, 2))
}

/// Left edge and width of what is missing, in percent.
fn gaps(runs: &[&[Point]], end: Timestamp, held: bool) -> Vec<(f64, f64)> {
    let edges = runs.windows(2).filter_map(|pair| Some((pair[0].last()?.at, pair[1].first()?.at)));
    let tail = runs.last().and_then(|run| run.last()).filter(|_| !held).map(|last| (last.at, end));
    edges
        .chain(tail)
        .map(|(from, to)| {
            let left = x(from, end) / 10.0;
            (left, x(to, end) / 10.0 - left)
        })
        .collect()
}

/// The worst alerts that fired within the hour, at most three.
fn flags(
    snapshot: &Snapshot,
    topic: Topic,
    points: &[Point],
    end: Timestamp,
    scale: &Scale,
) -> Vec<Flag> {
    let from = end.plus(-SPAN);
    let mut open: Vec<&Alert> = snapshot
        .alerts
        .values()
        .filter(|alert| alert.topic == topic && alert.state.is_open())
        .filter(|alert| alert.severity >= Severity::Warning)
        .filter(|alert| alert.fired_at > from && alert.fired_at <= end)
        .collect();
    order::sort(&mut open, |a, b| Alert::by_urgency(a, b));
    let place = |alert: &&Alert| {
        let before = points.iter().rev().find(|point| point.at <= alert.fired_at);
        let y = before.or(points.first()).map_or(HEIGHT, |point| scale.y(point.value));
        Flag {
            x: x(alert.fired_at, end) / 10.0,
            foot: percent(y),
            shape: Shape::of(alert.severity),
            title: format!("{}, {}", alert.title, format::clock(alert.fired_at)),
        }
    };
    let mut flags: Vec<Flag> = Vec::new();
    for flag in open.iter().map(place) {
        if flags.len() < 3 && flags.iter().all(|other| (other.x - flag.x).abs() > 4.0) {
            flags.push(flag);
        }
    }
    flags
}

/// The trend in words.
fn summary(topic: Topic, points: &[Point]) -> String {
    let figure = Snapshot::headline_figure(topic);
    let write = |value: f64| format::value(figure, value);
    let values = || points.iter().map(|point| point.value);
    let (low, high) = (values().reduce(f64::min), values().reduce(f64::max));
    match (points.first(), points.last(), low.zip(high)) {
        (Some(first), Some(last), Some((low, high))) => format!(
            "{} from {} at {} to {} at {}, lowest {}, highest {}",
            figure.title(),
            write(first.value),
            format::clock(first.at),
            write(last.value),
            format::clock(last.at),
            write(low),
            write(high),
        ),
        _ => String::new(),
    }
}

/// The end of the shared hour.
pub fn end(now: Timestamp) -> Timestamp {
    now.floor(ADVANCE)
}

/// The trend of a topic's headline.
#[component]
pub fn TrendCell(
    /// The topic.
    topic: Topic,
) -> Node {
    let live = Live::expect();
    let end = Derived::new(move || end(live.now()));
    let drawing = Derived::new(move || {
        let end = end.get();
        live.alerts(|_| ());
        live.topic(topic, |snapshot| Drawing::of(snapshot, topic, end))
    });
    let simulated = move || live.book_of(topic).provenance() != Provenance::Real;
    view! {
        <div class="trend">
            <svg role="img" aria-label=move || drawing.with(|drawing| drawing.summary.clone())>
                {move || drawing.with(gap_views).into_any()}
                {move || drawing.with(reference_view).into_any()}
                <svg
                    x="0"
                    y="22%"
                    width="100%"
                    height="58%"
                    viewBox="0 0 1000 100"
                    preserveAspectRatio="none"
                    overflow="visible"
                >
                    <path class="area" d=move || drawing.with(|drawing| drawing.area.clone())></path>
                    <path
                        class="line"
                        vector-effect="non-scaling-stroke"
                        d=move || drawing.with(|drawing| drawing.line.clone())
                    ></path>
                </svg>
                {move || drawing.with(flag_views).into_any()}
                {move || drawing.with(|drawing| end_view(drawing, simulated())).into_any()}
            </svg>
        </div>
    }
    .into_any()
}

fn gap_views(drawing: &Drawing) -> Node {
    let view = |&(left, width): &(f64, f64)| {
        view! {
            <rect
                x=share(left)
                y="22%"
                width=share(width)
                height="58%"
                fill="url(#hatch)"
            ></rect>
        }
    };
    Node::group(drawing.gaps.iter().map(view).collect::<Vec<_>>())
}

fn reference_view(drawing: &Drawing) -> Node {
    Node::from(drawing.reference.clone().map(|(y, label, class)| {
        let y = share(y);
        view! {
            <g class=format!("reference {class}")>
                <line x1="0" x2="100%" y1=y.clone() y2=y.clone()></line>
                <text x="0" y=y dy="-3">{label}</text>
            </g>
        }
    }))
}

fn flag_views(drawing: &Drawing) -> Node {
    let view = |flag: &Flag| {
        let x = share(flag.x);
        view! {
            <g class=flag.shape.class()>
                <title>{flag.title.clone()}</title>
                <line class="stem" x1=x.clone() x2=x.clone() y1="14%" y2=share(flag.foot)></line>
                <svg x=x y="11%" overflow="visible">
                    <g transform="translate(-6 -6)">
                        <path class="fill" d=flag.shape.filled()></path>
                        <path class="draw" d=flag.shape.drawn()></path>
                    </g>
                </svg>
            </g>
        }
    };
    Node::group(drawing.flags.iter().map(view).collect::<Vec<_>>())
}

fn end_view(drawing: &Drawing, open: bool) -> Node {
    let class = if open { "end open" } else { "end" };
    Node::from(drawing.end.map(|(x, y)| {
        let (x, y) = (share(x), share(y));
        view! {
            <circle class="halo" cx=x.clone() cy=y.clone() r="5.5"></circle>
            <circle class=class cx=x cy=y r="3.5"></circle>
        }
    }))
}

#[cfg(test)]
mod tests {
    use model::trend::{STEP, Trend};

    use super::*;

    fn snapshot(values: impl IntoIterator<Item = (i64, f64)>) -> (Snapshot, Timestamp) {
        let start = Timestamp::from_millis(1_800_000_000_000).floor(SPAN);
        let mut trend = Trend::default();
        for (step, value) in values {
            trend.put(start.plus(step * STEP), value);
        }
        let mut snapshot = Snapshot::default();
        snapshot.trends.insert(Topic::Budget, trend);
        (snapshot, start.plus(SPAN))
    }

    #[test]
    fn a_gap_is_never_bridged() {
        let hour = (0..=120).filter(|step| !(40..60).contains(step)).map(|step| (step, 0.7));
        let (snapshot, end) = snapshot(hour);
        let drawing = Drawing::of(&snapshot, Topic::Budget, end);
        assert_eq!(drawing.line.matches('M').count(), 2);
        assert_eq!(drawing.gaps.len(), 1);
        let (left, width) = drawing.gaps[0];
        assert!((left - 32.5).abs() < 0.01 && (width - 17.5).abs() < 0.01, "{left} {width}");
        assert_eq!(drawing.end.map(|(x, _)| x), Some(100.0));
    }

    #[test]
    fn a_trend_that_stopped_ends_where_it_stopped() {
        let (snapshot, end) = snapshot((0..60).map(|step| (step, 0.7)));
        let drawing = Drawing::of(&snapshot, Topic::Budget, end);
        assert!(drawing.end.is_some_and(|(x, _)| x < 50.0));
        assert_eq!(drawing.gaps.len(), 1);
    }

    #[test]
    fn every_place_lies_within_the_plot() {
        let values =
            (0..=120).map(|step| (step, 0.2 + f64::from(i32::try_from(step).unwrap()) / 100.0));
        let (snapshot, end) = snapshot(values);
        let drawing = Drawing::of(&snapshot, Topic::Budget, end);
        let (y, label, _) = drawing.reference.clone().unwrap();
        assert_eq!(label, "90 %");
        assert!((TOP..=TOP + PLOT).contains(&y));
        assert!(drawing.end.is_some_and(|(_, y)| (TOP..=TOP + PLOT).contains(&y)));
    }

    #[test]
    fn without_points_it_says_so() {
        let drawing = Drawing::of(&Snapshot::default(), Topic::Risk, Timestamp::default());
        assert_eq!(drawing.summary, "No trend yet");
        assert!(drawing.line.is_empty() && drawing.end.is_none());
    }
}
