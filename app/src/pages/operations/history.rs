//! The source's history: when it changed over, from which state to which, and why.

use leptos::prelude::*;
use markup::view;
use model::{SourceState, Timestamp, status::ChangeOver};

use super::list::{self, Head, List, State, draw};
use crate::{feed::Listing, format, node::Node, state::Live};

/// The change-overs that are kept; asked for again when the source changes over.
#[component]
pub fn History() -> Node {
    let live = Live::expect();
    let list = List::new("/api/v1/status/history", State::Waiting);
    let since = Memo::new(move |_| live.status(|status| status.since));
    Effect::new(move |_| {
        since.track();
        list.ask();
    });
    let told = move || {
        let now = untrack(|| live.wall());
        draw(list.state(), list, |listing| table(listing, now))
    };
    view! {
        <section class="listing history" aria-label="Source history">
            <h2>"Source history"</h2>
            {told}
        </section>
    }
    .into_any()
}

/// Columns of the table.
const HEADS: [Head; 4] = [("When", None), ("From", None), ("To", None), ("Why", None)];

/// The table of change-overs, or that there were none.
pub fn table(listing: Listing<ChangeOver>, now: Timestamp) -> Node {
    if listing.items.is_empty() {
        return view! { <p class="none">"The source has not changed over yet."</p> }.into_any();
    }
    let row = |change: ChangeOver| {
        view! {
            <tr>
                <th scope="row">{format::moment_seconds(change.at, now)}</th>
                <td>{words(change.from)}</td>
                <td>{words(change.to)}</td>
                <td class="why">{change.why}</td>
            </tr>
        }
        .into_any()
    };
    let rows: Vec<_> = listing.items.into_iter().map(row).collect();
    let body = view! { <tbody>{rows}</tbody> }.into_any();
    list::table("Change-overs", "Change-overs of the source, newest first", &HEADS, body)
}

/// What the source does, in words.
pub fn words(state: SourceState) -> &'static str {
    match state {
        SourceState::Probing => "Looking for Kafka",
        SourceState::Live => "Kafka live",
        SourceState::Degraded => "Kafka lost, figures held",
        SourceState::Simulating => "Simulating",
    }
}
