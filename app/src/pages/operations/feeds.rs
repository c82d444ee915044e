//! The feeds: files and addresses that bring events beside Kafka, and how they do.

use leptos::prelude::*;
use markup::view;
use model::{
    Status,
    status::{FeedState, FeedStatus},
};

use super::list::{self, Head};
use crate::{format, node::Node, state::Live};

/// Columns of the table.
const HEADS: [Head; 7] = [
    ("Feed", None),
    ("Topic", None),
    ("Where", Some("wide")),
    ("State", None),
    ("Rows", Some("number")),
    ("Rejected", Some("number")),
    ("Last row", Some("number")),
];

/// A row for each feed; nothing where none is configured.
#[component]
pub fn Feeds() -> Node {
    let live = Live::expect();
    let rows = move || {
        live.status(|status| status.feeds.iter().map(|feed| row(status, feed)).collect::<Vec<_>>())
    };
    view! { {move || table(rows())} }.into_any()
}

/// The table of these rows.
fn table(rows: Vec<[String; 7]>) -> Node {
    if rows.is_empty() {
        return Node::Empty;
    }
    let cells = |[name, topic, place, state, rows, rejects, last]: [String; 7]| {
        let full = place.clone();
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{topic}</td>
                <td class="wide" title=full>{place}</td>
                <td class="said">{state}</td>
                <td class="number">{rows}</td>
                <td class="number">{rejects}</td>
                <td class="number">{last}</td>
            </tr>
        }
    };
    let rows: Vec<_> = rows.into_iter().map(cells).collect();
    let body = view! { <tbody>{rows}</tbody> }.into_any();
    view! {
        <section class="listing feeds" aria-label="Feeds">
            <h2>"Feeds"</h2>
            <p class="small">"Files and addresses that bring events beside Kafka. Counts are since the start."</p>
            {list::table("Feeds", "Feeds: topic, state, rows, last row", &HEADS, body)}
        </section>
    }
    .into_any()
}

fn row(status: &Status, feed: &FeedStatus) -> [String; 7] {
    let age = |at: model::Timestamp| format::ago(status.now.since(at).max(0));
    [
        feed.name.clone(),
        feed.topic.title().to_owned(),
        feed.place.clone(),
        state(status, feed),
        format::count(feed.rows),
        format::count(feed.rejects),
        feed.last_read.map_or_else(|| format::MISSING.to_owned(), age),
    ]
}

/// What it does, why, and when it is tried again.
fn state(status: &Status, feed: &FeedStatus) -> String {
    let word = match feed.state {
        FeedState::Waiting => "waiting",
        FeedState::Reading => "reading",
        FeedState::Failing => "failing",
    };
    let reason = feed.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let again = feed.next_attempt.map(|at| at.since(status.now)).filter(|wait| *wait > 0);
    let again = again.map_or_else(String::new, |wait| format!("; again in {}", format::age(wait)));
    format!("{word}{reason}{again}")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use model::Topic;

    use super::*;
    use crate::fixture;

    fn feed(state: FeedState, reason: Option<&str>) -> FeedStatus {
        FeedStatus {
            name: "erp".into(),
            topic: Topic::Budget,
            place: "exports/*.csv".into(),
            state,
            reason: reason.map(Into::into),
            next_attempt: None,
            rows: 12_400,
            rejects: 3,
            last_read: Some(fixture::now().plus(-4_000)),
        }
    }

    #[test]
    fn a_feed_says_what_it_does_and_why() {
        let status = fixture::initial().status;
        let check = |feed: FeedStatus, state: &str| assert_eq!(row(&status, &feed)[3], state);
        check(feed(FeedState::Reading, None), "reading");
        check(
            feed(FeedState::Waiting, Some("nothing is there yet")),
            "waiting: nothing is there yet",
        );
        let mut failing = feed(FeedState::Failing, Some("it answers 503"));
        failing.next_attempt = Some(status.now.plus(90_000));
        check(
            failing.clone(),
            &format!("failing: it answers 503; again in {}", format::age(90_000)),
        );
        failing.next_attempt = Some(status.now.plus(-1));
        check(failing, "failing: it answers 503");
        let cells = row(&status, &feed(FeedState::Reading, None));
        assert_eq!(
            (&*cells[0], &*cells[2], &*cells[4], &*cells[5]),
            ("erp", "exports/*.csv", "12,400", "3")
        );
    }

    #[test]
    fn the_table_is_there_where_feeds_are() {
        let html = |rows| Owner::new_root(None).with(|| table(rows).to_html());
        let row = row(&fixture::initial().status, &feed(FeedState::Reading, None));
        assert!(html(vec![row]).contains("<h2>Feeds</h2>"));
        assert!(!html(vec![]).contains("Feeds"));
    }
}
