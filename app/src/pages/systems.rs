//! Systems: latency, errors and availability of every service.

use leptos::prelude::*;
use markup::view;
use model::{
    Figure, Severity, Snapshot, Timestamp, Topic,
    figure::Unit,
    order,
    view::system::{Row, Summary, summary},
};

use super::domain::{
    Content, Domain, DomainPage, History, KeyFigure, Observation, Watched, alarms, attention,
    level, line, lines, quiet,
};
use crate::{
    charts::{
        bars::{Bar, Rows},
        bullet::Bullet,
        frame::{Chart, Panel},
        line::{Bad, Threshold},
    },
    components::{
        figure::Number,
        grid::{Cell, Column, Entry, Grid, Order},
    },
    format,
    node::Node,
};

/// Milliseconds of p99 from which the built-in rules warn.
const SLOW: f64 = 250.0;

/// Error ratios from which the built-in rules warn and call.
const ERRORS: [f64; 2] = [0.02, 0.05];

/// Shares of the error budget that are left, below which a bar is marked.
const LEFT: [f64; 2] = [0.5, 0.0];

/// Systems: latency, errors and availability of every service.
#[component]
pub fn Systems() -> Node {
    let watched = Watched { figure: Figure::LatencyP99, observe };
    let domain = Domain { topic: Topic::System, content, watched: Some(watched), steady: false };
    view! { <DomainPage domain/> }
}

fn observe(snapshot: &Snapshot, _: Timestamp) -> Vec<Observation> {
    let of = |row: &Row| Observation {
        entity: row.system.service.to_string(),
        name: row.system.service.to_string(),
        at: row.origin.time,
        value: row.system.latency_p99_ms,
    };
    snapshot.system.values().map(of).collect()
}

fn content(snapshot: &Snapshot, now: Timestamp, history: &History) -> Content {
    let summary = summary(snapshot.system.values());
    Content {
        detail: format!("{} of {} up", summary.up, summary.services),
        figures: figures(&summary),
        main: vec![latency(snapshot, now, history)],
        side: vec![budgets(snapshot), errors(snapshot)],
        grid: grid(snapshot),
        empty: "No service has reported yet. The first report opens this page.".to_owned(),
    }
}

fn figures(summary: &Summary) -> Vec<KeyFigure> {
    let known = summary.services > 0;
    let down = (summary.up < summary.services).then_some(Severity::Critical);
    let up = if known {
        Number::new(format::count(summary.up), format!("of {}", summary.services))
    } else {
        Number::missing()
    };
    let worst = summary.worst.as_ref();
    let rate = if known {
        Number::new(format::decimal(summary.request_rate, 0), "/s")
    } else {
        Number::missing()
    };
    let errors = summary.error_ratio;
    vec![
        KeyFigure::new("Up", up, "services that answer").marked(down),
        KeyFigure::new(
            "Worst p99",
            worst.map_or_else(Number::missing, |(_, millis)| {
                Number::new(format::decimal(*millis, 0), "ms")
            }),
            worst.map_or_else(String::new, |(service, _)| service.clone()),
        )
        .marked(worst.and_then(|(_, millis)| level(*millis, SLOW, 1_000.0))),
        KeyFigure::new("Requests", rate, "over all services"),
        KeyFigure::new(
            "Errors",
            errors.map_or_else(Number::missing, |ratio| {
                Number::new(format::decimal(ratio * 100.0, 2), "%")
            }),
            "weighted by requests",
        )
        .marked(errors.and_then(|ratio| level(ratio, ERRORS[0], ERRORS[1]))),
        KeyFigure::new(
            "Availability",
            summary.availability.map_or_else(Number::missing, |share| {
                Number::new(format::decimal(share * 100.0, 2), "%")
            }),
            "mean over services, 1 h",
        ),
    ]
}

fn latency(snapshot: &Snapshot, now: Timestamp, history: &History) -> Panel {
    let series = lines(&observe(snapshot, now), history, |millis| millis);
    let chart = (!series.is_empty()).then(|| {
        let mut chart = line(Topic::System, series, now, Unit::Milliseconds);
        chart.zero = true;
        chart.height = 320.0;
        chart.thresholds = vec![Threshold {
            value: SLOW,
            severity: Severity::Warning,
            bad: Bad::Above,
            words: "Warning 250 ms".to_owned(),
        }];
        chart.alarms = alarms(snapshot, Figure::LatencyP99, now);
        Chart::Line(chart)
    });
    Panel {
        title: "Latency by service",
        note: "p99 in ms, the slowest seven, last hour".to_owned(),
        remark: "99th percentile of latency".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::System)),
    }
}

fn bars(snapshot: &Snapshot, bar: fn(&Row) -> Bar) -> Vec<Bar> {
    snapshot.system.values().map(bar).collect()
}

fn budgets(snapshot: &Snapshot) -> Panel {
    let bar = |row: &Row| Bar {
        name: row.system.service.to_string(),
        value: row.error_budget_left,
        words: format::percent_whole(row.error_budget_left),
        severity: spent(row.error_budget_left),
    };
    let mut bars = bars(snapshot, bar);
    order::sort(&mut bars, |a, b| a.value.total_cmp(&b.value));
    let chart = Rows { bars, heads: ["Service", "Error budget left"], full: Some(1.0) };
    Panel {
        title: "Error budget left",
        note: "99.9 % allowed, 1 h".to_owned(),
        remark: String::new(),
        chart: rows(snapshot, chart),
    }
}

fn spent(left: f64) -> Option<Severity> {
    match left {
        left if left <= LEFT[1] => Some(Severity::Critical),
        left if left < LEFT[0] => Some(Severity::Warning),
        _ => None,
    }
}

fn errors(snapshot: &Snapshot) -> Panel {
    let bar = |row: &Row| {
        let ratio = row.hour_error_ratio;
        Bar {
            name: row.system.service.to_string(),
            value: ratio,
            words: format!("{} %", format::decimal(ratio * 100.0, 2)),
            severity: level(ratio, ERRORS[0], ERRORS[1]),
        }
    };
    let mut bars = bars(snapshot, bar);
    order::sort(&mut bars, |a, b| b.value.total_cmp(&a.value));
    Panel {
        title: "Failed requests",
        note: "share, mean of 1 h".to_owned(),
        remark: String::new(),
        chart: rows(snapshot, Rows { bars, heads: ["Service", "Failed requests"], full: None }),
    }
}

fn rows(snapshot: &Snapshot, rows: Rows) -> Result<Chart, String> {
    let known = !snapshot.system.is_empty();
    known.then_some(Chart::Rows(rows)).ok_or_else(|| quiet(Topic::System))
}

const COLUMNS: [Column; 12] = [
    Column::words("Service"),
    Column::words("State"),
    Column::number("Requests/s"),
    Column::number("Errors, %").of("Failed requests / requests"),
    Column::number("p50, ms"),
    Column::number("p95, ms"),
    Column::number("p99, ms"),
    Column::number("CPU, %"),
    Column::number("Memory, %"),
    Column::number("Available, %").of("Reports that say up / reports, 1 h"),
    Column::number("Budget left, %").of("1 - errors / allowed errors, 1 h"),
    Column::number("Alerts"),
];

fn grid(snapshot: &Snapshot) -> Grid {
    let attention = attention(snapshot, Topic::System);
    let entry = |row: &Row| {
        let entity = row.system.service.to_string();
        let alerts = Cell::alerts(attention.get(entity.as_str()).copied());
        Entry { cells: cells(row, alerts), entity, origin: row.origin.clone() }
    };
    Grid {
        caption: "Services and their health",
        columns: COLUMNS.into(),
        of_events: false,
        entries: snapshot.system.values().map(entry).collect(),
        total: None,
        order: Order::down(6),
    }
}

fn cells(row: &Row, alerts: Cell) -> Vec<Cell> {
    let system = &row.system;
    let millis = |millis: f64| Cell::number(format::decimal(millis, 0), millis);
    let share =
        |share: f64, decimals| Cell::number(format::decimal(share * 100.0, decimals), share);
    let (state, mark) = if system.up { ("Up", None) } else { ("Down", Some(Severity::Critical)) };
    let errors = system.error_ratio.get();
    let left = row.error_budget_left;
    let bullet = Bullet { share: left, ticks: &[], severity: spent(left) };
    vec![
        Cell::words(system.service.as_str()),
        Cell::words(state).marked(mark),
        Cell::number(format::decimal(system.request_rate, 0), system.request_rate),
        share(errors, 2).marked(level(errors, ERRORS[0], ERRORS[1])),
        millis(system.latency_p50_ms),
        millis(system.latency_p95_ms),
        millis(system.latency_p99_ms).marked(level(system.latency_p99_ms, SLOW, 1_000.0)),
        share(system.cpu_utilization.get(), 0),
        share(system.memory_utilization.get(), 0),
        share(row.availability, 2),
        share(left, 0).bullet(bullet),
        alerts,
    ]
}
