//! Every drill, run through the ledger and the built-in rules, raises what it promises and nothing
//! else, at any date and for any seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Alert, Book, Change, Severity, event::project::ProjectStatus};

use super::*;
use crate::{
    decode::{Trust, decode},
    encode::encode,
    ledger::{Entry, Ledger},
    rule::Rules,
    simulate::{burst::Burst, cast},
};

const RUN: &str = "run-1";

const SCRIPTED: [Name; 4] =
    [Name::BudgetCrisis, Name::ProjectDeadlines, Name::ComplianceAudit, Name::MarketVolatility];

/// First and last moments of quarters, the moment at which pace becomes defined, and between.
const STARTS: [&str; 8] = [
    "2026-10-01T00:00:00Z",
    "2026-10-10T04:47:00Z",
    "2026-10-21T15:00:00Z",
    "2026-11-23T14:35:36.412Z",
    "2026-12-31T23:59:00Z",
    "2027-01-01T00:00:01Z",
    "2028-02-29T12:00:00Z",
    "2028-03-31T23:57:40Z",
];

fn time(text: &str) -> Timestamp {
    text.parse().expect("a test's time is RFC 3339")
}

/// A drill in a ledger of its own: each event, and a tick each second.
fn play(name: Name, seed: u64, start: Timestamp) -> (Vec<Expected>, Ledger) {
    play_watched(name, seed, start, |_| {})
}

/// A drill in a ledger of its own, whose changes are looked at as they come.
fn play_watched(
    name: Name,
    seed: u64,
    start: Timestamp,
    mut watch: impl FnMut(&Change),
) -> (Vec<Expected>, Ledger) {
    let mut drill = Drill::new(name, seed, RUN, start);
    let rules = Arc::new(Rules::builtin());
    let mut ledger = Ledger::new(Book::Drill(RUN.into()), cast::people(), rules);
    let mut changes = Vec::new();
    for elapsed in (0..=drill.length_ms()).step_by(1_000) {
        for event in drill.advance(elapsed) {
            ledger.fold(Entry::Event { event: &event, position: None }, &mut changes);
        }
        ledger.fold(Entry::Tick(start.plus(elapsed.max(1))), &mut changes);
        changes.drain(..).for_each(|change| watch(&change));
    }
    (drill.expected(), ledger)
}

/// The worst that an alert ever was.
fn worst(alert: &Alert) -> Severity {
    alert.history.iter().map(|step| step.severity).max().unwrap_or(alert.severity)
}

/// Entities with an alert of at least a warning: the worst severity, and drill times by severity.
fn alarmed(ledger: &Ledger) -> BTreeMap<(Topic, String), Vec<&Alert>> {
    let mut alarmed = BTreeMap::<_, Vec<_>>::new();
    for alert in ledger.snapshot().alerts.values() {
        if worst(alert) >= Severity::Warning {
            alarmed.entry((alert.topic, alert.entity.clone())).or_default().push(alert);
        }
    }
    alarmed
}

/// Drill time at which one of the alerts first was that severe.
fn reached(alerts: &[&Alert], severity: Severity, start: Timestamp) -> Option<i64> {
    let steps = alerts.iter().flat_map(|alert| &alert.history);
    steps.filter(|step| step.severity >= severity).map(|step| step.at.since(start)).min()
}

fn check(name: Name, seed: u64, start: Timestamp, incidents: usize) -> Ledger {
    let (expected, ledger) = play(name, seed, start);
    let case = format!("{name:?}, seed {seed}, {start}");
    assert_eq!(expected.len(), incidents, "{case}");
    let mut alarmed = alarmed(&ledger);
    if name == Name::MarketVolatility {
        alarmed.retain(|(topic, _), _| *topic != Topic::Transactions);
    }
    for incident in &expected {
        let key = (incident.topic, incident.entity.clone());
        let alerts = alarmed.remove(&key).unwrap_or_else(|| panic!("{case}: no {incident:?}"));
        let at = reached(&alerts, incident.severity, start);
        let at = at.unwrap_or_else(|| panic!("{case}: {incident:?} is only {alerts:?}"));
        assert!((0..=1_000).contains(&(at - incident.at_ms)), "{case}: {incident:?} at {at}");
    }
    assert!(alarmed.is_empty(), "{case}: nobody expects {alarmed:?}");
    ledger
}

fn each_case(mut check: impl FnMut(u64, Timestamp)) {
    for (index, start) in (0_u64..).zip(STARTS) {
        for seed in 0..5 {
            check(index * 1_000 + seed * 77, time(start));
        }
    }
}

#[test]
fn budget_crisis_takes_five_departments_and_spares_the_sixth() {
    each_case(|seed, start| {
        let ledger = check(Name::BudgetCrisis, seed, start, 5);
        let used = ledger.snapshot().budget.values().filter_map(|row| row.utilization);
        let used: Vec<_> = used.collect();
        assert_eq!(used.iter().filter(|used| **used >= 0.90).count(), 5);
        assert!(used.iter().filter(|used| **used >= 1.0).count() >= 2);
        assert_eq!(used.iter().filter(|used| **used < 0.75).count(), 1);
        let emergencies = alarmed(&ledger).into_values().flatten().filter(|alert| {
            alert.rule.as_str() == "budget.utilization" && worst(alert) == Severity::Emergency
        });
        assert!(emergencies.count() >= 2);
    });
}

#[test]
fn project_deadlines_takes_three_projects_for_dates_and_money() {
    each_case(|seed, start| {
        let ledger = check(Name::ProjectDeadlines, seed, start, 3);
        let fired = |rule: &str| {
            let alerts = alarmed(&ledger).into_values().flatten().collect::<Vec<_>>();
            let of = alerts.iter().filter(|alert| alert.rule.as_str() == rule);
            of.filter(|alert| worst(alert) == Severity::Critical).count()
        };
        assert_eq!(fired("projects.deadline"), 3);
        assert_eq!(fired("projects.cpi"), 3);
        assert_eq!(fired("projects.overrun"), 2);
    });
}

#[test]
fn projects_that_fall_silent_after_a_drill_are_noticed_after_a_week() {
    let start = time(STARTS[3]);
    for name in SCRIPTED {
        let (_, mut ledger) = play(name, 11, start);
        let silent = |ledger: &Ledger| {
            let alerts = ledger.snapshot().alerts.values();
            alerts.filter(|alert| alert.rule.as_str() == "projects.status_age").count()
        };
        let mut changes = Vec::new();
        let oldest = ledger.snapshot().projects.values().map(|row| row.origin.time).min();
        let oldest = oldest.expect("every drill has projects");
        let week = 7 * Timestamp::DAY;
        ledger.fold(Entry::Tick(oldest.plus(week - Timestamp::SECOND)), &mut changes);
        assert_eq!(silent(&ledger), 0, "{name:?}");
        ledger.fold(Entry::Tick(start.plus(week + LENGTH)), &mut changes);
        let projects = ledger.snapshot().projects.values();
        let active = projects.filter(|row| row.project.status == ProjectStatus::Active).count();
        assert!(active >= 10, "{name:?}: {active}");
        assert_eq!(silent(&ledger), active, "{name:?}");
    }
}

#[test]
fn compliance_audit_takes_four_items_and_brings_the_ladder_down() {
    each_case(|seed, start| {
        let ledger = check(Name::ComplianceAudit, seed, start, 4);
        let ladder = ledger.snapshot().alerts.values();
        let ladder = ladder.filter(|alert| alert.rule.as_str() == "compliance.deadline");
        let mut rungs: Vec<_> = ladder.map(worst).collect();
        rungs.sort_unstable();
        assert_eq!(rungs, [Severity::Info, Severity::Info, Severity::Warning, Severity::Critical]);
    });
}

#[test]
fn market_volatility_takes_six_risks_and_a_wave_of_transactions() {
    each_case(|seed, start| {
        let ledger = check(Name::MarketVolatility, seed, start, 6);
        let scored: u32 = ledger.snapshot().minutes.values().map(|minute| minute.review).sum();
        assert!(scored >= 30, "{scored}");
    });
}

#[test]
fn only_fraud_scores_high() {
    let start = time(STARTS[3]);
    let mut drill = Drill::new(Name::MarketVolatility, 7, RUN, start);
    let events = drill.advance(LENGTH);
    let fraud: Vec<_> = events
        .iter()
        .filter(|event| event.envelope.correlation.is_some())
        .map(|event| &event.envelope.id)
        .collect();
    let mut high = BTreeSet::new();
    play_watched(Name::MarketVolatility, 7, start, |change| {
        if let Change::Transaction(row) = change
            && row.score >= 80
        {
            assert!(fraud.contains(&&row.origin.event), "{row:?}");
            high.insert(row.origin.event.clone());
        }
    });
    assert!(high.len() >= 30, "{}", high.len());
}

#[test]
fn same_seed_makes_the_same_events_however_they_are_fetched() {
    let start = time(STARTS[3]);
    for name in SCRIPTED {
        let mut once = Drill::new(name, 42, RUN, start);
        let mut stepwise = Drill::new(name, 42, RUN, start);
        let whole = once.advance(LENGTH);
        let steps: Vec<_> = (0..=LENGTH).step_by(100).flat_map(|at| stepwise.advance(at)).collect();
        let json = |events: &[Event]| serde_json::to_string(events).expect("events are JSON");
        assert_eq!(json(&whole), json(&steps));
        assert_eq!(once.expected(), stepwise.expected());
        let mut other = Drill::new(name, 43, RUN, start);
        assert_ne!(json(&whole), json(&other.advance(LENGTH)));
        assert!(whole.iter().any(|event| event.envelope.correlation.is_some()));
        let mut ids: Vec<_> = whole.iter().map(|event| event.envelope.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), whole.len());
    }
}

/// The event passes the edge and comes out as it went in.
fn passes(event: &Event) {
    assert_eq!(event.data.validate(), Ok(()), "{event:?}");
    let message = encode(event, event.envelope.time);
    let decoded = decode(&message, event.envelope.time, Trust::Own);
    assert_eq!(decoded.expect("the edge accepts it").event, *event);
}

#[test]
fn every_event_passes_the_edge() {
    for (seed, start) in (0_u64..).zip(STARTS) {
        for name in SCRIPTED {
            Drill::new(name, seed, RUN, time(start)).advance(LENGTH).iter().for_each(passes);
        }
        let mut burst = Burst::new(seed, RUN);
        for step in 0..500 {
            passes(&burst.next(time(start).plus(step)));
        }
    }
}

#[test]
fn first_second_shows_every_entity() {
    for name in SCRIPTED {
        let events = Drill::new(name, 9, RUN, time(STARTS[3])).advance(Timestamp::SECOND);
        let entities = |topic: Topic| {
            let of = events.iter().filter(|event| event.data.topic() == topic);
            let mut names: Vec<_> = of.map(|event| event.data.entity().to_owned()).collect();
            names.sort();
            names.dedup();
            names.len()
        };
        let counts = Topic::ALL.map(entities);
        assert_eq!([counts[0], counts[1], counts[2]], [6, 14, 12], "{name:?}");
        assert_eq!([counts[4], counts[5], counts[6]], [8, 14, 9], "{name:?}");
        assert!(counts[3] >= 6, "{name:?}");
    }
}

#[test]
fn burst_is_not_scripted() {
    let mut drill = Drill::new(Name::Burst, 1, RUN, time(STARTS[0]));
    assert!(drill.expected().is_empty());
    assert!(drill.advance(LENGTH).is_empty());
}

#[test]
fn burst_raises_nothing() {
    for (seed, start) in (0_u64..).zip(STARTS) {
        let rules = Arc::new(Rules::builtin());
        let mut ledger = Ledger::new(Book::Drill(RUN.into()), cast::people(), rules);
        let (mut burst, mut changes) = (Burst::new(seed, RUN), Vec::new());
        let start = time(start);
        for step in 0..6_000 {
            let now = start.plus(step * 20);
            let event = burst.next(now);
            assert_eq!(event.envelope.book(), Some(Book::Drill(RUN.into())));
            ledger.fold(Entry::Event { event: &event, position: None }, &mut changes);
            if step % 50 == 0 {
                ledger.fold(Entry::Tick(now), &mut changes);
            }
            changes.clear();
        }
        assert!(alarmed(&ledger).is_empty(), "{start}: {:?}", alarmed(&ledger));
        let departments = ledger.snapshot().budget.len();
        assert_eq!(departments, cast::DEPARTMENTS.len());
    }
}

#[test]
fn load_belongs_to_no_run() {
    let event = Burst::load(5, Provenance::Simulated).next(time(STARTS[3]));
    assert_eq!(event.envelope.book(), Some(Book::Simulated));
    assert_eq!(event.envelope.scenario, None);
}
