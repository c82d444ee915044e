//! Alerts: kept by identity, listed by what they are.

use model::{Alert, AlertId, AlertState, Figure, Severity};
use pipeline::store::{AlertQuery, Page, StoreError};

use super::*;

/// An alert of the simplest kind, which fired and last changed at a moment.
pub(super) fn alert(id: &str, book: &Book, at: Timestamp) -> Alert {
    Alert {
        id: AlertId::new(id).expect("an identifier"),
        book: book.clone(),
        topic: Topic::Risk,
        rule: "risk.critical".to_owned().try_into().expect("an identifier"),
        rule_version: 1,
        entity: "RSK-1".into(),
        entity_name: "Wire fraud".into(),
        severity: Severity::Warning,
        state: AlertState::Firing,
        title: "Wire fraud is critical".into(),
        summary: "Expected loss 1.2 m USD".into(),
        figure: Figure::ALL[0],
        value: 0.1 + 0.2,
        threshold: 0.3,
        recovers: 0.2,
        fired_at: at,
        changed_at: at,
        owner: None,
        acknowledged_by: None,
        escalation: None,
        events: Vec::new(),
        history: Vec::new(),
        sequence: 1,
    }
}

fn keep(bench: &mut Bench, alert: &Alert) {
    let mut batch = batch_of(&alert.book, Vec::new());
    batch.books[0].alerts.push(alert.clone());
    bench.commit(&batch);
}

fn ids(page: &Page<Alert>) -> Vec<&str> {
    page.items.iter().map(|alert| alert.id.as_str()).collect()
}

/// Six alerts, a minute apart: odd ones of topic ETL, every third critical; a2 resolved, a3
/// acknowledged; a5 simulated.
fn six() -> Bench {
    let mut bench = Bench::new();
    for index in 0..6_u8 {
        let book = if index == 5 { Book::Simulated } else { Book::Real };
        let at = START.plus(i64::from(index) * Timestamp::MINUTE);
        let mut alert = alert(&format!("a{index}"), &book, at);
        alert.topic = if index % 2 == 1 { Topic::Etl } else { Topic::Risk };
        alert.severity = if index % 3 == 0 { Severity::Critical } else { Severity::Warning };
        alert.state = match index {
            2 => AlertState::Resolved,
            3 => AlertState::Acknowledged,
            _ => AlertState::Firing,
        };
        keep(&mut bench, &alert);
    }
    bench
}

#[test]
fn alerts_are_found_by_what_they_are() {
    let bench = six();
    let check = |query: AlertQuery, expected: &[&str]| {
        let query = AlertQuery { limit: 10, ..query };
        let page = bench.reader.alerts(&query).expect("alerts");
        assert_eq!(ids(&page), expected, "{query:?}");
        assert_eq!(page.next, None);
    };
    let all = AlertQuery::default;
    let at = |minutes: i64| Some(START.plus(minutes * Timestamp::MINUTE));
    check(all(), &["a5", "a4", "a3", "a2", "a1", "a0"]);
    check(AlertQuery { state: Some(AlertState::Resolved), ..all() }, &["a2"]);
    check(AlertQuery { severity: Some(Severity::Critical), ..all() }, &["a3", "a0"]);
    check(AlertQuery { topic: Some(Topic::Etl), ..all() }, &["a5", "a3", "a1"]);
    check(AlertQuery { book: Some(Book::Simulated), ..all() }, &["a5"]);
    check(AlertQuery { from: at(1), to: at(4), ..all() }, &["a3", "a2", "a1"]);
    check(AlertQuery { topic: Some(Topic::Budget), ..all() }, &[]);
}

#[test]
fn an_alert_is_replaced_by_its_newer_self() {
    let mut bench = six();
    let id = AlertId::new("a1").expect("an identifier");
    let mut alert = bench.reader.alert(&id).expect("one").expect("it is stored");
    assert_eq!(alert.value.to_bits(), (0.1_f64 + 0.2).to_bits(), "to the last bit");
    alert.state = AlertState::Resolved;
    alert.severity = Severity::Emergency;
    alert.changed_at = START.plus(Timestamp::HOUR);
    keep(&mut bench, &alert);
    assert_eq!(bench.reader.alert(&id).expect("one").as_ref(), Some(&alert));
    let page = bench.reader.alerts(&AlertQuery { limit: 10, ..AlertQuery::default() });
    assert_eq!(ids(&page.expect("alerts")), ["a1", "a5", "a4", "a3", "a2", "a0"]);
    let firing = AlertQuery {
        state: Some(AlertState::Firing),
        severity: Some(Severity::Warning),
        book: Some(Book::Real),
        limit: 10,
        ..AlertQuery::default()
    };
    assert_eq!(ids(&bench.reader.alerts(&firing).expect("alerts")), ["a4"]);
    let unknown = AlertId::new("a9").expect("an identifier");
    assert_eq!(bench.reader.alert(&unknown).expect("none"), None);
}

#[test]
fn pages_of_alerts_join_without_gap() {
    let mut bench = Bench::new();
    for index in 0..23 {
        let at = START.plus(index / 5 * Timestamp::MINUTE);
        keep(&mut bench, &alert(&format!("a{index}"), &Book::Real, at));
    }
    let mut query = AlertQuery { limit: 7, ..AlertQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = bench.reader.alerts(&query).expect("alerts");
        found.extend(ids(&page).into_iter().map(str::to_owned));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
        keep(&mut bench, &alert("new", &Book::Real, START.plus(Timestamp::DAY)));
    }
    let expected: Vec<_> = (0..23).rev().map(|index| format!("a{index}")).collect();
    assert_eq!(found, expected);
    query.cursor = Some("AAAA".into());
    assert!(matches!(bench.reader.alerts(&query), Err(StoreError::Cursor)));
}
