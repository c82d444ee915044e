//! Pipelines: how fresh the bank's data is, job by job, and why it is not.

use leptos::prelude::*;
use markup::view;
use model::{
    Figure, Severity, Snapshot, Timestamp, Topic,
    event::etl::RunEventType,
    figure::Unit,
    order,
    view::etl::{FRESH_FOR, Row, Summary, summary},
};

use super::domain::{
    Content, Domain, DomainPage, History, KeyFigure, Observation, Watched, alarms, attention, line,
    lines, quiet,
};
use crate::{
    charts::{
        frame::{Chart, Panel},
        line::{Bad, LineChart, Projection, Threshold},
        strip::Runs,
    },
    components::{
        figure::Number,
        grid::{Cell, Column, Entry, Grid, Order},
    },
    format,
    node::Node,
};

/// Share of rejected rows from which the built-in rules warn.
const REJECTS: f64 = 0.05;

/// Milliseconds ahead within which a job that turns stale is drawn.
const AHEAD: i64 = 15 * Timestamp::MINUTE;

/// Pipelines: how fresh the bank's data is, job by job, and why it is not.
#[component]
pub fn Pipelines() -> Node {
    let watched = Watched { figure: Figure::FreshnessMinutes, observe };
    let domain = Domain { topic: Topic::Etl, content, watched: Some(watched), steady: false };
    view! { <DomainPage domain/> }
}

/// Freshness grows with the clock, so the value is that of now.
fn observe(snapshot: &Snapshot, now: Timestamp) -> Vec<Observation> {
    let of = |row: &Row| {
        Some(Observation {
            entity: row.etl.job.name.to_string(),
            name: row.etl.job.name.to_string(),
            at: now,
            value: minutes(row.freshness(now)?),
        })
    };
    snapshot.etl.values().filter_map(of).collect()
}

#[expect(clippy::cast_precision_loss, reason = "minutes on a screen")]
fn minutes(millis: i64) -> f64 {
    millis as f64 / Timestamp::MINUTE as f64
}

fn content(snapshot: &Snapshot, now: Timestamp, history: &History) -> Content {
    let summary = summary(snapshot.etl.values(), now);
    Content {
        detail: format!("{} of {} fresh", summary.fresh, summary.jobs),
        figures: figures(&summary),
        main: vec![freshness(snapshot, now, history)],
        side: vec![runs(snapshot)],
        grid: grid(snapshot, now),
        empty: "No job has run yet. The first run opens this page.".to_owned(),
    }
}

fn figures(summary: &Summary) -> Vec<KeyFigure> {
    let known = summary.jobs > 0;
    let fresh = if known {
        Number::new(format::count(summary.fresh), format!("of {}", summary.jobs))
    } else {
        Number::missing()
    };
    let failed =
        if known { Number::new(format::count(summary.failed), "") } else { Number::missing() };
    let oldest = summary.oldest.as_ref();
    vec![
        KeyFigure::new("Fresh", fresh, format!("younger than {}", format::age(FRESH_FOR)))
            .marked((summary.fresh < summary.jobs).then_some(Severity::Warning)),
        KeyFigure::new(
            "Oldest data",
            oldest.map_or_else(Number::missing, |(_, age)| Number::new(format::span(*age), "")),
            oldest.map_or_else(String::new, |(job, _)| job.clone()),
        ),
        KeyFigure::new(
            "Success",
            summary.success_rate.map_or_else(Number::missing, |rate| {
                Number::new(format::percent_number(rate), "%")
            }),
            "runs completed / ended, 24 h",
        ),
        KeyFigure::new("Failed", failed, "given up after the last attempt")
            .marked((summary.failed > 0).then_some(Severity::Critical)),
    ]
}

fn freshness(snapshot: &Snapshot, now: Timestamp, history: &History) -> Panel {
    let series = lines(&observe(snapshot, now), history, |minutes| minutes);
    let chart = (!series.is_empty()).then(|| {
        let mut chart = line(Topic::Etl, series, now, Unit::Minutes);
        chart.zero = true;
        chart.height = 320.0;
        chart.thresholds = vec![Threshold {
            value: minutes(FRESH_FOR),
            severity: Severity::Warning,
            bad: Bad::Above,
            words: format!("Fresh for {}", format::age(FRESH_FOR)),
        }];
        chart.alarms = alarms(snapshot, Figure::FreshnessMinutes, now);
        project(&mut chart, now);
        Chart::Line(chart)
    });
    Panel {
        title: "Age of the data by job",
        note: "min since the watermark, the oldest seven, last hour".to_owned(),
        remark: "Now - watermark".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::Etl)),
    }
}

/// Data grows a minute older each minute: draws when the next job is no longer fresh, where that
/// is soon.
fn project(chart: &mut LineChart, now: Timestamp) {
    let limit = minutes(FRESH_FOR);
    let last = chart.series.iter().map(|series| series.points.last().map(|point| point.value));
    let next = last
        .enumerate()
        .filter_map(|(index, value)| Some((index, value.filter(|value| *value < limit)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((series, value)) = next else { return };
    #[expect(clippy::cast_possible_truncation, reason = "a quarter of an hour")]
    let at = now.plus(((limit - value) * Timestamp::MINUTE as f64) as i64);
    if at.since(now) > AHEAD {
        return;
    }
    let name = chart.series.get(series).map(|series| series.name.clone()).unwrap_or_default();
    let words = format!("{name} fresh until {}", format::clock(at));
    chart.span.1 = now.plus(AHEAD);
    chart.projection = Some(Projection { series, at, value: limit, words });
}

fn runs(snapshot: &Snapshot) -> Panel {
    let mut rows: Vec<&Row> = snapshot.etl.values().collect();
    order::sort(&mut rows, |a, b| b.has_failed().cmp(&a.has_failed()));
    let job = |row: &Row| (row.etl.job.name.to_string(), row.runs.clone());
    let jobs: Vec<_> = rows.into_iter().map(job).collect();
    let chart = (!jobs.is_empty()).then_some(Chart::Runs(Runs { jobs }));
    Panel {
        title: "Last 14 runs",
        note: "by job, the newest at the right".to_owned(),
        remark: "Triangle: failed. Open: aborted".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::Etl)),
    }
}

const COLUMNS: [Column; 11] = [
    Column::words("Job"),
    Column::words("Last run"),
    Column::number("Age").of("Now - watermark"),
    Column::number("Success, %").of("Runs that completed / runs that ended, 24 h"),
    Column::number("Attempt"),
    Column::number("Duration"),
    Column::number("To median").of("Duration / median of the last completed runs"),
    Column::number("Rows in"),
    Column::number("Rejected, %").of("Rows rejected / rows in"),
    Column::words("Why it is old"),
    Column::number("Alerts"),
];

fn grid(snapshot: &Snapshot, now: Timestamp) -> Grid {
    let attention = attention(snapshot, Topic::Etl);
    let entry = |row: &Row| {
        let entity = row.etl.job.name.to_string();
        let alerts = Cell::alerts(attention.get(entity.as_str()).copied());
        Entry { cells: cells(row, now, alerts), entity, origin: row.origin.clone() }
    };
    Grid {
        caption: "Jobs and the freshness of their data",
        columns: COLUMNS.into(),
        of_events: false,
        entries: snapshot.etl.values().map(entry).collect(),
        total: None,
        order: Order::down(2),
    }
}

#[expect(clippy::cast_precision_loss, reason = "keys to sort by")]
fn cells(row: &Row, now: Timestamp, alerts: Cell) -> Vec<Cell> {
    let etl = &row.etl;
    let failed = match (etl.event_type, row.has_failed()) {
        (_, true) => Some(Severity::Critical),
        (RunEventType::Fail, false) => Some(Severity::Warning),
        _ => None,
    };
    let old = (!row.is_fresh(now)).then_some(Severity::Warning);
    let (completed, ended) = row.day;
    let success = (ended > 0).then(|| f64::from(completed) / f64::from(ended));
    let duration = i64::try_from(etl.duration_ms).unwrap_or(i64::MAX);
    let cause = row.stale_because.clone().or_else(|| etl.error.clone());
    vec![
        Cell::words(etl.job.name.as_str()).full(etl.job.namespace.clone()),
        Cell::words(event(etl.event_type)).marked(failed),
        row.freshness(now).map_or_else(Cell::missing, |age| {
            Cell::number(format::age(age), age as f64).full(format::span(age)).marked(old)
        }),
        Cell::optional(success, format::percent_number),
        Cell::number(format!("{} of {}", etl.attempt, etl.max_attempts), etl.attempt.into()),
        Cell::number(format::span(duration), duration as f64),
        Cell::optional(row.duration_ratio, format::ratio),
        Cell::number(format::count(etl.rows_in), etl.rows_in as f64),
        Cell::optional(row.reject_rate, |rate| format::decimal(rate * 100.0, 2))
            .marked(row.reject_rate.filter(|rate| *rate >= REJECTS).map(|_| Severity::Warning)),
        cause.map_or_else(Cell::missing, |cause| Cell::words(cause.clone()).full(cause)),
        alerts,
    ]
}

fn event(kind: RunEventType) -> &'static str {
    match kind {
        RunEventType::Start => "Started",
        RunEventType::Running => "Running",
        RunEventType::Complete => "Completed",
        RunEventType::Fail => "Failed",
        RunEventType::Abort => "Aborted",
    }
}
