//! The topics: provenance, age, counts and lag.

use leptos::prelude::*;
use markup::view;
use model::{Status, status::TopicStatus};

use super::list::{self, Head};
use crate::{format, node::Node, state::Live};

/// Columns of the table.
const HEADS: [Head; 8] = [
    ("Topic", None),
    ("Provenance", None),
    ("Newest event", Some("number")),
    ("Stale after", Some("number")),
    ("Events", Some("number")),
    ("Rejected in 1 h", Some("number")),
    ("Lag, records", Some("number")),
    ("Lag, s", Some("number")),
];

/// A row for each topic.
#[component]
pub fn Topics() -> Node {
    let live = Live::expect();
    let rows = move || {
        live.status(|status| {
            status.topics.iter().map(|topic| row(status, topic)).collect::<Vec<_>>()
        })
    };
    let cells = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let head = cells.next();
        let provenance = cells.next();
        let rest = cells.map(|cell| view! { <td class="number">{cell}</td> }).collect_view();
        view! { <tr><th scope="row">{head}</th><td>{provenance}</td>{rest}</tr> }
    };
    let body =
        view! { <tbody>{move || rows().into_iter().map(cells).collect_view()}</tbody> }.into_any();
    list::table("Topics", "Topics: provenance, age, counts and lag", &HEADS, body)
}

fn row(status: &Status, topic: &TopicStatus) -> Vec<String> {
    let dash = || "\u{2013}".to_owned();
    vec![
        topic.topic.title().to_owned(),
        topic.fault.clone().unwrap_or_else(|| topic.provenance.name().to_owned()),
        topic.newest.map_or_else(dash, |newest| format::ago(status.now.since(newest).max(0))),
        format::age(topic.stale_after_ms),
        format::count(topic.events),
        format::count(topic.rejects),
        topic.lag_records.map_or_else(dash, format::count),
        topic.lag_seconds.map_or_else(dash, |seconds| format::decimal(seconds, 1)),
    ]
}
