//! Messages that were refused, read when asked for. A row opens to all that is kept of its
//! message, its bytes among it.

use leptos::prelude::*;
use markup::view;
use model::{Position, Timestamp};
use serde::Deserialize;

use super::{
    bytes::Shown,
    list::{self, Head, List, State, draw},
    settle::settle,
};
use crate::{
    erased::{shown, text},
    feed::Listing,
    format,
    node::Node,
    state::Live,
};

/// How many are asked for: each comes with its bytes.
const NEWEST: &str = "/api/v1/dead-letters?limit=50";

/// A message that was refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Refused {
    pub(super) id: i64,
    topic: String,
    reason: String,
    detail: String,
    received: Timestamp,
    position: Option<Position>,
    row: Option<Row>,
    pub(super) key: Option<String>,
    headers: Vec<(String, String)>,
    pub(super) size: u64,
    pub(super) bytes: String,
}

/// The row of a feed that a message was.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Row {
    feed: String,
    place: String,
}

impl Refused {
    /// Where it came from: its place in Kafka, or its row of a feed.
    fn place(&self) -> String {
        match (&self.row, self.position) {
            (Some(row), _) => format!("{}, {}", row.feed, row.place),
            (None, Some(at)) => format!("{}, {}", at.partition, format::count(at.offset)),
            (None, None) => format::MISSING.to_owned(),
        }
    }
}

/// The messages, newest first.
#[component]
pub fn Rejects() -> Node {
    let live = Live::expect();
    let list = List::new(NEWEST, State::Never);
    let told = move || {
        let now = untrack(|| live.wall());
        draw(list.state(), list, |listing| messages(listing, now))
    };
    view! {
        <section class="listing rejects" aria-label="Rejected messages">
            <h2>"Rejected messages"</h2>
            <p class="small">"Messages that could not be read are kept with their bytes, to be corrected and replayed."</p>
            {told}
            {list::ask_button(list, "Load", "Load again")}
        </section>
    }
    .into_any()
}

/// Columns of the table.
const HEADS: [Head; 6] = [
    ("Received", None),
    ("Topic", None),
    ("Reason", None),
    ("What is wrong", Some("wide")),
    ("Partition, offset or row", Some("number wide")),
    ("Bytes", Some("number wide")),
];

/// The table of messages, or that there are none.
pub fn messages(listing: Listing<Refused>, now: Timestamp) -> Node {
    let Listing { items, next } = listing;
    if items.is_empty() {
        return view! { <p class="none">"Nothing was refused."</p> }.into_any();
    }
    let older = next.map(|_| {
        let count = format::count(items.len());
        view! { <p class="small">"The newest " {count} " are listed. Older ones are kept."</p> }
    });
    let rows: Vec<_> = items.into_iter().map(|item| row(item, now)).collect();
    let body = view! { <tbody>{rows}</tbody> }.into_any();
    view! {
        {list::table("Rejected messages", "Messages that were refused, newest first", &HEADS, body)}
        {older}
    }
    .into_any()
}

/// A message in a line, which opens.
fn row(item: Refused, now: Timestamp) -> Node {
    let open = RwSignal::new(false);
    let expanded = text(move || if open.get() { "true" } else { "false" });
    let place = item.place();
    let (topic, reason, detail) = (item.topic.clone(), item.reason.clone(), item.detail.clone());
    let full = detail.clone();
    view! {
        <tr>
            <th scope="row">
                <button
                    type="button"
                    class="expand"
                    aria-expanded=expanded
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <svg viewBox="0 0 8 8" aria-hidden="true"><path d="M2.5 1 5.5 4 2.5 7"></path></svg>
                    {format::moment_seconds(item.received, now)}
                </button>
            </th>
            <td>{topic}</td>
            <td>{reason}</td>
            <td class="wide" title=full>{detail}</td>
            <td class="number wide">{place}</td>
            <td class="number wide">{format::count(item.size)}</td>
        </tr>
        {shown(move || open.get(), move || opened(&item))}
    }
    .into_any()
}

/// All that is kept of a message.
pub fn opened(item: &Refused) -> Node {
    let Shown { body, dump, note } = Shown::of(&item.bytes, item.size);
    let fact = |(name, words): (&'static str, String)| view! { <dt>{name}</dt> <dd>{words}</dd> };
    let facts: Vec<_> = facts(item).into_iter().map(fact).collect();
    let body = (!body.is_empty()).then(|| {
        view! { <pre class:dump=dump tabindex="0" role="region" aria-label="Bytes">{body}</pre> }
    });
    view! {
        <tr class="letter">
            <td colspan="6">
                <dl class="facts">{facts}</dl>
                <p class="small">{note}</p>
                {body}
                {settle(item)}
            </td>
        </tr>
    }
    .into_any()
}

fn facts(item: &Refused) -> Vec<(&'static str, String)> {
    let missing = || format::MISSING.to_owned();
    let place = |read: fn(Position) -> String| item.position.map_or_else(missing, read);
    let header = |(name, value): &(String, String)| format!("{name}: {value}");
    let mut facts = vec![("Topic", item.topic.clone())];
    match &item.row {
        Some(row) => facts.extend([("Feed", row.feed.clone()), ("Row", row.place.clone())]),
        None => facts.extend([
            ("Partition", place(|at| format::count(at.partition))),
            ("Offset", place(|at| format::count(at.offset))),
        ]),
    }
    facts.extend([
        ("Key", item.key.clone().unwrap_or_else(missing)),
        ("Reason", item.reason.clone()),
        ("What is wrong", item.detail.clone()),
        ("Received", format::moment_full(item.received)),
        ("Size", format!("{} bytes", format::count(item.size))),
    ]);
    facts.extend(item.headers.iter().map(|pair| ("Header", header(pair))));
    facts
}
