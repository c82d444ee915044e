//! The figure that an alert watches over the last hour, with the threshold and the alert on it.
//! The series is asked for once an alert opens, then kept up from the row of its entity.

use leptos::{prelude::*, task::spawn_local};
use markup::view;
use model::{
    Alert, AlertId, Figure, Snapshot, Timestamp, Topic,
    trend::{Point, SPAN, STEP, Trend},
};

use super::{
    Shown,
    inputs::computed,
    part,
    why::{bad, said_limit},
};
use crate::{
    charts::{
        frame::{Chart, ChartFrame, Panel},
        line::{Alarm, LineChart, Series, Threshold},
        path::Curve,
        tone::Tone,
    },
    components::mark::Shape,
    erased::Derived,
    feed::{Host, Listing, escape},
    node::{Node, Show},
    pages::domain,
    state::Live,
};

/// Height of the drawing, in pixels.
const HEIGHT: f64 = 220.0;

/// Width of the drawing until it is measured: that of the middle column at 1440.
const FIRST: f64 = 690.0;

/// Whether the server keeps a series of the watched figure. Items, accounts and risk events have
/// none: they report a few times in their life.
pub fn has_series(alert: &Alert) -> bool {
    let sparse = [Topic::Compliance, Topic::Transactions, Topic::Risk];
    !alert.entity.is_empty() && !sparse.contains(&alert.topic)
}

/// The watched figure now: when it was so, and its value.
fn observed(snapshot: &Snapshot, alert: &Alert) -> Option<Point> {
    let (at, figures) = computed(snapshot, alert, snapshot.now)?;
    let computed = figures.into_iter().find(|computed| computed.figure == alert.figure)?;
    let at = if moves(alert.figure) { snapshot.now.max(at) } else { at };
    Some(Point { at, value: computed.value })
}

/// Whether a figure moves with the clock, without any event.
fn moves(figure: Figure) -> bool {
    matches!(figure, Figure::FreshnessMinutes | Figure::StatusAge | Figure::DaysToFinish)
}

/// The chart of an alert; none where there is nothing to draw.
pub fn panel(snapshot: &Snapshot, alert: &Alert, trend: &Trend, now: Timestamp) -> Option<Panel> {
    if !has_series(alert) {
        return None;
    }
    let mut trend = trend.clone();
    observed(snapshot, alert).into_iter().for_each(|Point { at, value }| trend.put(at, value));
    let points = domain::points(&trend);
    points.last()?;
    let mut chart =
        domain::line(alert.topic, vec![series(alert, points)], now, alert.figure.unit());
    chart.height = HEIGHT;
    chart.curve = curve(alert);
    chart.widest = chart.widest.max(widest(snapshot, alert.topic));
    chart.thresholds = vec![threshold(alert)];
    chart.alarms = alarm(alert, now).into_iter().collect();
    Some(framed(alert, chart))
}

fn series(alert: &Alert, points: Vec<Point>) -> Series {
    Series { name: alert.figure.title().to_owned(), tone: Tone::Plain, strong: false, points }
}

fn framed(alert: &Alert, chart: LineChart) -> Panel {
    Panel {
        title: alert.figure.title(),
        note: format!("{}, last hour", alert.entity_name),
        remark: alert.figure.formula().trim_end_matches('.').to_owned(),
        chart: Ok(Chart::Line(chart)),
    }
}

/// Reports of a ledger hold until the next one; what is measured moves in between.
fn curve(alert: &Alert) -> Curve {
    match alert.topic {
        Topic::Budget | Topic::Projects => Curve::Step,
        _ => Curve::Straight,
    }
}

/// Entities of a topic take turns: a line is joined while no more than two reports are missing.
fn widest(snapshot: &Snapshot, topic: Topic) -> i64 {
    let entities = match topic {
        Topic::Budget => snapshot.budget.len(),
        Topic::Projects => snapshot.projects.len(),
        Topic::System => snapshot.system.len(),
        Topic::Etl => snapshot.etl.len(),
        Topic::Compliance | Topic::Transactions | Topic::Risk => 1,
    };
    let turns = i64::try_from(entities).unwrap_or(1);
    3 * i64::from(topic.interval_seconds()) * Timestamp::SECOND * turns
}

fn threshold(alert: &Alert) -> Threshold {
    let limit = said_limit(alert.figure, alert.threshold);
    Threshold {
        value: alert.threshold,
        severity: alert.severity,
        bad: bad(alert),
        words: format!("{} {limit}", Shape::of(alert.severity).word()),
    }
}

fn alarm(alert: &Alert, now: Timestamp) -> Option<Alarm> {
    let Alert { fired_at: at, severity, threshold: value, .. } = *alert;
    (now.since(at) <= SPAN).then_some(Alarm { at, severity, value })
}

/// What a series is of.
#[derive(Debug, Clone, PartialEq)]
struct Watched {
    alert: AlertId,
    figure: Figure,
    entity: String,
    book: String,
}

impl Watched {
    fn of(alert: &Alert) -> Option<Watched> {
        has_series(alert).then(|| Watched {
            alert: alert.id.clone(),
            figure: alert.figure,
            entity: alert.entity.clone(),
            book: alert.book.to_string(),
        })
    }

    fn path(&self, now: Timestamp) -> String {
        format!(
            "/api/v1/series?topic={}&figure={}&entity={}&book={}&from={}&step={}",
            self.figure.topic(),
            self.figure.name(),
            escape(&self.entity),
            escape(&self.book),
            escape(&now.plus(-SPAN).to_string()),
            STEP / Timestamp::SECOND,
        )
    }
}

/// Keeps the series of the alert that is opened. Empty on the server and until the first answer,
/// so that server and browser draw the same page; another alert starts it anew.
fn follow(live: Live, alert: Shown) -> RwSignal<Trend> {
    let trend = RwSignal::new(Trend::default());
    let watched = Derived::new(move || alert.with(|alert| alert.as_ref().and_then(Watched::of)));
    let host = Host::expect();
    Effect::new(move |_| {
        trend.set(Trend::default());
        let Some(asked) = watched.get() else { return };
        let answer = host.get::<Listing<Point>>(asked.path(live.peek(|snapshot| snapshot.now)));
        spawn_local(async move {
            // A page without the answer still draws the newest value, so a failure is no fault.
            let Ok(series) = answer.await else { return };
            if watched.try_get_untracked().flatten().as_ref() == Some(&asked) {
                trend.try_update(|trend| {
                    series.items.iter().for_each(|point| trend.put(point.at, point.value));
                });
            }
        });
    });
    Effect::new(move |_| {
        watched.track();
        let point = alert.with_untracked(|alert| {
            let alert = alert.as_ref().filter(|alert| has_series(alert))?;
            live.topic(alert.topic, |snapshot| observed(snapshot, alert))
        });
        if let Some(Point { at, value }) = point {
            trend.update(|trend| trend.put(at, value));
        }
    });
    trend
}

/// The chart of the alert that is opened, where there is one.
#[component]
pub fn Watch(
    /// The alert that is opened.
    alert: Shown,
) -> Node {
    let live = Live::expect();
    let trend = follow(live, alert);
    let now = Derived::new(move || live.now().floor(5 * Timestamp::SECOND));
    let drawn = Derived::new(move || {
        let now = now.get();
        alert.with(|alert| {
            let alert = alert.as_ref()?;
            trend.with(|trend| {
                live.topic(alert.topic, |snapshot| panel(snapshot, alert, trend, now))
            })
        })
    });
    let has = part(alert, |_| true);
    let shown = Derived::new(move || has.get() && drawn.with(Option::is_some));
    let panel = Derived::after(move |before: Option<&Panel>| {
        drawn.get().or_else(|| before.cloned()).unwrap_or_else(|| Panel {
            title: "",
            note: String::new(),
            remark: String::new(),
            chart: Err(String::new()),
        })
    });
    view! {
        <Show when=move || shown.get()>
            <div class="watch">
                <ChartFrame panel as_table=false first_width=FIRST inner=true/>
            </div>
        </Show>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charts::drawing::Shape, fixture};

    /// The panel of an alert of the fixture, with so many minutes of history.
    fn drawn(id: &str, minutes: i64) -> Option<Panel> {
        let snapshot = fixture::initial().hello.snapshot;
        let alert = snapshot.alerts.values().find(|alert| alert.id.as_str() == id).unwrap();
        let mut trend = Trend::default();
        for minute in 1..=minutes {
            trend.put(fixture::now().plus(-minute * Timestamp::MINUTE), 0.88);
        }
        panel(&snapshot, alert, &trend, fixture::now())
    }

    #[test]
    fn threshold_alert_and_line_are_drawn() {
        let Some(Panel { chart: Ok(chart), .. }) = drawn("a0", 30) else {
            panic!("the row of the department is known")
        };
        let drawing = chart.draw(FIRST);
        let has = |wanted: &str| {
            drawing.shapes.iter().any(|shape| match shape {
                Shape::Path { class, .. }
                | Shape::Rect { class, .. }
                | Shape::Dot { class, .. }
                | Shape::Text { class, .. } => class.starts_with(wanted),
            })
        };
        for class in ["series", "limit critical", "band critical", "stem critical", "sign critical"]
        {
            assert!(has(class), "{class}");
        }
    }

    #[test]
    fn nothing_hollow_is_drawn() {
        assert!(drawn("a0", 0).is_some(), "the newest value is known");
        assert_eq!(drawn("a1", 0), None, "items have no series");
        assert_eq!(drawn("a8", 0), None, "no row and no history");
    }
}
