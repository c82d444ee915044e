//! Transactions: how many, through what, of what value, and how risky.

use leptos::prelude::*;
use markup::view;
use model::{
    Currency, Figure, Money, Severity, Snapshot, Timestamp, Topic,
    event::transaction::{Channel, TransactionStatus, TransactionType},
    figure::Unit,
    trend::Point,
    view::transaction::{Decision, Minute, RATE_MAX_AGE, Row, Summary, in_usd, summary},
};

use super::domain::{
    Content, Domain, DomainPage, History, KeyFigure, alarms, attention, level, line, quiet,
};
use crate::{
    charts::{
        bars::{Bar, Columns, Rows},
        bullet::Bullet,
        frame::{Chart, Panel},
        line::Series,
        path::Curve,
        tone::Tone,
    },
    components::{
        figure::Number,
        grid::{Cell, Column, Entry, Grid, Order},
    },
    format,
    node::Node,
};

/// Scores from which a transaction is reviewed and declined, as shares of 100.
const LIMITS: [f64; 2] = [0.80, 0.95];

/// Transactions: how many, through what, of what value, and how risky.
#[component]
pub fn Transactions() -> Node {
    let domain = Domain { topic: Topic::Transactions, content, watched: None, steady: true };
    view! { <DomainPage domain/> }
}

fn content(snapshot: &Snapshot, now: Timestamp, _: &History) -> Content {
    let summary = summary(snapshot.minutes.iter(), &snapshot.rates, now);
    let known = !snapshot.minutes.is_empty();
    let side = if known {
        vec![channels(&summary), scores(&summary), currencies(snapshot, &summary.hour, now)]
    } else {
        Vec::new()
    };
    Content {
        detail: format!(
            "last hour, {}",
            format::plural(summary.hour.count as usize, "transaction")
        ),
        figures: figures(&summary, known),
        main: vec![rate(snapshot, now)],
        side,
        grid: grid(snapshot, now),
        empty: if known {
            "The newest transactions are on their way."
        } else {
            "No transaction yet. The first one opens this page."
        }
        .to_owned(),
    }
}

fn figures(summary: &Summary, known: bool) -> Vec<KeyFigure> {
    let hour = &summary.hour;
    let count = |number: u32| {
        if known { Number::new(format::count(number), "") } else { Number::missing() }
    };
    let approved = hour
        .approval_rate()
        .map_or_else(Number::missing, |rate| Number::new(format::percent_number(rate), "%"));
    let rates = summary.rates_as_of.map_or_else(
        || "no exchange rates".to_owned(),
        |as_of| format!("rates of {}", format::clock(as_of)),
    );
    let rates = if summary.value.is_some() { rates } else { "a rate is missing or old".to_owned() };
    let rate = if known {
        Number::new(format::decimal(summary.rate, 1), "/min")
    } else {
        Number::missing()
    };
    vec![
        KeyFigure::new("Rate", rate, "last five full minutes"),
        KeyFigure::new(
            "Value",
            summary.value.filter(|_| known).map_or_else(Number::missing, Number::money),
            format!("in 1 h, {rates}"),
        ),
        KeyFigure::new("Approved", approved, "approved / decided, in 1 h"),
        KeyFigure::new("For review", count(hour.review), "scored from 80, in 1 h")
            .marked((hour.review > 0).then_some(Severity::Warning)),
        KeyFigure::new("Decline advised", count(hour.advised_decline), "scored from 95, in 1 h")
            .marked((hour.advised_decline > 0).then_some(Severity::Critical)),
    ]
}

/// Transactions of each full minute; the running one would always look like a fall.
fn rate(snapshot: &Snapshot, now: Timestamp) -> Panel {
    let full = now.floor(Timestamp::MINUTE);
    let minutes = snapshot.minutes.iter().filter(|(at, _)| **at < full);
    let points: Vec<Point> =
        minutes.map(|(&at, minute)| Point { at, value: f64::from(minute.count) }).collect();
    let chart = (!points.is_empty()).then(|| {
        let series = Series { name: String::new(), tone: Tone::Plain, strong: false, points };
        let mut chart = line(Topic::Transactions, vec![series], now, Unit::PerMinute);
        chart.curve = Curve::Step;
        chart.zero = true;
        chart.widest = 2 * Timestamp::MINUTE;
        chart.height = 240.0;
        chart.alarms = alarms(snapshot, Figure::TransactionScore, now);
        chart.alarms.iter_mut().for_each(|alarm| alarm.value = 0.0);
        Chart::Line(chart)
    });
    Panel {
        title: "Transactions a minute",
        note: "full minutes, last hour".to_owned(),
        remark: "By time of the transaction".to_owned(),
        chart: chart.ok_or_else(|| quiet(Topic::Transactions)),
    }
}

fn channels(summary: &Summary) -> Panel {
    let hour = &summary.hour;
    let all = f64::from(hour.count.max(1));
    let bar = |channel: Channel| {
        let value = f64::from(hour.by_channel[channel.index()]) / all;
        let (name, words) = (channel.title().to_owned(), format::percent_whole(value));
        Bar { name, value, words, severity: None }
    };
    let bars = Channel::ALL.map(bar).into();
    Panel {
        title: "By channel",
        note: "share of transactions, 1 h".to_owned(),
        remark: String::new(),
        chart: Ok(Chart::Rows(Rows { bars, heads: ["Channel", "Share"], full: None })),
    }
}

fn scores(summary: &Summary) -> Panel {
    let bar = |(index, &count): (usize, &u32)| Bar {
        name: (index * 10).to_string(),
        value: f64::from(count),
        words: format::count(count),
        severity: match index {
            8 if count > 0 => Some(Severity::Warning),
            9 if count > 0 => Some(Severity::Critical),
            _ => None,
        },
    };
    let bars = summary.hour.scores.iter().enumerate().map(bar).collect();
    Panel {
        title: "By risk score",
        note: "steps of ten, 1 h".to_owned(),
        remark: String::new(),
        chart: Ok(Chart::Columns(Columns {
            bars,
            height: 170.0,
            heads: ["Score from", "Transactions"],
        })),
    }
}

/// Value by currency: as long as its value in dollars, written in its own with the rate.
fn currencies(snapshot: &Snapshot, hour: &Minute, now: Timestamp) -> Panel {
    let bar = |currency: Currency| {
        let own = hour.value_in(currency);
        let mut only = [0; 6];
        only[currency.index()] = own.minor;
        let dollars = in_usd(&only, &snapshot.rates, now);
        let rate = match &snapshot.rates[currency.index()] {
            _ if currency == Currency::Usd => String::new(),
            Some(rate) if now.since(rate.as_of) <= RATE_MAX_AGE => {
                format!(" at {}", format::decimal(rate.per_usd, 2))
            }
            Some(_) => " rate is old".to_owned(),
            None => " no rate".to_owned(),
        };
        Bar {
            name: currency.code().to_owned(),
            value: dollars.map_or(0.0, Money::approximate_major),
            words: format!("{}{rate}", format::money_bare(own)),
            severity: None,
        }
    };
    let as_of = snapshot.rates.iter().flatten().map(|rate| rate.as_of).min();
    let bars = Currency::ALL.map(bar).into();
    Panel {
        title: "Value by currency",
        note: "bars in USD, 1 h".to_owned(),
        remark: as_of
            .map_or_else(String::new, |as_of| format!("rates of {}", format::moment(as_of, now))),
        chart: Ok(Chart::Rows(Rows { bars, heads: ["Currency", "Value and rate"], full: None })),
    }
}

const COLUMNS: [Column; 10] = [
    Column::words("Account"),
    Column::number("Time"),
    Column::number("Amount"),
    Column::words("Type"),
    Column::words("Channel"),
    Column::words("Country"),
    Column::words("Status"),
    Column::number("Score").of("Sum of the weights of the reasons that hold, at most 100"),
    Column::words("Reasons"),
    Column::words("Advice").of("Review from 80, decline from 95"),
];

fn grid(snapshot: &Snapshot, now: Timestamp) -> Grid {
    let attention = attention(snapshot, Topic::Transactions);
    let entry = |row: &Row| {
        let entity = row.transaction.account.to_string();
        let alert = attention.get(entity.as_str()).map(|(severity, _)| *severity);
        Entry { cells: cells(row, now, alert), entity, origin: row.origin.clone() }
    };
    Grid {
        caption: "The newest transactions, at most 200",
        columns: COLUMNS.into(),
        of_events: true,
        entries: snapshot.transactions.values().rev().map(entry).collect(),
        total: None,
        order: Order::down(1),
    }
}

#[expect(clippy::cast_precision_loss, reason = "keys to sort by")]
fn cells(row: &Row, now: Timestamp, alert: Option<Severity>) -> Vec<Cell> {
    let transaction = &row.transaction;
    let amount = transaction.amount;
    let share = f64::from(row.score) / 100.0;
    let severity = level(share, LIMITS[0], LIMITS[1]);
    let bullet = Bullet { share, ticks: &LIMITS, severity };
    let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.title()).collect();
    let country = match transaction.ip_country {
        Some(network) if network != transaction.country => {
            format!("{}, network {network}", transaction.country)
        }
        _ => transaction.country.to_string(),
    };
    let time = row.origin.time;
    let clock = if now.since(time) < Timestamp::DAY {
        format::clock_seconds(time)
    } else {
        format::date(time, now)
    };
    vec![
        Cell::words(transaction.account.as_str()).marked(alert),
        Cell::number(clock, time.millis() as f64).full(format::moment_full(time)),
        Cell::number(format::money(amount), amount.approximate_major())
            .full(format::money_full(amount)),
        Cell::words(kind(transaction.kind)),
        Cell::words(transaction.channel.title()),
        Cell::words(country),
        Cell::words(status(transaction.status)),
        Cell::number(row.score.to_string(), share).bullet(bullet),
        if reasons.is_empty() { Cell::missing() } else { Cell::words(reasons.join(", ")) },
        Cell::words(row.decision.title()).marked(match row.decision {
            Decision::Approve => None,
            Decision::Review => Some(Severity::Warning),
            Decision::Decline => Some(Severity::Critical),
        }),
    ]
}

fn kind(kind: TransactionType) -> &'static str {
    match kind {
        TransactionType::Purchase => "Purchase",
        TransactionType::Withdrawal => "Withdrawal",
        TransactionType::Deposit => "Deposit",
        TransactionType::Transfer => "Transfer",
        TransactionType::Payment => "Payment",
        TransactionType::Refund => "Refund",
        TransactionType::Fee => "Fee",
    }
}

fn status(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Pending => "Pending",
        TransactionStatus::Approved => "Approved",
        TransactionStatus::Declined => "Declined",
        TransactionStatus::Reversed => "Reversed",
    }
}
