//! The lists of operations, drawn as they arrive.

use std::sync::Arc;

use leptos::prelude::*;
use model::{Timestamp, status::SpoolStatus};
use serde_json::{Value, json};

use super::{
    cluster, history,
    list::{List, State, draw},
    rejects::{self, Refused},
    rules, undelivered, waiting,
};
use crate::{App, fixture};

/// What stands on the screen: the text of HTML, blanks joined.
fn text(html: &str) -> String {
    let parts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn with_owner<T>(test: impl FnOnce() -> T) -> T {
    Owner::new_root(None).with(test)
}

fn here(answer: &Value) -> State {
    State::Here(answer.to_string())
}

fn rules(state: State) -> String {
    with_owner(|| draw(state, List::new("/api/v1/rules", State::Never), rules::table).to_html())
}

fn level(severity: &str, fire: f64, recover: f64) -> Value {
    json!({ "severity": severity, "fire": fire, "recover": recover, "when": null })
}

fn rule(id: &str, topic: &str, figure: &str, limit: &str, levels: &[Value]) -> Value {
    json!({ "id": id, "version": 3, "topic": topic, "figure": figure, "limit": limit,
        "levels": levels, "hold_minutes": null, "title": "", "summary": "" })
}

#[test]
fn rules_say_where_each_severity_fires_and_recovers() {
    let mut guarded = level("emergency", 1.5, 1.4);
    guarded["when"] = json!({ "figure": "utilization", "at_least": 0.9, "below": null });
    let mut held = rule(
        "transactions.score",
        "transactions",
        "score",
        "upper",
        &[level("critical", 95.0, 90.0)],
    );
    held["hold_minutes"] = json!(60);
    let html = rules(here(&json!({ "items": [
        rule("budget.utilization", "budget", "utilization", "upper", &[
            level("warning", 0.75, 0.72), level("critical", 0.9, 0.87),
        ]),
        rule("budget.pace", "budget", "pace", "upper", &[guarded]),
        rule("projects.cpi", "projects", "cpi", "lower", &[level("info", 0.95, 0.97)]),
        held,
    ], "next": null })));
    let page = text(&html);
    for part in [
        "Used Budget Warning at or above 75.0 % below 72.0 % \u{2013} budget.utilization, 3",
        "Critical at or above 90.0 % below 87.0 % level 2 after 15 min, level 3 after 30 min",
        "Emergency at or above 1.50 with Used at or above 90.0 % below 1.40 level 3 at once",
        "CPI Projects Info below 0.95 at or above 0.97 \u{2013} projects.cpi, 3",
        "Critical at or above 95 1 h after it last fired",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
    assert_eq!(html.matches("rowspan=\"2\"").count(), 3);
    assert_eq!(html.matches("scope=\"rowgroup\"").count(), 4);
}

#[test]
fn a_list_says_how_far_it_has_come() {
    let check = |state: State, parts: &[&str], again: bool| {
        let html = rules(state);
        for part in parts {
            assert!(html.contains(part), "{part:?} is missing in {html}");
        }
        assert_eq!(html.contains("Try again"), again, "{html}");
    };
    check(State::Waiting, &["blocks", "Loading"], false);
    let said = "did not arrive within 5 s";
    check(State::Failed(said.to_owned()), &["Not loaded", said, "role=\"alert\""], true);
    check(State::Here("{}".to_owned()), &["the answer cannot be read"], true);
    check(here(&json!({ "items": [] })), &["No rule is in force"], false);
}

#[test]
fn the_page_begins_with_blocks_for_history_and_rules_and_a_button_for_messages() {
    let html = with_owner(|| {
        provide_context(crate::place::Place::new("/operations"));
        provide_context(Arc::new(fixture::initial()));
        App().to_html()
    });
    let page = text(&html);
    assert!(page.contains("Rejected messages Messages that could not be read"), "{page}");
    assert!(page.contains("Load Rules in force"), "{page}");
    assert_eq!(html.matches("class=\"blocks\"").count(), 2);
}

fn letter() -> Value {
    json!({ "id": 7, "topic": "budget", "reason": "shape", "detail": "missing field `svp`",
        "received": fixture::now(), "position": { "partition": 3, "offset": 184_221 },
        "key": "retail-banking", "headers": [["ce_id", "b-1"]], "size": 10,
        "bytes": "eyJhIjogPDF9Cg==", "truncated": false })
}

#[test]
fn a_refused_message_opens_to_all_that_is_kept() {
    let letter = letter();
    let read: Refused = serde_json::from_value(letter.clone()).unwrap();
    let opened = with_owner(|| rejects::opened(&read).to_html());
    let page = text(&opened);
    for part in [
        "Topic budget Partition 3 Offset 184,221 Key retail-banking Reason shape",
        "What is wrong missing field `svp` Received 23 Nov 2026, 14:42:18 UTC Size 10 bytes",
        "Header ce_id: b-1 Text in UTF-8: 10 bytes.",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
    assert!(opened.contains("{\"a\": &lt;1}"), "markup in a message stays text: {opened}");
    let mut row = letter.clone();
    row["row"] = json!({ "feed": "erp", "place": "exports/budget.csv:17" });
    let read: Refused = serde_json::from_value(row.clone()).unwrap();
    let page = text(&with_owner(|| rejects::opened(&read).to_html()));
    assert!(page.contains("Feed erp Row exports/budget.csv:17 Key"), "{page}");
    let table = |answer: Value, now: Timestamp| {
        let listing = serde_json::from_value(answer).unwrap();
        with_owner(|| rejects::messages(listing, now).to_html())
    };
    let html = table(json!({ "items": [letter], "next": "c" }), fixture::now());
    assert!(html.contains("aria-expanded=\"false\"") && !html.contains("<pre"), "{html}");
    assert!(text(&html).contains("14:42:18 budget shape missing field `svp` 3, 184,221 10"));
    assert!(text(&html).contains("The newest 1 are listed."), "{html}");
    let html = table(json!({ "items": [row], "next": null }), fixture::now());
    assert!(text(&html).contains("erp, exports/budget.csv:17 10"), "{html}");
    let none = table(json!({ "items": [], "next": null }), fixture::now());
    assert!(none.contains("Nothing was refused."), "{none}");
}

#[test]
fn what_waits_for_kafka_is_said_with_its_age_and_its_obstacle() {
    let status = |change: fn(&mut SpoolStatus)| {
        let mut status = fixture::initial().status;
        status.spool.as_mut().map(change);
        status
    };
    let check = |change, count: &str, obstacle: Option<&str>| {
        let status = status(change);
        assert_eq!(waiting(&status), count);
        assert_eq!(undelivered(&status).as_deref(), obstacle);
    };
    check(|_| {}, "12 for 1 min", None);
    check(|spool| (spool.records, spool.oldest) = (0, None), "0", None);
    let tried = "What waits for Kafka is tried again: not delivered: fenced.";
    check(|spool| spool.fault = Some("not delivered: fenced".into()), "12 for 1 min", Some(tried));
    let full = "No more is taken by HTTP until Kafka has what waits.";
    check(|spool| spool.bytes = spool.limit, "12 for 1 min", Some(full));
    let mut simulation = fixture::initial().status;
    simulation.spool = None;
    assert_eq!(waiting(&simulation), "\u{2013}");
}

#[test]
fn the_history_tells_each_change_over_with_its_reason() {
    let table = |answer: Value| {
        let listing = serde_json::from_value(answer).unwrap();
        text(&with_owner(|| history::table(listing, fixture::now()).to_html()))
    };
    let lost = json!({ "at": fixture::now().plus(-60_000), "from": "live", "to": "degraded",
        "why": "Connect to 127.0.0.1:9092 failed: Connection refused" });
    let page = table(json!({ "items": [lost], "next": null }));
    let row = "14:41:18 Kafka live Kafka lost, figures held Connect to 127.0.0.1:9092 failed";
    assert!(page.contains(row), "{page}");
    let none = table(json!({ "items": [], "next": null }));
    assert_eq!(none, "The source has not changed over yet.");
}

#[test]
fn the_cluster_tells_what_waits_and_what_drifts() {
    let part = |partition: i32, lag: u64| {
        json!({ "partition": partition, "replicas": 1,
        "lag_records": lag, "lag_seconds": if lag > 100 { Some(2.5) } else { None }, "per_second": 40.25 })
    };
    let topic = |name: &str, present: bool, drift: Value| {
        json!({ "name": name,
        "present": present, "partitions": if present { vec![part(0, 1_200), part(1, 4)] }
        else { vec![] }, "skew": 1.5, "drift": drift,
        "settings": { "retention.ms": "604800000", "cleanup.policy": "delete" } })
    };
    let drift = json!([{ "setting": "partitions", "configured": "4", "actual": "2" }]);
    let answer = json!({ "items": [
        topic("bank.budget", true, drift), topic("bank.etl", true, json!([])),
        topic("bank.risk", false, json!([])),
    ] });
    let listing = serde_json::from_value(answer).unwrap();
    let page = text(&with_owner(|| cluster::table(listing).to_html()));
    for part in [
        "bank.budget 2 1 7 d delete 80.5 1,204 2.5 1.5",
        "partitions 2, configured 4",
        "delete 80.5 1,204 2.5 1.5 none",
        "what waits Topic Partition Records/s Lag, records Lag, s",
        "bank.budget 0 40.3 1,200 2.5 bank.budget 1 40.3 4 \u{2013}",
        "missing in Kafka",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
}
