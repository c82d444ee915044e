//! Properties that hold for every log.

use std::collections::BTreeMap;

use model::{
    Event, Payload, Snapshot,
    event::{
        Compliance, Etl, Project, Risk, System, Transaction,
        compliance::{ItemStatus, Rating},
        etl::RunEventType,
    },
};
use proptest::prelude::*;

use super::*;
use crate::process::testing::{budget, compliance, etl, project, ratio, risk, system, transaction};

/// An entry of a log that owns what it holds.
#[derive(Debug, Clone)]
enum Owned {
    Event(Box<Event>),
    Tick(Timestamp),
    Command(Timestamp, Command),
}

impl Owned {
    fn entry(&self) -> Entry<'_> {
        match self {
            Owned::Event(event) => Entry::Event { event, position: None },
            Owned::Tick(at) => Entry::Tick(*at),
            Owned::Command(at, command) => Entry::Command { at: *at, command },
        }
    }
}

/// What a random step does: its kind, an entity, how far time moves, how bad the value is.
type Step = (u8, u8, i64, u8);

fn payload((kind, entity, _, bad): Step) -> Payload {
    let (entity, size) = (format!("e{entity}"), i64::from(bad));
    let share = ratio(f64::from(bad) / 255.0);
    match kind {
        0 => Payload::Budget(budget(&entity, 200, size)),
        1 => Payload::Project(Project {
            percent_complete: share,
            ..project(&entity, 1_000, 400, 300, 200 + size)
        }),
        2 => {
            let severity = [Rating::Low, Rating::High, Rating::Critical][usize::from(bad % 3)];
            let status = if bad > 200 { ItemStatus::Closed } else { ItemStatus::Open };
            let due = start().plus((size - 20) * Timestamp::HOUR);
            Payload::Compliance(Compliance {
                severity,
                status,
                due,
                ..compliance(&entity, severity)
            })
        }
        3 => {
            let device = Some(id(&format!("d{}", bad % 7)));
            let card_present = bad % 2 == 0;
            let country =
                [model::unit::Country::AR, model::unit::Country::BR][usize::from(bad > 100)];
            Payload::Transaction(Transaction {
                device,
                card_present,
                country,
                ..transaction("a", 1 + size * size)
            })
        }
        4 => {
            let mitigation_due = Some(start().plus((size - 100) * Timestamp::MINUTE));
            Payload::Risk(Risk { mitigation_due, ..risk(&entity, share.get(), size * 100_000) })
        }
        5 => Payload::System(System { up: bad < 220, ..system(&entity, share.get() / 10.0) }),
        _ => {
            use RunEventType::{Abort, Complete, Fail, Running, Start};
            let event_type = [Start, Running, Complete, Fail, Abort][usize::from(bad % 5)];
            let watermark = Some(start().plus(-size * Timestamp::MINUTE));
            let reads = format!("d{}", bad % 4);
            Payload::Etl(Etl { watermark, ..etl(&entity, event_type, &reads, &entity) })
        }
    }
}

/// A log made of random steps: events that may be late, ticks, commands to alerts that exist.
fn log(steps: &[Step]) -> Vec<Owned> {
    let (mut first, mut now, mut changes) = (ledger(), start(), Vec::new());
    let mut log = Vec::new();
    for &step in steps {
        let (kind, which, seconds, bad) = step;
        let entry = match kind {
            0..=6 => {
                let at = now.plus(seconds * Timestamp::SECOND);
                Owned::Event(Box::new(event(at, payload(step))))
            }
            7 => {
                now = now.plus(seconds.abs() * 4 * Timestamp::SECOND);
                Owned::Tick(now)
            }
            _ => {
                let alerts = &first.snapshot().alerts;
                let Some(alert) = alerts.keys().nth(usize::from(which) % alerts.len().max(1))
                else {
                    continue;
                };
                let action = if bad % 2 == 0 { Action::Acknowledge } else { Action::Unacknowledge };
                let actor = "Ana".to_owned();
                Owned::Command(now, Command { alert: alert.clone(), action, actor, comment: None })
            }
        };
        first.fold(entry.entry(), &mut changes);
        log.push(entry);
    }
    log
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0_u8..10, 0_u8..4, -900_i64..900, any::<u8>()), 1..160)
}

fn fold(ledger: &mut Ledger, log: &[Owned]) -> Vec<Change> {
    let mut changes = Vec::new();
    for entry in log {
        ledger.fold(entry.entry(), &mut changes);
    }
    changes
}

fn apply<'a>(mut snapshot: Snapshot, changes: impl IntoIterator<Item = &'a Change>) -> Snapshot {
    for change in changes {
        snapshot.apply(change);
    }
    snapshot
}

/// The last change of each key, in their order.
fn conflated(changes: &[Change]) -> Vec<&Change> {
    let last: BTreeMap<_, usize> =
        changes.iter().enumerate().map(|(index, change)| (change.key(), index)).collect();
    let mut indices: Vec<usize> = last.into_values().collect();
    indices.sort_unstable();
    indices.into_iter().map(|index| &changes[index]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn changes_bring_an_earlier_snapshot_to_the_present(steps in steps(), cut in 0.0..1.0_f64) {
        let log = log(&steps);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short log")]
        let cut = (log.len() as f64 * cut) as usize;
        let mut ledger = ledger();
        fold(&mut ledger, &log[..cut]);
        let earlier = ledger.snapshot().clone();
        let changes = fold(&mut ledger, &log[cut..]);
        let mut all = apply(earlier.clone(), &changes);
        all.sequence = ledger.sequence();
        prop_assert_eq!(&all, ledger.snapshot());
        let mut last = apply(earlier, conflated(&changes));
        last.sequence = ledger.sequence();
        prop_assert_eq!(&last, ledger.snapshot());
    }

    #[test]
    fn a_checkpoint_loses_nothing(steps in steps(), cut in 0.0..1.0_f64) {
        let log = log(&steps);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short log")]
        let cut = (log.len() as f64 * cut) as usize;
        let mut whole = ledger();
        fold(&mut whole, &log[..cut]);
        let rules = Arc::new(Rules::builtin());
        let mut restored = Ledger::restore(&whole.checkpoint(), rules).unwrap();
        let rest = fold(&mut whole, &log[cut..]);
        prop_assert_eq!(fold(&mut restored, &log[cut..]), rest);
        prop_assert_eq!(restored.snapshot(), whole.snapshot());
        prop_assert_eq!(restored.checkpoint(), whole.checkpoint());
    }

    #[test]
    fn the_same_log_gives_the_same_state(steps in steps()) {
        let log = log(&steps);
        let (mut one, mut other) = (ledger(), ledger());
        prop_assert_eq!(fold(&mut one, &log), fold(&mut other, &log));
        prop_assert_eq!(one.checkpoint(), other.checkpoint());
        prop_assert_eq!(one.sequence(), log.len() as u64);
    }

    #[test]
    fn a_row_never_goes_back_in_time(steps in steps()) {
        let mut ledger = ledger();
        let mut newest: BTreeMap<String, Timestamp> = BTreeMap::new();
        for entry in &log(&steps) {
            fold(&mut ledger, std::slice::from_ref(entry));
            let snapshot = ledger.snapshot();
            let budgets = snapshot.budget.iter().map(|(key, row)| (format!("b{key}"), row.origin.time));
            let jobs = snapshot.etl.iter().map(|(key, row)| (format!("j{key}"), row.origin.time));
            let systems = snapshot.system.iter().map(|(key, row)| (format!("s{key}"), row.origin.time));
            for (key, at) in budgets.chain(jobs).chain(systems) {
                let before = newest.insert(key, at);
                prop_assert!(before.is_none_or(|before| before <= at));
            }
        }
    }
}

#[test]
fn random_logs_raise_alerts_of_every_topic() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = proptest::collection::vec(steps(), 40).new_tree(&mut runner).unwrap();
    let mut topics = std::collections::BTreeSet::new();
    for steps in proptest::strategy::ValueTree::current(&tree) {
        let mut ledger = ledger();
        fold(&mut ledger, &log(&steps));
        topics.extend(ledger.snapshot().alerts.values().map(|alert| alert.topic));
    }
    assert_eq!(topics.len(), 7, "{topics:?}: the properties above would prove little");
}

#[test]
fn rates_are_an_entry_of_the_log() {
    let mut ledger = ledger();
    let mut changes = Vec::new();
    let source = "desk".to_owned();
    let rate = model::view::transaction::Rate { per_usd: 1_000.0, as_of: start(), source };
    let rates = [None, Some(rate), None, None, None, None];
    ledger.fold(Entry::Rates(&rates), &mut changes);
    assert_eq!(changes, [Change::Rates(Box::new(rates.clone()))]);
    assert_eq!((ledger.sequence(), &ledger.snapshot().rates), (1, &rates));
    let restored = Ledger::restore(&ledger.checkpoint(), Arc::new(Rules::builtin())).unwrap();
    assert_eq!(restored.snapshot(), ledger.snapshot());
}

#[test]
fn strange_bytes_are_no_checkpoint() {
    let rules = Arc::new(Rules::builtin());
    let restore = |bytes: &[u8]| Ledger::restore(bytes, Arc::clone(&rules)).map(|_| ());
    assert!(matches!(restore(&[]), Err(RestoreError::Damaged(_))));
    assert!(matches!(restore(&[9, 1, 2]), Err(RestoreError::Version(9))));
    let bytes = ledger().checkpoint();
    assert!(matches!(restore(&bytes[..bytes.len() - 1]), Err(RestoreError::Damaged(_))));
    assert!(restore(&bytes).is_ok());
}

#[test]
fn late_transactions_enter_sums_up_to_ten_minutes() {
    let mut bench = Bench::new();
    bench.event(600, Payload::Transaction(transaction("a", 10)));
    let minutes = |bench: &Bench| bench.ledger.snapshot().minutes.len();
    bench.event(0, Payload::Transaction(transaction("a", 10)));
    assert_eq!(minutes(&bench), 2);
    bench.event(-61, Payload::Transaction(transaction("a", 10)));
    assert_eq!(minutes(&bench), 2, "too late for a sum");
    assert_eq!(bench.ledger.snapshot().transactions.len(), 3, "and kept");
    assert_eq!(bench.ledger.snapshot().newest[&Topic::Transactions], start().plus(600_000));
}

#[test]
fn entities_are_bounded_and_the_closed_go_first() {
    let mut bench = Bench::new();
    let critical = |number: i64, status| {
        let item = compliance(&format!("i{number}"), Rating::Critical);
        Payload::Compliance(Compliance { status, ..item })
    };
    for number in 0..2_064 {
        let closed = (100..130).contains(&number);
        let status = if closed { ItemStatus::Closed } else { ItemStatus::Open };
        bench.event(number, critical(number, status));
    }
    let removed = |changes: &[Change]| {
        changes.iter().filter(|change| matches!(change, Change::Removed(..))).count()
    };
    let changes = bench.event(3_000, critical(9_999, ItemStatus::Open));
    assert_eq!(removed(changes), 65);
    let items = &bench.ledger.snapshot().compliance;
    assert_eq!(items.len(), 2_000);
    assert!(!items.contains_key("i100") && !items.contains_key("i34"));
    assert!(items.contains_key("i35"), "thirty closed ones went, then the oldest");
    let open = bench.open();
    assert!(open.iter().all(|(_, entity, _)| items.contains_key(entity)), "none is left behind");
}

#[test]
fn series_follow_entities_and_the_book() {
    let mut bench = Bench::new();
    for second in 0..8_000 {
        bench.event(second, Payload::System(system("payments", 0.01)));
        if second % 10 == 0 {
            bench.tick(second);
        }
    }
    let points = bench.ledger.series(Figure::ErrorRatio, Some("payments"));
    assert_eq!(points.len(), 1_800, "the share of an entity");
    assert_eq!(
        points.last().map(|point| (point.at, point.value)),
        Some((start().plus(7_999_000), 0.01))
    );
    let book = bench.ledger.series(Figure::ErrorRatio, None);
    assert_eq!(book.len(), 361, "an hour, every ten seconds");
    assert!(bench.ledger.series(Figure::Cpi, Some("payments")).is_empty());
}

#[test]
fn extremes_do_not_panic() {
    let limit = |minor| model::Money { minor, ..crate::process::testing::usd(0) };
    let times = ["0001-01-01T00:00:00Z", "2026-11-23T12:00:00Z", "9999-12-31T23:59:59Z"].map(time);
    let amounts = [0, 1, model::Money::LIMIT].map(limit);
    let (mut ledger, mut changes) = (ledger(), Vec::new());
    for at in times {
        for a in amounts {
            for b in amounts {
                for data in extreme(at, a, b) {
                    let event = event(at, data);
                    ledger.fold(Entry::Event { event: &event, position: None }, &mut changes);
                }
                ledger.fold(Entry::Tick(at), &mut changes);
            }
        }
    }
    assert_eq!(ledger.sequence(), 3 * 9 * 8);
    assert!(Ledger::restore(&ledger.checkpoint(), Arc::new(Rules::builtin())).is_ok());
}

/// A payload of each topic with amounts and times at their bounds.
fn extreme(at: Timestamp, a: model::Money, b: model::Money) -> [Payload; 7] {
    let largest = model::Money { minor: model::Money::LIMIT, ..a };
    let positive = model::Money { minor: b.minor.max(1), ..b };
    let fiscal_period = "9998".parse().unwrap();
    let (rows_in, rows_rejected, duration_ms) = (u64::MAX, u64::MAX, u64::MAX);
    [
        Payload::Budget(model::event::Budget {
            fiscal_period,
            approved: a,
            planned_to_date: b,
            actual_to_date: b,
            committed: b,
            forecast_remaining: largest,
            ..budget("d", 1, 1)
        }),
        Payload::Project(Project {
            bac: largest,
            pv: a,
            ev: b,
            ac: a,
            baseline_finish: at,
            ..project("p", 1, 1, 1, 1)
        }),
        Payload::Compliance(Compliance {
            opened: at,
            due: time("9999-12-31T23:59:59Z"),
            ..compliance("i", Rating::Critical)
        }),
        Payload::Transaction(Transaction { amount: positive, ..transaction("a", 1) }),
        Payload::Risk(Risk {
            impact: a,
            gross_loss: largest,
            recovery: b,
            mitigation_due: Some(at),
            ..risk("r", 1.0, 1)
        }),
        Payload::System(System { request_rate: 1e12, latency_p99_ms: 1e12, ..system("s", 1.0) }),
        Payload::Etl(Etl {
            rows_in,
            rows_rejected,
            duration_ms,
            watermark: Some(at),
            attempt: u32::MAX,
            max_attempts: u32::MAX,
            ..etl("j", RunEventType::Fail, "a", "b")
        }),
    ]
}
