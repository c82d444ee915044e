//! What a strip says about its domain: the headline figure, how it moved, one line of context.
//! Reads summaries of the model and writes them; computes no figure of its own.

use model::{
    Snapshot, Timestamp, Topic, order,
    trend::Trend,
    view::{budget, compliance, etl, project, risk, system, transaction},
};

use crate::{components::figure::Number, format};

/// Which way a figure moved. Direction is not judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It rose.
    Up,
    /// It fell.
    Down,
}

/// The words of a strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The headline figure.
    pub number: Number,
    /// How it moved, and over what span.
    pub delta: Option<(Direction, String)>,
    /// One line of context; the reason where there is no figure.
    pub context: String,
}

impl Reading {
    /// Reads a domain off a snapshot at a moment.
    pub fn of(snapshot: &Snapshot, topic: Topic, now: Timestamp) -> Reading {
        let read = match topic {
            Topic::Budget => budget_reading(snapshot),
            Topic::Projects => project_reading(snapshot),
            Topic::Compliance => compliance_reading(snapshot, now),
            Topic::Transactions => transaction_reading(snapshot, now),
            Topic::Risk => risk_reading(snapshot, now),
            Topic::System => system_reading(snapshot),
            Topic::Etl => etl_reading(snapshot, now),
        };
        read.unwrap_or_else(|| Reading {
            number: Number::missing(),
            delta: None,
            context: format!("No {} event in this book", topic.name()),
        })
    }
}

fn budget_reading(snapshot: &Snapshot) -> Option<Reading> {
    let summary = budget::summary(snapshot.budget.values())?;
    let period = summary.newest.budget.fiscal_period.title();
    let quarter = period.split(' ').next().unwrap_or_default();
    let (actual, approved) = (summary.actual, summary.approved);
    Some(Reading {
        number: Number::new(format::percent_number(summary.utilization?), "%"),
        delta: moved(snapshot, Topic::Budget, 0.000_5, format::points),
        context: format!(
            "{} of {}, {quarter}",
            format::money(actual),
            format::money_bare(approved)
        ),
    })
}

fn project_reading(snapshot: &Snapshot) -> Option<Reading> {
    let summary = project::summary(snapshot.projects.values());
    let spi = summary.spi.map_or(format::MISSING.to_owned(), format::ratio);
    Some(Reading {
        number: Number::new(format::ratio(summary.cpi?), "CPI"),
        delta: moved(snapshot, Topic::Projects, 0.005, |by| format::ratio(by.abs())),
        context: format!("{} of {} at risk, SPI {spi}", summary.at_risk, summary.active),
    })
}

fn compliance_reading(snapshot: &Snapshot, now: Timestamp) -> Option<Reading> {
    if snapshot.compliance.is_empty() {
        return None;
    }
    let summary = compliance::summary(snapshot.compliance.values(), now);
    let rate = summary.pass_rate.map_or(format::MISSING.to_owned(), format::percent);
    Some(Reading {
        number: Number::new(format::count(summary.overdue), "overdue"),
        delta: moved(snapshot, Topic::Compliance, 0.5, |by| format::decimal(by.abs(), 0)),
        context: format!("{} open, control pass rate {rate}", format::count(summary.open)),
    })
}

fn transaction_reading(snapshot: &Snapshot, now: Timestamp) -> Option<Reading> {
    if snapshot.minutes.is_empty() {
        return None;
    }
    let summary = transaction::summary(snapshot.minutes.iter(), &snapshot.rates, now);
    let value = match summary.value {
        Some(value) => format!("{} in 1 h", format::money(value)),
        None => "No total: a rate is missing".to_owned(),
    };
    let approved = summary.hour.approval_rate();
    let approved = approved.map(|rate| format!(", {} approved", format::percent(rate)));
    let usual = usual(snapshot.trends.get(&Topic::Transactions)).filter(|usual| *usual > 0.0);
    let delta = usual.map(|usual| summary.rate / usual - 1.0).filter(|by| by.abs() >= 0.005);
    Some(Reading {
        number: Number::new(format::decimal(summary.rate, 0), "/min"),
        delta: delta
            .map(|by| (direction(by), format!("{} on usual", format::percent_whole(by.abs())))),
        context: format!("{value}{}", approved.unwrap_or_default()),
    })
}

fn risk_reading(snapshot: &Snapshot, now: Timestamp) -> Option<Reading> {
    let summary = risk::summary(snapshot.risk.values(), now);
    let expected = summary.expected_loss?;
    let dollars = |by: f64| format::value(model::Figure::ExpectedLoss, by.abs());
    Some(Reading {
        number: Number::money(expected),
        delta: moved(snapshot, Topic::Risk, 10_000.0, |by| {
            dollars(by).trim_start_matches("USD ").to_owned()
        }),
        context: format!("Expected loss, {} open", format::count(summary.open)),
    })
}

fn system_reading(snapshot: &Snapshot) -> Option<Reading> {
    let summary = system::summary(snapshot.system.values());
    let (_, worst) = summary.worst?;
    let available = summary.availability.map(|share| format::decimal(share * 100.0, 2));
    let available = available.unwrap_or_else(|| format::MISSING.to_owned());
    Some(Reading {
        number: Number::new(format::decimal(worst, 0), "ms p99"),
        delta: moved(snapshot, Topic::System, 0.5, |by| {
            format!("{} ms", format::decimal(by.abs(), 0))
        }),
        context: format!("{} of {} up, availability {available} %", summary.up, summary.services),
    })
}

fn etl_reading(snapshot: &Snapshot, now: Timestamp) -> Option<Reading> {
    let summary = etl::summary(snapshot.etl.values(), now);
    if summary.jobs == 0 {
        return None;
    }
    let rate = summary.success_rate.map_or(format::MISSING.to_owned(), format::percent);
    let oldest = summary.oldest.map(|(_, age)| format!("{} oldest", format::age(age)));
    Some(Reading {
        number: Number::new(format::count(summary.fresh), format!("of {} fresh", summary.jobs)),
        delta: oldest.map(|text| (Direction::Up, text)),
        context: format!("Success {rate} in 24 h"),
    })
}

/// How a headline moved over its trend, where it moved by at least `least`.
fn moved(
    snapshot: &Snapshot,
    topic: Topic,
    least: f64,
    write: impl Fn(f64) -> String,
) -> Option<(Direction, String)> {
    let points = snapshot.trends.get(&topic)?.points();
    let (first, last) = (points.first()?, points.last()?);
    let by = last.value - first.value;
    let over = format::age(last.at.since(first.at));
    (by.abs() >= least).then(|| (direction(by), format!("{} in {over}", write(by))))
}

fn direction(by: f64) -> Direction {
    if by < 0.0 { Direction::Down } else { Direction::Up }
}

/// What is usual: the median of a trend.
pub fn usual(trend: Option<&Trend>) -> Option<f64> {
    let mut values: Vec<f64> = trend?.points().iter().map(|point| point.value).collect();
    order::sort(&mut values, f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Milliseconds since the newest event of a topic.
pub fn age(snapshot: &Snapshot, topic: Topic, now: Timestamp) -> Option<i64> {
    snapshot.newest.get(&topic).map(|newest| now.since(*newest).max(0))
}
