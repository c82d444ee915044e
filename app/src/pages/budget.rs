//! Budget: what departments may spend and have spent.

use leptos::prelude::*;
use markup::view;
use model::{
    Figure, Severity, Snapshot, Timestamp, Topic,
    figure::Unit,
    person::readable,
    view::budget::{Row, Summary, summary},
};

use super::domain::{
    Content, Domain, DomainPage, History, KeyFigure, Observation, Watched, alarms, attention, bank,
    level, line, lines, quiet, worst,
};
use crate::{
    charts::{
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

/// Shares of the approved budget that the built-in rules watch.
const LIMITS: [f64; 2] = [0.75, 0.90];

/// Paces that the built-in rules watch.
const PACE: [f64; 2] = [1.15, 1.5];

/// Budget: what departments may spend and have spent.
#[component]
pub fn Budget() -> Node {
    let watched = Watched { figure: Figure::Utilization, observe };
    let domain = Domain { topic: Topic::Budget, content, watched: Some(watched), steady: false };
    view! { <DomainPage domain/> }
}

fn observe(snapshot: &Snapshot, _: Timestamp) -> Vec<Observation> {
    let of = |row: &Row| {
        Some(Observation {
            entity: row.budget.department.to_string(),
            name: name(row),
            at: row.origin.time,
            value: row.utilization?,
        })
    };
    snapshot.budget.values().filter_map(of).collect()
}

fn name(row: &Row) -> String {
    row.budget.name.clone().unwrap_or_else(|| readable(row.budget.department.as_str()))
}

fn content(snapshot: &Snapshot, now: Timestamp, history: &History) -> Content {
    let summary = summary(snapshot.budget.values());
    let detail = summary.as_ref().map_or_else(String::new, |summary| {
        let period = summary.newest.budget.fiscal_period;
        let day = |from: Timestamp, to: Timestamp| to.since(from) / Timestamp::DAY;
        let today = day(period.start(), now) + 1;
        let all = day(period.start(), period.end());
        format!("{}, day {} of {all}", period.title(), today.clamp(1, all))
    });
    Content {
        detail,
        figures: figures(summary.as_ref()),
        main: vec![used(snapshot, now, history)],
        side: Vec::new(),
        grid: grid(snapshot, now, summary.as_ref()),
        empty: "No budget event yet. The first one opens this page.".to_owned(),
    }
}

fn figures(summary: Option<&Summary>) -> Vec<KeyFigure> {
    let share = |share: Option<f64>| {
        share.map_or_else(Number::missing, |share| Number::new(format::percent_number(share), "%"))
    };
    let Some(summary) = summary else {
        let labels = ["Used", "Used and committed", "Available", "Pace", "Forecast at completion"];
        return labels.map(|label| KeyFigure::new(label, Number::missing(), "")).into();
    };
    let money = |amount| Number::money(amount);
    let approved = format::money_bare(summary.approved);
    let pace = summary.pace;
    let overrun = summary.forecast.checked_sub(summary.approved);
    let overrun = overrun.and_then(|over| over.share_of(summary.approved));
    vec![
        KeyFigure::new("Used", share(summary.utilization), format!("of {approved} approved"))
            .marked(summary.utilization.and_then(|used| level(used, LIMITS[0], LIMITS[1]))),
        KeyFigure::new("Used and committed", share(summary.committed_utilization), "under 100 %")
            .marked(summary.committed_utilization.and_then(|used| level(used, 1.0, f64::INFINITY))),
        KeyFigure::new("Available", money(summary.available), format!("of {approved}")),
        KeyFigure::new(
            "Pace",
            pace.map_or_else(Number::missing, |pace| Number::new(format::ratio(pace), "")),
            format!("warns at {}", format::ratio(PACE[0])),
        )
        .marked(pace.and_then(|pace| level(pace, PACE[0], PACE[1]))),
        KeyFigure::new(
            "Forecast at completion",
            money(summary.forecast),
            overrun.map_or_else(String::new, |over| {
                format!("{} % on approved", format::signed(over * 100.0, 1))
            }),
        ),
        KeyFigure::new(
            "Burn",
            summary.burn_per_day.map_or_else(Number::missing, |burn| {
                let number = money(burn);
                Number { unit: format!("{}/d", number.unit), ..number }
            }),
            "a day",
        ),
    ]
}

fn used(snapshot: &Snapshot, now: Timestamp, history: &History) -> Panel {
    let mut series = lines(&observe(snapshot, now), history, |used| used);
    series.extend(bank(snapshot, Topic::Budget, "Bank"));
    let threshold = |value, severity, words: &str| Threshold {
        value,
        severity,
        bad: Bad::Above,
        words: words.to_owned(),
    };
    let chart = (!series.is_empty()).then(|| {
        let mut chart = line(Topic::Budget, series, now, Unit::Share);
        chart.zero = true;
        chart.height = 356.0;
        chart.thresholds = vec![
            threshold(LIMITS[0], Severity::Warning, "Warning 75 %"),
            threshold(LIMITS[1], Severity::Critical, "Critical 90 %"),
        ];
        chart.alarms = alarms(snapshot, Figure::Utilization, now);
        Chart::Line(chart)
    });
    Panel {
        title: "Budget used by department",
        note: "% of approved, last hour".to_owned(),
        remark: "Actual / approved".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::Budget)),
    }
}

const COLUMNS: [Column; 11] = [
    Column::words("Department"),
    Column::words("SVP"),
    Column::number("Approved"),
    Column::number("Actual"),
    Column::number("Committed"),
    Column::number("Used, %").of("Actual to date / approved"),
    Column::number("Pace").of("Used / share of the period that has passed"),
    Column::number("Forecast").of("Actual + forecast remaining"),
    Column::number("To plan, %").of("(Actual - planned to date) / approved"),
    Column::number("Runs out")
        .of("When available is spent at this burn, if before the period ends"),
    Column::number("Alerts"),
];

fn grid(snapshot: &Snapshot, now: Timestamp, summary: Option<&Summary>) -> Grid {
    let attention = attention(snapshot, Topic::Budget);
    let entry = |row: &Row| {
        let budget = &row.budget;
        let entity = budget.department.to_string();
        let alerts = attention.get(entity.as_str()).copied();
        Entry {
            cells: vec![
                Cell::words(name(row)),
                Cell::words(snapshot.person_name(&budget.svp)),
                Cell::millions(budget.approved),
                Cell::millions(budget.actual_to_date),
                Cell::millions(budget.committed),
                share(row.utilization),
                Cell::optional(row.pace, format::ratio),
                Cell::millions(row.forecast),
                to_plan(row.variance.share_of(budget.approved)),
                runs_out(row.exhausted_at, now),
                Cell::alerts(alerts),
            ],
            entity,
            origin: row.origin.clone(),
        }
    };
    Grid {
        caption: "Departments and their budgets, amounts in millions",
        columns: COLUMNS.into(),
        of_events: false,
        entries: snapshot.budget.values().map(entry).collect(),
        total: summary.map(|summary| total(snapshot, summary)),
        order: Order::down(5),
    }
}

fn total(snapshot: &Snapshot, summary: &Summary) -> Vec<Cell> {
    let variance = summary.actual.checked_sub(summary.planned);
    vec![
        Cell::words(format!("Total, {} M", summary.approved.currency)),
        Cell::blank(),
        Cell::millions(summary.approved),
        Cell::millions(summary.actual),
        Cell::millions(summary.committed),
        share(summary.utilization),
        Cell::optional(summary.pace, format::ratio),
        Cell::millions(summary.forecast),
        to_plan(variance.and_then(|variance| variance.share_of(summary.approved))),
        Cell::blank(),
        Cell::alerts(worst(snapshot, Topic::Budget)).marked(None),
    ]
}

fn share(used: Option<f64>) -> Cell {
    let severity = used.and_then(|used| level(used, LIMITS[0], LIMITS[1]));
    let bullet = Bullet { share: used.unwrap_or(0.0), ticks: &LIMITS, severity };
    Cell::optional(used, format::percent_number).bullet(bullet)
}

fn to_plan(share: Option<f64>) -> Cell {
    Cell::optional(share, |share| format::signed(share * 100.0, 1))
}

#[expect(clippy::cast_precision_loss, reason = "a key to sort by")]
fn runs_out(at: Option<Timestamp>, now: Timestamp) -> Cell {
    at.map_or_else(Cell::missing, |at| {
        Cell::number(format::date(at, now), at.millis() as f64).full(format::moment_full(at))
    })
}
