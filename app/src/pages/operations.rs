//! Operations: the source, the topics, how the product itself does, what was refused, and the
//! rules in force.

mod bytes;
mod list;
mod rejects;
mod rules;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod topics;

use leptos::prelude::*;
use markup::view;
use model::{SourceState, Status, status::SourceMode};

use self::{rejects::Rejects, rules::Rules, topics::Topics};
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
        </section>
        <Topics/>
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
    let state = match status.state {
        SourceState::Probing => "Looking for Kafka",
        SourceState::Live => "Kafka live",
        SourceState::Degraded => "Kafka lost, figures held",
        SourceState::Simulating => "Simulating",
    };
    let mode = match status.mode {
        SourceMode::Auto => "auto",
        SourceMode::Kafka => "kafka",
        SourceMode::Simulation => "simulation",
    };
    let dash = || "\u{2013}".to_owned();
    let brokers = if status.brokers.is_empty() { dash() } else { status.brokers.clone() };
    vec![
        ("Source", state.to_owned()),
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

/// How the product itself does.
fn health(status: &Status) -> Vec<(&'static str, String)> {
    vec![
        ("Events a second", format::decimal(status.events_per_second, 1)),
        ("p99, receipt to hub", format!("{} ms", format::decimal(status.latency_p99_ms, 1))),
        ("Viewers", format::count(status.viewers)),
        ("Store", format!("{} kB", format::count(status.store_bytes / 1_000))),
        ("Version", status.version.clone()),
    ]
}
