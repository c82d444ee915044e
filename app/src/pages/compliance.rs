//! Compliance: what is open, how old it is, and when it is due.

use leptos::prelude::*;
use markup::view;
use model::{
    Figure, Severity, Snapshot, Timestamp, Topic,
    event::compliance::{ItemKind, ItemStatus, Rating},
    figure::Unit,
    view::compliance::{AGEING, Row, Summary, summary},
};

use super::domain::{
    Content, Domain, DomainPage, History, KeyFigure, alarms, attention, bank, line, quiet,
};
use crate::{
    charts::{
        bars::{Bar, Columns},
        frame::{Chart, Panel},
        path::Curve,
    },
    components::{
        figure::Number,
        grid::{Cell, Column, Entry, Grid, Order},
    },
    format,
    node::Node,
};

/// Compliance: what is open, how old it is, and when it is due.
#[component]
pub fn Compliance() -> Node {
    let domain = Domain { topic: Topic::Compliance, content, watched: None, steady: false };
    view! { <DomainPage domain/> }
}

fn content(snapshot: &Snapshot, now: Timestamp, _: &History) -> Content {
    let summary = summary(snapshot.compliance.values(), now);
    let known = !snapshot.compliance.is_empty();
    Content {
        detail: format!("{} open of {}", summary.open, snapshot.compliance.len()),
        figures: figures(&summary, known),
        main: vec![overdue(snapshot, now)],
        side: vec![ageing(&summary, known), ladder(snapshot, now)],
        grid: grid(snapshot, now),
        empty: "No compliance event yet. The first one opens this page.".to_owned(),
    }
}

fn figures(summary: &Summary, known: bool) -> Vec<KeyFigure> {
    let count = |number: usize| {
        if known { Number::new(format::count(number), "") } else { Number::missing() }
    };
    let late = (summary.overdue > 0).then_some(Severity::Warning);
    let repeats = (summary.repeats > 0).then_some(Severity::Warning);
    let rate = summary
        .pass_rate
        .map_or_else(Number::missing, |rate| Number::new(format::percent_number(rate), "%"));
    vec![
        KeyFigure::new("Open", count(summary.open), "items with work left"),
        KeyFigure::new("Overdue", count(summary.overdue), "past their due date").marked(late),
        KeyFigure::new("Due soon", count(summary.due_soon), "within 14 days"),
        KeyFigure::new("Control pass rate", rate, "passed / tested"),
        KeyFigure::new("Repeat findings", count(summary.repeats), "open").marked(repeats),
    ]
}

fn overdue(snapshot: &Snapshot, now: Timestamp) -> Panel {
    let chart = bank(snapshot, Topic::Compliance, "").map(|series| {
        let mut chart = line(Topic::Compliance, vec![series], now, Unit::Count);
        chart.curve = Curve::Step;
        chart.zero = true;
        chart.height = 220.0;
        chart.alarms = alarms(snapshot, Figure::DaysOverdue, now);
        chart.alarms.iter_mut().for_each(|alarm| alarm.value = 0.0);
        Chart::Line(chart)
    });
    Panel {
        title: "Overdue items",
        note: "last hour".to_owned(),
        remark: "Open past their due date".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::Compliance)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of items")]
fn bar(name: &str, count: usize, severity: Option<Severity>) -> Bar {
    let severity = severity.filter(|_| count > 0);
    Bar { name: name.to_owned(), value: count as f64, words: format::count(count), severity }
}

fn ageing(summary: &Summary, known: bool) -> Panel {
    let oldest = |index: usize| (index == AGEING.len() - 1).then_some(Severity::Warning);
    let bars = AGEING.iter().zip(summary.ageing).enumerate();
    let bars = bars.map(|(index, (name, count))| bar(name, count, oldest(index))).collect();
    let chart = Columns { bars, height: 200.0, heads: ["Age, days", "Items"] };
    Panel {
        title: "Open items by age",
        note: "days since opened".to_owned(),
        remark: String::new(),
        chart: known.then_some(Chart::Columns(chart)).ok_or_else(|| quiet(Topic::Compliance)),
    }
}

/// Steps of the due ladder: upper bound in days, and name.
const LADDER: [(f64, &str); 6] = [
    (0.0, "overdue"),
    (1.0, "1 d"),
    (7.0, "7 d"),
    (14.0, "14 d"),
    (30.0, "30 d"),
    (f64::INFINITY, "later"),
];

/// The step of the ladder on which so many days stand.
fn step(days: f64) -> usize {
    LADDER.iter().position(|(bound, _)| days < *bound).unwrap_or(LADDER.len() - 1)
}

fn ladder(snapshot: &Snapshot, now: Timestamp) -> Panel {
    let mut counts = [0_usize; LADDER.len()];
    for days in snapshot.compliance.values().filter_map(|row| row.days_to_due(now)) {
        counts[step(days)] += 1;
    }
    let severity = |index| match index {
        0 => Some(Severity::Critical),
        1 => Some(Severity::Warning),
        _ => None,
    };
    let bars = LADDER.iter().zip(counts).enumerate();
    let bars = bars.map(|(index, ((_, name), count))| bar(name, count, severity(index))).collect();
    let known = !snapshot.compliance.is_empty();
    let chart = Columns { bars, height: 200.0, heads: ["Due within", "Items"] };
    Panel {
        title: "Due ladder",
        note: "open items by time left".to_owned(),
        remark: String::new(),
        chart: known.then_some(Chart::Columns(chart)).ok_or_else(|| quiet(Topic::Compliance)),
    }
}

const COLUMNS: [Column; 11] = [
    Column::words("Item"),
    Column::words("Title"),
    Column::words("Kind"),
    Column::words("Regulator"),
    Column::words("Severity"),
    Column::words("Status"),
    Column::words("Owner"),
    Column::number("Age, d").of("Whole days since it was opened"),
    Column::number("Due"),
    Column::number("Left, d").of("Due - now; negative once it is overdue"),
    Column::number("Alerts"),
];

fn grid(snapshot: &Snapshot, now: Timestamp) -> Grid {
    let attention = attention(snapshot, Topic::Compliance);
    let entry = |row: &Row| {
        let entity = row.item.item.to_string();
        let alerts = Cell::alerts(attention.get(entity.as_str()).copied());
        Entry { cells: cells(row, snapshot, now, alerts), entity, origin: row.origin.clone() }
    };
    Grid {
        caption: "Compliance items",
        columns: COLUMNS.into(),
        of_events: false,
        entries: snapshot.compliance.values().map(entry).collect(),
        total: None,
        order: Order::up(9),
    }
}

#[expect(clippy::cast_precision_loss, reason = "keys to sort by")]
fn cells(row: &Row, snapshot: &Snapshot, now: Timestamp, alerts: Cell) -> Vec<Cell> {
    let item = &row.item;
    let rated = Cell::number(rating(item.severity), f64::from(row.weight));
    let severity = match (item.status.is_open(), item.severity) {
        (true, Rating::Critical) => Some(Severity::Critical),
        (true, Rating::High) => Some(Severity::Warning),
        _ => None,
    };
    let left = row.days_to_due(now);
    let late = row.is_overdue(now).then_some(Severity::Warning);
    let age = row.age_days(now);
    vec![
        Cell::words(item.item.as_str()).full(item.regulation.clone()),
        Cell::words(item.title.clone()).full(item.title.clone()),
        Cell::words(kind(item.kind)),
        Cell::words(format!("{}, {}", item.regulator, item.jurisdiction)),
        rated.marked(severity),
        Cell::words(status(item.status)),
        Cell::words(snapshot.person_name(&item.owner)),
        Cell::number(format::count(age), age as f64),
        Cell::number(format::date(item.due, now), item.due.millis() as f64)
            .full(format::moment_full(item.due)),
        Cell::optional(left, |left| format::decimal(left.floor(), 0)).marked(late),
        alerts,
    ]
}

/// The word of a rating.
pub(super) fn rating(rating: Rating) -> &'static str {
    match rating {
        Rating::Low => "Low",
        Rating::Medium => "Medium",
        Rating::High => "High",
        Rating::Critical => "Critical",
    }
}

fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Obligation => "Obligation",
        ItemKind::ControlTest => "Control test",
        ItemKind::Finding => "Finding",
        ItemKind::Incident => "Incident",
        ItemKind::RegulatoryChange => "Regulatory change",
    }
}

fn status(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Open => "Open",
        ItemStatus::InProgress => "In progress",
        ItemStatus::UnderReview => "Under review",
        ItemStatus::Passed => "Passed",
        ItemStatus::Failed => "Failed",
        ItemStatus::Closed => "Closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_the_ladder_at_their_edges() {
        let check = |days, name| assert_eq!(LADDER[step(days)].1, name, "{days}");
        check(-0.01, "overdue");
        check(0.0, "1 d");
        check(0.99, "1 d");
        check(1.0, "7 d");
        check(13.9, "14 d");
        check(30.0, "later");
        check(1e9, "later");
    }
}
