//! Operations: the source, the topics, how the product itself does, and what was refused.

use leptos::{prelude::*, task::spawn_local};
use markup::view;
use model::{
    SourceState, Status,
    status::{SourceMode, TopicStatus},
};
use serde::Deserialize;

use crate::{
    components::{button::Button, page::PageHead},
    feed::{Host, Listing},
    format,
    node::Node,
    state::Live,
};

/// A message that was refused, as far as this page shows it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Refused {
    id: i64,
    topic: String,
    reason: String,
    detail: String,
    received: model::Timestamp,
    position: Option<model::Position>,
    size: u64,
}

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

#[component]
fn Topics() -> Node {
    let live = Live::expect();
    let rows = move || {
        live.status(|status| {
            status.topics.iter().map(|topic| row(status, topic)).collect::<Vec<_>>()
        })
    };
    let cells = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let head = cells.next();
        let rest = cells.map(|cell| view! { <td class="number">{cell}</td> }).collect_view();
        view! { <tr><th scope="row">{head}</th>{rest}</tr> }
    };
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label="Topics">
            <table class="grid">
                <caption class="unseen">"Topics: provenance, age, counts and lag"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Topic"</th>
                        <th scope="col" class="number">"Provenance"</th>
                        <th scope="col" class="number">"Newest event"</th>
                        <th scope="col" class="number">"Stale after"</th>
                        <th scope="col" class="number">"Events"</th>
                        <th scope="col" class="number">"Rejected in 1 h"</th>
                        <th scope="col" class="number">"Lag, records"</th>
                        <th scope="col" class="number">"Lag, s"</th>
                    </tr>
                </thead>
                <tbody>{move || rows().into_iter().map(cells).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(status: &Status, topic: &TopicStatus) -> Vec<String> {
    let dash = || "\u{2013}".to_owned();
    vec![
        topic.topic.title().to_owned(),
        topic.provenance.name().to_owned(),
        topic.newest.map_or_else(dash, |newest| format::ago(status.now.since(newest).max(0))),
        format::age(topic.stale_after_ms),
        format::count(topic.events),
        format::count(topic.rejects),
        topic.lag_records.map_or_else(dash, format::count),
        topic.lag_seconds.map_or_else(dash, |seconds| format::decimal(seconds, 1)),
    ]
}

/// Messages that were refused, read when asked for.
#[component]
fn Rejects() -> Node {
    let host = Host::expect();
    let listing = RwSignal::new(None::<Result<Vec<Refused>, String>>);
    let load = move || {
        let answer = host.get::<Listing<Refused>>("/api/v1/dead-letters?limit=50");
        spawn_local(async move {
            let page = answer.await.map(|page| page.items).map_err(|fault| fault.to_string());
            listing.set(Some(page));
        });
    };
    let told = move || {
        match listing.get() {
        None => view! { <p class="lead">"Messages that could not be read are kept with their bytes."</p> }.into_any(),
        Some(Err(fault)) => view! { <p class="lead" role="alert">"Not loaded: " {fault}</p> }.into_any(),
        Some(Ok(items)) if items.is_empty() => view! { <p class="lead">"Nothing was refused."</p> }.into_any(),
        Some(Ok(items)) => view! { <RejectTable items/> }.into_any(),
    }
    };
    view! {
        <section class="rejects" aria-label="Rejected messages">
            <h2>"Rejected messages"</h2>
            {told}
            <p class="lead"><Button on_press=load>"Load"</Button></p>
        </section>
    }
    .into_any()
}

#[component]
fn RejectTable(
    /// The messages.
    items: Vec<Refused>,
) -> Node {
    let row = |item: Refused| {
        let place = item
            .position
            .map_or_else(|| "\u{2013}".to_owned(), |at| format!("{}, {}", at.partition, at.offset));
        view! {
            <tr>
                <th scope="row">{format::clock_seconds(item.received)}</th>
                <td>{item.topic}</td>
                <td>{item.reason}</td>
                <td>{item.detail}</td>
                <td class="number">{place}</td>
                <td class="number">{format::count(item.size)}</td>
            </tr>
        }
    };
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label="Rejected messages">
            <table class="grid">
                <caption class="unseen">"Messages that were refused, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Received"</th>
                        <th scope="col">"Topic"</th>
                        <th scope="col">"Reason"</th>
                        <th scope="col">"What is wrong"</th>
                        <th scope="col" class="number">"Partition, offset"</th>
                        <th scope="col" class="number">"Bytes"</th>
                    </tr>
                </thead>
                <tbody>{items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
