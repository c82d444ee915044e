//! Risk: expected loss, the heat map, and who deals with what.

use leptos::prelude::*;
use markup::view;
use model::{
    Figure, Money, Severity, Snapshot, Timestamp, Topic,
    event::{
        compliance::Rating,
        risk::{MitigationStatus, RiskCategory},
    },
    figure::Unit,
    view::risk::{Row, Summary, rating, summary},
};

use super::{
    compliance::rating as rating_word,
    domain::{
        Content, Domain, DomainPage, History, KeyFigure, alarms, attention, bank, line, quiet,
        worst,
    },
};
use crate::{
    charts::{
        bars::{Bar, Rows},
        frame::{Chart, Panel},
        heat::Heat,
    },
    components::{
        figure::Number,
        grid::{Cell, Column, Entry, Grid, Order},
    },
    format,
    node::Node,
};

/// Risk: expected loss, the heat map, and who deals with what.
#[component]
pub fn Risk() -> Node {
    let domain = Domain { topic: Topic::Risk, content, watched: None, steady: false };
    view! { <DomainPage domain/> }
}

fn content(snapshot: &Snapshot, now: Timestamp, _: &History) -> Content {
    let summary = summary(snapshot.risk.values(), now);
    let known = !snapshot.risk.is_empty();
    Content {
        detail: format!("{} open of {}", summary.open, snapshot.risk.len()),
        figures: figures(&summary, known),
        main: vec![loss(snapshot, now)],
        side: if known { vec![heat(&summary), categories(&summary)] } else { Vec::new() },
        grid: grid(snapshot, now, &summary),
        empty: "No risk event yet. The first one opens this page.".to_owned(),
    }
}

fn figures(summary: &Summary, known: bool) -> Vec<KeyFigure> {
    let money = |amount: Option<Money>| amount.map_or_else(Number::missing, Number::money);
    let count = |number: usize| {
        if known { Number::new(format::count(number), "") } else { Number::missing() }
    };
    let late = (summary.overdue > 0).then_some(Severity::Warning);
    vec![
        KeyFigure::new("Expected loss", money(summary.expected_loss), "probability x impact, open"),
        KeyFigure::new("Residual risk", money(summary.residual), "after controls, open"),
        KeyFigure::new("Open", count(summary.open), "risk events"),
        KeyFigure::new("Mitigations overdue", count(summary.overdue), "past their due date")
            .marked(late),
        KeyFigure::new("Net loss", money(summary.net_loss), "booked less recovered"),
    ]
}

fn loss(snapshot: &Snapshot, now: Timestamp) -> Panel {
    let chart = bank(snapshot, Topic::Risk, "").map(|series| {
        let mut chart = line(Topic::Risk, vec![series], now, Unit::Money);
        chart.height = 220.0;
        chart.alarms = alarms(snapshot, Figure::RiskRating, now);
        let last = chart.series.iter().filter_map(|series| series.points.last()).next();
        let value = last.map_or(0.0, |point| point.value);
        // These alerts watch a rating: their stems end at the line, not at a value of their own.
        chart.alarms.iter_mut().for_each(|alarm| alarm.value = value);
        Chart::Line(chart)
    });
    Panel {
        title: "Expected loss",
        note: "USD, open events, last hour".to_owned(),
        remark: "Probability x impact; PD x LGD x EAD for credit".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::Risk)),
    }
}

fn heat(summary: &Summary) -> Panel {
    let mut weights = [[Rating::Low; 5]; 5];
    for (impact, row) in (1..=5).rev().zip(&mut weights) {
        for (likelihood, weight) in (1..=5).zip(row) {
            *weight = rating(likelihood, impact);
        }
    }
    Panel {
        title: "Likelihood and impact",
        note: "open events by impact in USD and probability".to_owned(),
        remark: String::new(),
        chart: Ok(Chart::Heat(Heat { counts: summary.heat, weights })),
    }
}

fn categories(summary: &Summary) -> Panel {
    let bar = |(category, (count, loss)): (RiskCategory, (usize, Option<Money>))| {
        let loss = loss.unwrap_or_default();
        Bar {
            name: category.title().to_owned(),
            value: loss.approximate_major(),
            words: format!("{}, {} open", format::money_bare(loss), format::count(count)),
            severity: None,
        }
    };
    let bars = RiskCategory::ALL.into_iter().zip(summary.by_category).map(bar).collect();
    Panel {
        title: "Expected loss by category",
        note: "USD, open events".to_owned(),
        remark: String::new(),
        chart: Ok(Chart::Rows(Rows { bars, heads: ["Category", "Expected loss"], full: None })),
    }
}

const COLUMNS: [Column; 12] = [
    Column::words("Risk event"),
    Column::words("What"),
    Column::words("Category"),
    Column::words("Rating").of("Likelihood x impact of the five by five matrix"),
    Column::number("Probability, %"),
    Column::number("Impact"),
    Column::number("Expected").of("Probability x impact; PD x LGD x EAD for credit"),
    Column::number("Residual").of("Expected loss x (1 - control effectiveness)"),
    Column::words("Officer"),
    Column::words("Mitigation"),
    Column::number("Due"),
    Column::number("Alerts"),
];

fn grid(snapshot: &Snapshot, now: Timestamp, summary: &Summary) -> Grid {
    let attention = attention(snapshot, Topic::Risk);
    let entry = |row: &Row| {
        let entity = row.risk.event.to_string();
        let alerts = Cell::alerts(attention.get(entity.as_str()).copied());
        Entry { cells: cells(row, snapshot, now, alerts), entity, origin: row.origin.clone() }
    };
    let entries: Vec<Entry> = snapshot.risk.values().map(entry).collect();
    Grid {
        caption: "Risk events, amounts in millions",
        columns: COLUMNS.into(),
        total: (!entries.is_empty()).then(|| total(snapshot, summary)),
        of_events: false,
        entries,
        order: Order::down(6),
    }
}

#[expect(clippy::cast_precision_loss, reason = "keys to sort by")]
fn cells(row: &Row, snapshot: &Snapshot, now: Timestamp, alerts: Cell) -> Vec<Cell> {
    let risk = &row.risk;
    let weight = u8::try_from(row.rating as usize).unwrap_or(0);
    let severity = match (row.is_open(), row.rating) {
        (true, Rating::Critical) => Some(Severity::Critical),
        (true, Rating::High) => Some(Severity::Warning),
        _ => None,
    };
    let officer = risk.officer.as_ref().map(|officer| snapshot.person_name(officer));
    let due = risk.mitigation_due.map_or_else(Cell::missing, |due| {
        let late = row.is_overdue(now).then_some(Severity::Warning);
        let cell = Cell::number(format::date(due, now), due.millis() as f64).marked(late);
        cell.full(format::moment_full(due))
    });
    let probability = risk.probability.get();
    vec![
        Cell::words(risk.event.as_str()),
        Cell::words(risk.title.clone()).full(format!("{}, {}", risk.title, risk.business_line)),
        Cell::words(risk.category.title()),
        Cell::number(rating_word(row.rating), weight.into()).marked(severity),
        Cell::number(format::percent_number(probability), probability),
        Cell::millions(risk.impact),
        Cell::millions(row.expected_loss),
        Cell::millions(row.residual),
        officer.map_or_else(Cell::missing, Cell::words),
        Cell::words(mitigation(risk.mitigation_status)),
        due,
        alerts,
    ]
}

fn mitigation(status: MitigationStatus) -> &'static str {
    match status {
        MitigationStatus::None => "None planned",
        MitigationStatus::Planned => "Planned",
        MitigationStatus::InProgress => "In progress",
        MitigationStatus::Completed => "Completed",
        MitigationStatus::Accepted => "Accepted",
    }
}

fn total(snapshot: &Snapshot, summary: &Summary) -> Vec<Cell> {
    let money = |amount: Option<Money>| amount.map_or_else(Cell::missing, Cell::millions);
    let currency = summary.expected_loss.map(|loss| format!(", {} M", loss.currency));
    let mut cells = vec![Cell::words(format!("Open{}", currency.unwrap_or_default()))];
    cells.extend(std::iter::repeat_with(Cell::blank).take(5));
    cells.extend([money(summary.expected_loss), money(summary.residual)]);
    cells.extend(std::iter::repeat_with(Cell::blank).take(3));
    cells.push(Cell::alerts(worst(snapshot, Topic::Risk)).marked(None));
    cells
}
