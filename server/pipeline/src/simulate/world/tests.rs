use std::collections::{BTreeMap, BTreeSet};

use model::event::Transaction;
use proptest::prelude::*;

use super::*;

const DAY: i64 = Timestamp::DAY;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn from(seed: u64, from: Timestamp, until: Timestamp) -> Vec<String> {
    let mut world = World::new(seed, from, Intervals::default());
    let events = world.advance(until);
    events.iter().map(|event| serde_json::to_string(event).expect("an event")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_world_that_begins_later_tells_the_same(
        seed: u64,
        start in 0_i64..4_000 * DAY,
        later in 0_i64..2 * DAY,
    ) {
        let start = at("2020-01-01T00:00:00Z").plus(start);
        let join = start.plus(later);
        let end = join.plus(10 * Timestamp::MINUTE);
        let mut early = World::new(seed, start, Intervals::default());
        early.advance(join);
        let early: Vec<_> = early
            .advance(end)
            .iter()
            .map(|event| serde_json::to_string(event).expect("an event"))
            .collect();
        prop_assert_eq!(early, from(seed, join, end));
    }

    #[test]
    fn every_event_is_possible(seed: u64, start in 0_i64..2_000 * DAY) {
        let start = at("2024-01-01T00:00:00Z").plus(start);
        let mut world = World::new(seed, start, Intervals::default());
        let mut last = start;
        for event in world.advance(start.plus(6 * Timestamp::HOUR)) {
            prop_assert_eq!(event.data.validate(), Ok(()), "{:?}", event);
            prop_assert!(event.envelope.time >= last);
            last = event.envelope.time;
            let received = event.envelope.time;
            let decoded = crate::edge::own_event(&event, received);
            prop_assert_eq!(decoded.map(|decoded| decoded.event), Some(event));
        }
    }
}

#[test]
fn an_hour_hears_of_everybody() {
    let start = at("2026-11-23T14:00:00Z");
    let mut world = World::new(4_127, start, Intervals::default());
    let mut heard = BTreeMap::<Topic, BTreeSet<String>>::new();
    for event in world.advance(start.plus(Timestamp::HOUR)) {
        heard.entry(event.data.topic()).or_default().insert(event.envelope.subject);
    }
    let counts = Topic::ALL.map(|topic| heard[&topic].len());
    assert_eq!(counts[0], 6, "departments");
    assert_eq!(counts[1], 14, "projects");
    assert!(counts[2] >= 76, "compliance items");
    assert_eq!(counts[3], transactions::ACCOUNTS, "accounts");
    assert!(counts[4] >= 49, "risk events");
    assert_eq!(counts[5], 14, "services");
    assert_eq!(counts[6], 9, "jobs");
}

#[test]
fn balances_follow_from_what_was_booked_and_are_never_negative() {
    let midnight = at("2026-11-23T00:00:00Z");
    let mut world = World::new(7, midnight, Intervals::default());
    let mut balances = BTreeMap::<String, i64>::new();
    for event in world.advance(midnight.plus(DAY - 1)) {
        let Payload::Transaction(told) = event.data else { continue };
        let Transaction { account, amount, balance_after: Some(after), .. } = &told else {
            panic!("every transaction tells the balance")
        };
        assert!(after.minor >= 0);
        let booked = told.status == model::event::transaction::TransactionStatus::Approved;
        let change = match (booked, told.kind.is_debit()) {
            (false, _) => 0,
            (true, true) => -amount.minor,
            (true, false) => amount.minor,
        };
        if let Some(before) = balances.insert(account.to_string(), after.minor) {
            assert_eq!(after.minor, before + change);
        }
    }
    assert_eq!(balances.len(), transactions::ACCOUNTS);
}

#[test]
fn money_that_was_spent_stays_spent() {
    let quarter = at("2026-10-01T00:00:00Z");
    let mut last = BTreeMap::new();
    for day in 0..92 {
        for turn in 0..6 {
            let report = budget::report(3, turn, quarter.plus(day * DAY));
            let actual = report.actual_to_date.minor;
            let before = last.insert(turn, actual).unwrap_or(0);
            assert!(actual >= before, "{} on day {day}", report.department);
        }
    }
}

#[test]
fn the_same_seed_tells_the_same_to_the_byte() {
    let start = at("2026-11-23T14:00:00Z");
    let told = from(4_127, start, start.plus(20 * Timestamp::SECOND));
    insta::assert_snapshot!(told.join("\n"));
}
