//! Operations: the source, the topics, the feeds, how the product itself does, what was refused, and the
//! rules in force.

mod bytes;
mod cluster;
mod feeds;
mod history;
mod list;
mod rejects;
mod rules;
mod settle;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod topics;

use leptos::prelude::*;
use markup::view;
use model::{Status, status::SourceMode};

use self::{
    cluster::Clusters,
    feeds::Feeds,
    history::{History, words},
    rejects::Rejects,
    rules::Rules,
    topics::Topics,
};
use crate::{components::page::PageHead, format, node::Node, state::Live};

/// Source and health.
#[component]
pub fn Operations() -> Node {
    let live = Live::expect();
    let facts = move || live.status(source);
    let health = move || live.status(health);
    view! {
        <PageHead title="Operations" detail="Source, freshness and health"/>
        <section class="health" aria-label="Source">
            <dl class="key-figures">{move || facts().into_iter().map(fact).collect_view()}</dl>
            <p class="lead">{move || live.status(|status| status.reason.clone())}</p>
            <dl class="key-figures">{move || health().into_iter().map(fact).collect_view()}</dl>
            <p class="lead">{move || live.status(undelivered)}</p>
        </section>
        <Topics/>
        <Feeds/>
        <Clusters/>
        <History/>
        <Rejects/>
        <Rules/>
    }
    .into_any()
}

fn fact((label, value): (&'static str, String)) -> Node {
    view! { <div class="key-figure"><dt>{label}</dt><dd>{value}</dd></div> }
}

/// Where the figures come from.
fn source(status: &Status) -> Vec<(&'static str, String)> {
    let mode = match status.mode {
        SourceMode::Auto => "auto",
        SourceMode::Kafka => "kafka",
        SourceMode::Simulation => "simulation",
        SourceMode::Direct => "direct",
    };
    let dash = || "\u{2013}".to_owned();
    let source = match status.mode {
        SourceMode::Direct => "Without Kafka",
        _ => words(status.state),
    };
    let brokers = if status.brokers.is_empty() { dash() } else { status.brokers.clone() };
    vec![
        ("Source", source.to_owned()),
        ("Since", format::moment(status.since, status.now)),
        ("Mode", mode.to_owned()),
        ("Brokers", brokers),
        ("Attempts", format::count(status.attempt)),
        (
            "Last real event",
            status.last_real.map_or_else(dash, |at| format::moment(at, status.now)),
        ),
        ("Seed", status.seed.map_or_else(dash, |seed| seed.to_string())),
    ]
}

/// What was handed in and Kafka does not have.
fn waiting(status: &Status) -> String {
    let Some(spool) = &status.spool else { return "\u{2013}".to_owned() };
    match spool.oldest.filter(|_| spool.records > 0) {
        Some(oldest) => {
            let (count, age) = (format::count(spool.records), status.now.since(oldest).max(0));
            format!("{count} for {}", format::age(age))
        }
        None => "0".to_owned(),
    }
}

/// Why what waits for Kafka does not get there.
fn undelivered(status: &Status) -> Option<String> {
    let spool = status.spool.as_ref()?;
    if spool.bytes >= spool.limit {
        return Some("No more is taken by HTTP until Kafka has what waits.".to_owned());
    }
    Some(format!("What waits for Kafka is tried again: {}.", spool.fault.as_ref()?))
}

/// How the product itself does.
fn health(status: &Status) -> Vec<(&'static str, String)> {
    vec![
        ("Wait for Kafka", waiting(status)),
        ("Events a second", format::decimal(status.events_per_second, 1)),
        ("p99, receipt to hub", format!("{} ms", format::decimal(status.latency_p99_ms, 1))),
        ("Viewers", format::count(status.viewers)),
        ("Store", format!("{} kB", format::count(status.store_bytes / 1_000))),
        ("Version", status.version.clone()),
    ]
}
