//! Bad input: what no producer should send stops nothing. Every mutant is an event or a reject
//! with a reason, and what was taken for an event folds.

mod mutant;

use std::{collections::BTreeMap, sync::Arc};

use model::{Book, EventId, Timestamp};
use pipeline::{
    decode::{Reason, Trust, decode, decode_bare, decode_structured, split_batch},
    edge::from_outside,
    ledger::{Entry, Ledger},
    rule::Rules,
};

use self::mutant::Mutants;

const SEED: u64 = 4_127;

/// The moment at which all of it happens.
const NOW: Timestamp = Timestamp::from_millis(1_795_600_000_000);

const MUTANTS: usize = 12_000;

/// Longest sentence about a reject, in characters, its closing dots included.
const LONGEST: usize = 401;

#[test]
fn what_is_not_damaged_is_taken() {
    let mut mutants = Mutants::new(SEED, NOW);
    for number in 0..300 {
        let message = mutants.sound();
        let decoded = decode(&message, NOW, Trust::Outside);
        assert!(decoded.is_ok(), "{number}: {decoded:?}");
    }
}

#[test]
fn every_mutant_is_an_event_or_a_reject_and_folds() {
    let mutants: Vec<_> = Mutants::new(SEED, NOW).take(MUTANTS).collect();
    let arrived = from_outside(mutants, NOW);
    assert_eq!(arrived.events.len() + arrived.rejects.len(), MUTANTS);
    let mut reasons = BTreeMap::new();
    for reject in &arrived.rejects {
        *reasons.entry(reject.reason).or_insert(0) += 1;
        let length = reject.detail.chars().count();
        assert!((1..=LONGEST).contains(&length), "{length}: {}", reject.detail);
    }
    println!("{} events, rejects: {reasons:?}", arrived.events.len());
    assert!(arrived.events.len() > MUTANTS / 10, "too few live on: {}", arrived.events.len());
    let all: Vec<Reason> = reasons.into_keys().collect();
    assert_eq!(all, Reason::ALL, "the corpus reaches every reason");

    let rules = Arc::new(Rules::builtin());
    let mut ledger = Ledger::new(Book::Real, Vec::new(), Arc::clone(&rules));
    let mut changes = Vec::new();
    for (number, decoded) in (0..).zip(&arrived.events) {
        let (event, position) = (&decoded.event, decoded.position);
        ledger.fold(Entry::Event { event, position }, &mut changes);
        if number % 50 == 0 {
            ledger.fold(Entry::Tick(NOW.plus(number * Timestamp::SECOND)), &mut changes);
        }
        changes.clear();
    }
    let restored = Ledger::restore(&ledger.checkpoint(), rules).expect("its own bytes");
    assert_eq!(restored.snapshot(), ledger.snapshot());
    serde_json::to_string(ledger.snapshot()).expect("a snapshot is JSON");
}

#[test]
fn bodies_of_requests_are_refused_with_a_reason_as_well() {
    let mut outcomes = [[0; 2]; 3];
    for message in Mutants::new(SEED + 1, NOW).take(MUTANTS) {
        let Some(body) = message.value else { continue };
        let id = EventId::new("one").expect("a name");
        let bare = decode_bare(message.topic, body.clone(), id, NOW, NOW);
        let structured = decode_structured(message.topic, &body, NOW, NOW, Trust::Outside);
        let batch = split_batch(&body);
        let taken = [bare.is_ok(), structured.is_ok(), batch.is_ok()];
        for (outcome, taken) in outcomes.iter_mut().zip(taken) {
            outcome[usize::from(taken)] += 1;
        }
        let faults = [bare.err(), structured.err(), batch.err()];
        for fault in faults.into_iter().flatten() {
            assert!(!fault.detail.is_empty(), "{fault:?}");
        }
    }
    println!("refused and taken as bare, structured, batch: {outcomes:?}");
    assert!(outcomes[..2].iter().flatten().all(|count| *count > 0), "{outcomes:?}");
}
