//! The audit: what the program has stored and shows, held against the ledger.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::Duration,
};

use model::Topic;
use serde_json::Value;

use super::{
    ledger::{Ledger, sum_at},
    program::{PATIENCE, Program, within},
};

/// Rules whose condition holds for good once it holds, so that each raises one alert an entity.
const LASTING: [&str; 4] =
    ["budget.utilization", "compliance.severity", "system.down", "etl.reject_rate"];

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Events in the store, each once.
    pub stored: usize,
    /// Alerts of the rules that the ledger sets off, each once.
    pub alerts: usize,
}

/// Every item of a list, page by page; nothing while the program does not answer.
pub fn all(program: &Program, path: &str) -> Option<Vec<Value>> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = program.get(&format!("{path}&limit=1000{cursor}"))?;
        items.extend(page["items"].as_array()?.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Some(items),
        }
    }
}

/// Waits until everything is there, and holds it against the ledger.
pub fn audit(program: &Program, ledger: &Ledger) -> Found {
    let mut stored = Vec::new();
    let complete = within(PATIENCE, || {
        stored = all(program, "/api/v1/events?book=real")?;
        let enough = stored.len() >= ledger.ids.len();
        if !enough {
            sleep(Duration::from_millis(500));
        }
        enough.then_some(())
    });
    let found = events(&stored, ledger);
    assert!(complete.is_some(), "{found} of {} events are stored", ledger.ids.len());
    let snapshot = program.until("a snapshot", |program| program.get("/api/v1/snapshot?book=real"));
    figures(&snapshot, ledger);
    let raised = program.until("alerts", |program| all(program, "/api/v1/alerts?book=real"));
    Found { stored: found, alerts: alerts(&raised, ledger) }
}

/// Every event of the ledger is there once, and nothing else.
fn events(stored: &[Value], ledger: &Ledger) -> usize {
    let mut counts = BTreeMap::<&str, usize>::new();
    for item in stored {
        *counts.entry(item["envelope"]["id"].as_str().expect("an id")).or_default() += 1;
    }
    let doubled: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).take(10).collect();
    assert!(doubled.is_empty(), "stored more than once: {doubled:?}");
    let foreign: Vec<_> = counts.keys().filter(|id| !ledger.ids.contains(**id)).take(10).collect();
    assert!(foreign.is_empty(), "never written: {foreign:?}");
    counts.len()
}

/// Every total equals the ledger's.
fn figures(snapshot: &Value, ledger: &Ledger) {
    for ((topic, entity), last) in &ledger.last {
        if *topic == Topic::Transactions {
            continue;
        }
        let row = &snapshot[topic.name()][entity];
        assert_eq!(row["origin"]["event"], **last, "the last report of {topic} {entity}");
        if let Some(at) = sum_at(*topic) {
            let sum = ledger.sums[&(*topic, entity.clone())];
            let shown = row.pointer(at).and_then(Value::as_i64);
            assert_eq!(shown, Some(sum), "the sum of {topic} {entity}");
        }
    }
    let moved = ledger.sums.iter().filter(|((topic, _), _)| *topic == Topic::Transactions);
    let moved: i64 = moved.map(|(_, sum)| sum).sum();
    let minutes = snapshot["minutes"].as_object().expect("minutes").values();
    let values = minutes.flat_map(|minute| minute["value"].as_array().expect("values"));
    let shown: i64 = values.map(|value| value.as_i64().expect("a whole number")).sum();
    assert_eq!(shown, moved, "the sum of all transactions");
}

/// Every alert that must have been raised was raised once, and fired once.
fn alerts(raised: &[Value], ledger: &Ledger) -> usize {
    let text = |alert: &Value, field: &str| alert[field].as_str().expect("a text").to_owned();
    let ids: BTreeSet<String> = raised.iter().map(|alert| text(alert, "id")).collect();
    assert_eq!(ids.len(), raised.len(), "each alert is listed once");
    let lasting = raised.iter().filter(|alert| LASTING.contains(&&*text(alert, "rule")));
    let mut found: Vec<_> =
        lasting.clone().map(|alert| (text(alert, "rule"), text(alert, "entity"))).collect();
    found.sort_unstable();
    let expected: Vec<_> =
        ledger.alerts.iter().map(|(rule, entity)| ((*rule).to_owned(), entity.clone())).collect();
    assert_eq!(found, expected, "the alerts that were raised");
    for alert in lasting {
        let history = alert["history"].as_array().expect("a history");
        let fired = history.iter().filter(|step| step["what"] == "fired").count();
        assert_eq!(fired, 1, "{alert}");
    }
    found.len()
}
