//! Projects: earned value, slip and risk of every project.

use leptos::prelude::*;
use markup::view;
use model::{
    Figure, Severity, Snapshot, Timestamp, Topic,
    event::project::{ProjectStatus, Rag},
    figure::Unit,
    order,
    view::project::{Row, Summary, summary},
};

use super::domain::{
    Content, Domain, DomainPage, History, KeyFigure, alarms, attention, bank, level, line, quiet,
    worst,
};
use crate::{
    charts::{
        bullet::Bullet,
        frame::{Chart, Panel},
        line::{Bad, Threshold},
        strip::{Dot, Dots, Slip, Slips},
    },
    components::{
        figure::Number,
        grid::{Cell, Column, Entry, Grid, Order},
    },
    format,
    node::Node,
};

/// Indices below which the built-in rules warn and call.
const LIMITS: [f64; 2] = [0.95, 0.90];

/// Days of slip above which the built-in rules warn.
const SLIP: f64 = 10.0;

/// Projects in the chart of slips.
const SLIPS: usize = 8;

/// Projects: earned value, slip and risk of every project.
#[component]
pub fn Projects() -> Node {
    let domain = Domain { topic: Topic::Projects, content, watched: None, steady: false };
    view! { <DomainPage domain/> }
}

fn content(snapshot: &Snapshot, now: Timestamp, _: &History) -> Content {
    let summary = summary(snapshot.projects.values());
    Content {
        detail: format!("{} under way of {}", summary.active, summary.projects),
        figures: figures(&summary),
        main: vec![indices(snapshot)],
        side: vec![slips(snapshot), trend(snapshot, now)],
        grid: grid(snapshot, now, &summary),
        empty: "No project event yet. The first one opens this page.".to_owned(),
    }
}

fn figures(summary: &Summary) -> Vec<KeyFigure> {
    let ratio = |value: Option<f64>| {
        value.map_or_else(Number::missing, |value| Number::new(format::ratio(value), ""))
    };
    let money = |amount: Option<_>| amount.map_or_else(Number::missing, Number::money);
    let count = |number: usize| Number::new(format::count(number), "");
    let known = summary.projects > 0;
    let marked = |number: usize, severity| (number > 0).then_some(severity);
    let bac = summary.bac.map_or_else(String::new, |bac| format!("of {}", format::money_bare(bac)));
    vec![
        KeyFigure::new("CPI", ratio(summary.cpi), "earned / actual cost")
            .marked(summary.cpi.and_then(below)),
        KeyFigure::new("SPI", ratio(summary.spi), "earned / planned value")
            .marked(summary.spi.and_then(below)),
        KeyFigure::new(
            "At risk",
            if known { count(summary.at_risk) } else { Number::missing() },
            "CPI or SPI below 0.90",
        )
        .marked(marked(summary.at_risk, Severity::Critical)),
        KeyFigure::new("Estimate at completion", money(summary.eac), bac),
        KeyFigure::new(
            "Watermelons",
            if known { count(summary.watermelons) } else { Number::missing() },
            "reported green, CPI below 0.90",
        )
        .marked(marked(summary.watermelons, Severity::Warning)),
    ]
}

/// The severity of an index against its two lower limits.
fn below(index: f64) -> Option<Severity> {
    match index {
        index if index < LIMITS[1] => Some(Severity::Critical),
        index if index < LIMITS[0] => Some(Severity::Warning),
        _ => None,
    }
}

fn thresholds() -> Vec<Threshold> {
    let threshold = |value, severity, words: &str| Threshold {
        value,
        severity,
        bad: Bad::Below,
        words: words.to_owned(),
    };
    vec![
        threshold(LIMITS[0], Severity::Warning, "Warning 0.95"),
        threshold(LIMITS[1], Severity::Critical, "Critical 0.90"),
    ]
}

fn active(snapshot: &Snapshot) -> impl Iterator<Item = &Row> {
    snapshot.projects.values().filter(|row| row.project.status == ProjectStatus::Active)
}

fn indices(snapshot: &Snapshot) -> Panel {
    let dot = |row: &Row| {
        let value = row.cpi?;
        Some(Dot { name: row.project.name.clone(), value, severity: below(value) })
    };
    let dots: Vec<Dot> = active(snapshot).filter_map(dot).collect();
    let chart = (!dots.is_empty()).then(|| {
        Chart::Dots(Dots {
            dots,
            thresholds: thresholds(),
            unit: Unit::Quotient,
            height: 176.0,
            heads: ["Project", "CPI"],
        })
    });
    Panel {
        title: "Cost performance by project",
        note: "CPI, projects under way".to_owned(),
        remark: "Earned value / actual cost".to_owned(),
        chart: chart.ok_or_else(|| "No project under way has reported its cost.".to_owned()),
    }
}

fn slips(snapshot: &Snapshot) -> Panel {
    let slip = |row: &Row| Slip {
        name: row.project.name.clone(),
        days: row.slip_days,
        words: days(row.slip_days),
        severity: level(row.slip_days, SLIP, f64::INFINITY),
    };
    let mut slips: Vec<Slip> = active(snapshot).map(slip).collect();
    order::sort(&mut slips, |a, b| b.days.total_cmp(&a.days));
    slips.truncate(SLIPS);
    let chart = (!slips.is_empty()).then_some(Chart::Slips(Slips { slips }));
    Panel {
        title: "Slip of the finish",
        note: "days after baseline, the latest first".to_owned(),
        remark: String::new(),
        chart: chart.ok_or_else(|| "No project is under way.".to_owned()),
    }
}

fn days(days: f64) -> String {
    format!("{} d", format::signed(days, 0))
}

fn trend(snapshot: &Snapshot, now: Timestamp) -> Panel {
    let chart = bank(snapshot, Topic::Projects, "").map(|series| {
        let mut chart = line(Topic::Projects, vec![series], now, Unit::Quotient);
        chart.height = 226.0;
        chart.thresholds = thresholds();
        chart.alarms = alarms(snapshot, Figure::Cpi, now);
        Chart::Line(chart)
    });
    Panel {
        title: "Portfolio CPI",
        note: "last hour".to_owned(),
        remark: String::new(),
        chart: chart.ok_or_else(|| quiet(Topic::Projects)),
    }
}

const COLUMNS: [Column; 14] = [
    Column::words("Project"),
    Column::words("Sponsor"),
    Column::words("Status"),
    Column::words("Reports"),
    Column::number("Done, %"),
    Column::number("BAC").of("Budget at completion, in millions"),
    Column::number("CPI").of("EV / AC"),
    Column::number("SPI").of("EV / PV"),
    Column::number("EAC").of("Estimate at completion: BAC / CPI"),
    Column::number("VAC").of("Variance at completion: BAC - EAC"),
    Column::number("TCPI").of("(BAC - EV) / (BAC - AC)"),
    Column::number("Slip, d").of("Forecast finish - baseline finish"),
    Column::number("Risk").of("Cost to 30, schedule to 30, deadline to 20, reported to 20"),
    Column::number("Alerts"),
];

fn grid(snapshot: &Snapshot, now: Timestamp, summary: &Summary) -> Grid {
    let attention = attention(snapshot, Topic::Projects);
    let entry = |row: &Row| {
        let entity = row.project.project.to_string();
        let alerts = Cell::alerts(attention.get(entity.as_str()).copied());
        Entry { cells: cells(row, snapshot, now, alerts), entity, origin: row.origin.clone() }
    };
    let entries: Vec<Entry> = snapshot.projects.values().map(entry).collect();
    Grid {
        caption: "Projects and their earned value, amounts in millions",
        columns: COLUMNS.into(),
        total: (!entries.is_empty()).then(|| total(snapshot, summary)),
        of_events: false,
        entries,
        order: Order::down(12),
    }
}

fn cells(row: &Row, snapshot: &Snapshot, now: Timestamp, alerts: Cell) -> Vec<Cell> {
    let project = &row.project;
    let money = |amount: Option<_>| amount.map_or_else(Cell::missing, Cell::millions);
    let finish = format!(
        "{}, baseline {}",
        format::date(project.forecast_finish, now),
        format::date(project.baseline_finish, now)
    );
    vec![
        Cell::words(project.name.clone()).full(project.portfolio.clone()),
        Cell::words(snapshot.person_name(&project.sponsor)),
        Cell::words(status(project.status)),
        Cell::words(rag(project.reported_rag)).marked(row.watermelon.then_some(Severity::Warning)),
        Cell::number(
            format::percent_number(project.percent_complete.get()),
            project.percent_complete.get(),
        ),
        Cell::millions(project.bac),
        Cell::optional(row.cpi, format::ratio),
        Cell::optional(row.spi, format::ratio),
        money(row.eac),
        money(row.vac),
        Cell::optional(row.tcpi, format::ratio),
        Cell::number(format::signed(row.slip_days, 0), row.slip_days).full(finish),
        risk(row),
        alerts,
    ]
}

fn risk(row: &Row) -> Cell {
    let parts = row.risk;
    let share = f64::from(parts.total()) / 100.0;
    let bullet = Bullet { share, ticks: &[], severity: level(share, 0.5, 0.75) };
    let words = format!(
        "cost {}, schedule {}, deadline {}, reported {}",
        parts.cost, parts.schedule, parts.deadline, parts.reported
    );
    Cell::number(parts.total().to_string(), share).full(words).bullet(bullet)
}

fn status(status: ProjectStatus) -> &'static str {
    match status {
        ProjectStatus::Planned => "Planned",
        ProjectStatus::Active => "Under way",
        ProjectStatus::OnHold => "On hold",
        ProjectStatus::Completed => "Completed",
        ProjectStatus::Cancelled => "Cancelled",
    }
}

fn rag(rag: Rag) -> &'static str {
    match rag {
        Rag::Green => "Green",
        Rag::Amber => "Amber",
        Rag::Red => "Red",
    }
}

fn total(snapshot: &Snapshot, summary: &Summary) -> Vec<Cell> {
    let money = |amount: Option<_>| amount.map_or_else(Cell::missing, Cell::millions);
    let currency = summary.bac.map(|bac| format!(", {} M", bac.currency)).unwrap_or_default();
    let vac = summary.bac.zip(summary.eac).and_then(|(bac, eac)| bac.checked_sub(eac));
    let mut cells = vec![Cell::words(format!("Under way{currency}"))];
    cells.extend([Cell::blank(), Cell::blank(), Cell::blank(), Cell::blank()]);
    cells.extend([
        money(summary.bac),
        Cell::optional(summary.cpi, format::ratio),
        Cell::optional(summary.spi, format::ratio),
        money(summary.eac),
        money(vac),
        Cell::blank(),
        Cell::blank(),
        Cell::blank(),
        Cell::alerts(worst(snapshot, Topic::Projects)).marked(None),
    ]);
    cells
}
