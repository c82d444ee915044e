//! The topics: provenance, age, counts and lag.

use leptos::prelude::*;
use markup::view;
use model::{Status, status::TopicStatus};

use crate::{format, node::Node, state::Live};

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
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label="Topics">
            <table class="grid">
                <caption class="unseen">"Topics: provenance, age, counts and lag"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Topic"</th>
                        <th scope="col">"Provenance"</th>
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
