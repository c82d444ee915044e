//! Kafka's topics as the cluster has them: partitions, what waits, and drift from what is
//! configured. Asked for when the page opens and on demand, since a broker has to answer.

use std::collections::BTreeMap;

use leptos::prelude::*;
use markup::view;
use serde::Deserialize;

use super::list::{self, Head, List, State, draw};
use crate::{
    components::mark::{Mark, Shape},
    erased::Derived,
    feed::Listing,
    format,
    node::Node,
};

/// A topic, as far as this page shows it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Cluster {
    name: String,
    present: bool,
    partitions: Vec<Partition>,
    skew: Option<f64>,
    settings: BTreeMap<String, String>,
    drift: Vec<Drift>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Partition {
    partition: i32,
    replicas: usize,
    lag_records: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Drift {
    setting: String,
    configured: String,
    actual: String,
}

/// The topics of Kafka.
#[component]
pub fn Clusters() -> Node {
    let list = List::new("/api/v1/topics", State::Never);
    view! {
        <section class="listing cluster" aria-label="Kafka topics">
            <h2>"Kafka topics"</h2>
            <p class="small">"As the cluster has them. Missing ones are created; none is changed or deleted."</p>
            {move || draw(list.state(), list, table)}
            {list::ask_button(list, "Ask the broker", "Ask again")}
        </section>
    }
    .into_any()
}

/// Columns of the table.
const HEADS: [Head; 8] = [
    ("Topic", None),
    ("Partitions", Some("number")),
    ("Replicas", Some("number wide")),
    ("Retention", Some("number wide")),
    ("Cleanup", Some("wide")),
    ("Waiting", Some("number")),
    ("Fullest, x even", Some("number wide")),
    ("Drift", None),
];

/// The table of topics.
pub fn table(listing: Listing<Cluster>) -> Node {
    let rows: Vec<_> = listing.items.iter().map(row).collect();
    let body = view! { <tbody>{rows}</tbody> }.into_any();
    list::table(
        "Topics of the cluster",
        "Topics of Kafka: partitions, retention, lag, skew, drift",
        &HEADS,
        body,
    )
}

fn row(topic: &Cluster) -> Node {
    let missing = || format::MISSING.to_owned();
    let setting = |name: &str| topic.settings.get(name).cloned();
    let waiting = topic.partitions.iter().map(|part| part.lag_records).sum::<u64>();
    let by_part = |part: &Partition| {
        format!("partition {}: {}", part.partition, format::count(part.lag_records))
    };
    let by_part = topic.partitions.iter().map(by_part).collect::<Vec<_>>().join(", ");
    let replicas = topic.partitions.iter().map(|part| part.replicas).min();
    view! {
        <tr>
            <th scope="row">{topic.name.clone()}</th>
            <td class="number">{format::count(topic.partitions.len())}</td>
            <td class="number wide">{replicas.map_or_else(missing, format::count)}</td>
            <td class="number wide">{setting("retention.ms").map_or_else(missing, retention)}</td>
            <td class="wide">{setting("cleanup.policy").unwrap_or_else(missing)}</td>
            <td class="number" title=by_part>{format::count(waiting)}</td>
            <td class="number wide">
                {topic.skew.map_or_else(missing, |skew| format::decimal(skew, 1))}
            </td>
            <td>{drift(topic)}</td>
        </tr>
    }
    .into_any()
}

/// Milliseconds as people say them; `-1` is for ever.
fn retention(millis: String) -> String {
    match millis.parse::<i64>() {
        Ok(millis) if millis >= 0 => format::span(millis),
        Ok(_) => "for ever".to_owned(),
        Err(_) => millis,
    }
}

/// What is other than configured, said with a shape beside the words.
fn drift(topic: &Cluster) -> Node {
    let words = |drift: &Drift| {
        format!("{} {}, configured {}", drift.setting, drift.actual, drift.configured)
    };
    let words = match (topic.present, topic.drift.as_slice()) {
        (false, _) => "missing in Kafka".to_owned(),
        (true, []) => return view! { <span>"none"</span> }.into_any(),
        (true, drift) => drift.iter().map(words).collect::<Vec<_>>().join("; "),
    };
    view! { <Mark shape=Derived::from(Shape::Stale)/> " " {words} }.into_any()
}
