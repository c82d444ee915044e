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
    lag_seconds: Option<f64>,
    per_second: Option<f64>,
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
const HEADS: [Head; 10] = [
    ("Topic", None),
    ("Partitions", Some("number")),
    ("Replicas", Some("number wide")),
    ("Retention", Some("number wide")),
    ("Cleanup", Some("wide")),
    ("Records/s", Some("number wide")),
    ("Lag, records", Some("number")),
    ("Lag, s", Some("number")),
    ("Fullest, x even", Some("number wide")),
    ("Drift", None),
];

/// The table of topics.
pub fn table(listing: Listing<Cluster>) -> Node {
    let rows: Vec<_> = listing.items.iter().map(row).collect();
    let body = view! { <tbody>{rows}</tbody> }.into_any();
    let topics = list::table(
        "Topics of the cluster",
        "Topics of Kafka: partitions, retention, throughput, lag, skew, drift",
        &HEADS,
        body,
    );
    let count = listing.items.iter().map(|topic| topic.partitions.len()).sum::<usize>();
    let parts = (count > 0).then(|| {
        view! {
            <details>
                <summary>{format::plural(count, "partition")}</summary>
                {partitions(&listing.items)}
            </details>
        }
    });
    view! { {topics} {parts} }.into_any()
}

/// Columns of the table of partitions.
const PARTITION_HEADS: [Head; 5] = [
    ("Topic", None),
    ("Partition", Some("number")),
    ("Records/s", Some("number")),
    ("Lag, records", Some("number")),
    ("Lag, s", Some("number")),
];

/// Every partition: a hot key shows as one that is far ahead of the others.
fn partitions(topics: &[Cluster]) -> Node {
    let row = |(topic, part): (&Cluster, &Partition)| {
        view! {
            <tr>
                <th scope="row">{topic.name.clone()}</th>
                <td class="number">{part.partition.to_string()}</td>
                <td class="number">{rate(part.per_second)}</td>
                <td class="number">{format::count(part.lag_records)}</td>
                <td class="number">{decimal(part.lag_seconds)}</td>
            </tr>
        }
    };
    let all =
        topics.iter().flat_map(|topic| topic.partitions.iter().map(move |part| (topic, part)));
    let rows: Vec<_> = all.map(row).collect();
    let body = view! { <tbody>{rows}</tbody> }.into_any();
    list::table(
        "Partitions of the topics",
        "Partitions: records of the last minute a second, and what waits",
        &PARTITION_HEADS,
        body,
    )
}

fn decimal(value: Option<f64>) -> String {
    value.map_or_else(|| format::MISSING.to_owned(), |value| format::decimal(value, 1))
}

/// Few a minute are not none.
fn rate(value: Option<f64>) -> String {
    let digits = if value.is_some_and(|value| value < 1.0) { 2 } else { 1 };
    value.map_or_else(|| format::MISSING.to_owned(), |value| format::decimal(value, digits))
}

/// The sum over the partitions; nothing where one is unknown or there are none.
fn throughput(topic: &Cluster) -> Option<f64> {
    let sum = topic.partitions.iter().map(|part| part.per_second).sum();
    if topic.present { sum } else { None }
}

/// The longest lag of the partitions whose lag is known.
fn seconds(topic: &Cluster) -> Option<f64> {
    topic.partitions.iter().filter_map(|part| part.lag_seconds).reduce(f64::max)
}

fn row(topic: &Cluster) -> Node {
    let missing = || format::MISSING.to_owned();
    let setting = |name: &str| topic.settings.get(name).cloned();
    let waiting = topic.partitions.iter().map(|part| part.lag_records).sum::<u64>();
    let replicas = topic.partitions.iter().map(|part| part.replicas).min();
    view! {
        <tr>
            <th scope="row">{topic.name.clone()}</th>
            <td class="number">{format::count(topic.partitions.len())}</td>
            <td class="number wide">{replicas.map_or_else(missing, format::count)}</td>
            <td class="number wide">{setting("retention.ms").map_or_else(missing, retention)}</td>
            <td class="wide">{setting("cleanup.policy").unwrap_or_else(missing)}</td>
            <td class="number wide">{rate(throughput(topic))}</td>
            <td class="number">{format::count(waiting)}</td>
            <td class="number">{decimal(seconds(topic))}</td>
            <td class="number wide">{decimal(topic.skew)}</td>
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
