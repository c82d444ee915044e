//! What was committed is there: in order, without gaps, after housekeeping, after a crash.

use std::collections::BTreeMap;

use model::AlertId;
use pipeline::store::{Checkpoint, Positions, StoreError, dedupe_key};
use proptest::prelude::*;

use super::*;

/// What a batch adds: for each step the book, and the kind of entry.
fn steps() -> impl Strategy<Value = Vec<Vec<(usize, u8)>>> {
    prop::collection::vec(prop::collection::vec((0..4_usize, 0..10_u8), 0..40), 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_log_comes_back_as_it_was_committed(
        batches in steps(), seed in 1..1_000_u64, tidy_every in 1..6_usize, after in 0..120_u64,
    ) {
        let mut bench = Bench::new();
        let mut source = Source::new(seed);
        let mut logs = BTreeMap::<Book, Vec<LogEntry>>::new();
        for (index, steps) in batches.iter().enumerate() {
            bench.commit(&random_batch(steps, &mut source, &mut logs));
            if index % tidy_every == 0 {
                bench.writer.tidy(START).expect("housekeeping");
            }
        }
        for _ in 0..2 {
            for (book, log) in &logs {
                prop_assert_eq!(&bench.log(book, 0), log);
                let rest: Vec<_> =
                    log.iter().filter(|entry| entry.sequence > after).cloned().collect();
                prop_assert_eq!(bench.log(book, after), rest);
            }
            let reached = logs.iter().map(|(book, log)| (book.clone(), log.len() as u64));
            prop_assert_eq!(bench.reader.books().expect("books"), reached.collect::<Vec<_>>());
            bench.tidy(START);
        }
    }
}

fn random_batch(
    steps: &[(usize, u8)],
    source: &mut Source,
    logs: &mut BTreeMap<Book, Vec<LogEntry>>,
) -> Batch {
    let mut batch = Batch::default();
    for (index, book) in books().into_iter().enumerate() {
        let mut entries = Vec::new();
        let next = logs.get(&book).map_or(1, |log| log.len() as u64 + 1);
        let own = steps.iter().filter(|(of, _)| *of == index);
        for (sequence, (_, kind)) in (next..).zip(own) {
            entries.push(match kind {
                0 => command(sequence, source.now),
                1 => tick(sequence, source.now),
                2 => rates(sequence, source.now),
                3 => missed(sequence, source.now),
                _ => entry(sequence, source.next(&book)),
            });
        }
        if !entries.is_empty() {
            logs.entry(book.clone()).or_default().extend(entries.iter().cloned());
            batch.books.push(BookBatch { book, entries, alerts: Vec::new() });
        }
    }
    batch
}

#[test]
fn replay_crosses_many_merged_blocks() {
    let mut bench = Bench::new();
    let mut source = Source::new(5);
    let mut log = Vec::new();
    for group in 0..90 {
        let first = group * 100 + 1;
        let entries: Vec<_> =
            (first..first + 100).map(|it| entry(it, source.next(&Book::Real))).collect();
        log.extend(entries.iter().cloned());
        bench.commit(&batch_of(&Book::Real, entries));
    }
    let before = bench.count("SELECT count(*) FROM block");
    bench.tidy(START);
    assert!(bench.count("SELECT count(*) FROM block") < before / 5);
    for after in [0, 1, 4_095, 8_999, 9_000, u64::MAX >> 1] {
        let rest: Vec<_> = log.iter().filter(|entry| entry.sequence > after).cloned().collect();
        assert_eq!(bench.log(&Book::Real, after), rest, "after {after}");
    }
}

#[test]
fn a_crash_loses_nothing() {
    let mut bench = Bench::new();
    let mut source = Source::new(9);
    let mut log = Vec::new();
    for sequence in 1..=60 {
        let new = entry(sequence, source.next(&Book::Real));
        log.push(new.clone());
        let mut batch = batch_of(&Book::Real, vec![new]);
        batch.positions.insert((Topic::Risk, 2), sequence as i64);
        bench.commit(&batch);
        if sequence % 16 == 0 {
            bench.tidy(START);
        }
    }
    let copy = tempfile::tempdir().expect("a directory");
    for name in ["streamboard.db", "streamboard.db-wal"] {
        std::fs::copy(bench.directory.path().join(name), copy.path().join(name)).expect("a copy");
    }
    let (_writer, reader) = open(copy.path(), Options::default()).expect("the copy opens");
    assert_eq!(super::log(&reader, &Book::Real, 0), log);
    assert_eq!(reader.positions().expect("positions"), Positions::from([((Topic::Risk, 2), 60)]));
}

#[test]
fn a_full_disk_takes_nothing_and_later_all() {
    let mut bench = Bench::new();
    let mut source = Source::new(1);
    bench.commit(&batch_of(&Book::Real, vec![entry(1, source.next(&Book::Real))]));
    let entries: Vec<_> = (2..2_000).map(|it| entry(it, source.next(&Book::Real))).collect();
    let mut batch = batch_of(&Book::Real, entries);
    batch.positions.insert((Topic::Etl, 0), 7);
    batch.books[0].alerts.push(alerts::alert("a-1", &Book::Real, START));
    let pages = bench.count("PRAGMA page_count");
    let limit = |bench: &Bench, pages: i64| {
        bench.count(&format!("PRAGMA max_page_count = {pages}"));
    };
    limit(&bench, pages + 4);
    for _ in 0..3 {
        let refused = bench.writer.commit(&batch);
        assert!(matches!(refused, Err(StoreError::Full(_))), "{refused:?}");
        assert_eq!(bench.log(&Book::Real, 0).len(), 1);
        assert_eq!(bench.reader.positions().expect("positions"), Positions::new());
        assert_eq!(bench.count("SELECT count(*) FROM alert"), 0);
    }
    limit(&bench, 1_000_000);
    bench.commit(&batch);
    assert_eq!(bench.log(&Book::Real, 0).len(), 1_999);
    assert_eq!(bench.reader.positions().expect("positions").len(), 1);
}

#[test]
fn an_entry_is_stored_once() {
    let mut bench = Bench::new();
    bench.commit(&batch_of(&Book::Real, vec![tick(1, START), tick(2, START)]));
    for first in [1, 2] {
        let again = batch_of(&Book::Real, vec![tick(first, START), tick(first + 1, START)]);
        assert!(matches!(bench.writer.commit(&again), Err(StoreError::Failed(_))));
    }
    assert_eq!(bench.log(&Book::Real, 0), [tick(1, START), tick(2, START)]);
}

#[test]
fn the_two_newest_checkpoints_are_kept() {
    let mut bench = Bench::new();
    let state = |sequence: u64| vec![sequence as u8; 100_000];
    assert_eq!(bench.reader.checkpoint(&Book::Real).expect("none"), None);
    for sequence in [5, 9, 9, 12] {
        let checkpoint = Checkpoint { book: Book::Real, sequence, state: state(sequence) };
        bench.writer.checkpoint(&checkpoint).expect("a checkpoint is kept");
        assert_eq!(bench.reader.checkpoint(&Book::Real).expect("one"), Some(checkpoint));
    }
    assert_eq!(bench.count("SELECT count(*) FROM checkpoint"), 2);
    assert_eq!(bench.count("SELECT min(sequence) FROM checkpoint"), 9);
    assert_eq!(bench.reader.checkpoint(&Book::Simulated).expect("none"), None);
}

#[test]
fn the_newest_keys_come_oldest_first() {
    let mut bench = Bench::new();
    let mut source = Source::new(2);
    let mut keys = Vec::new();
    for sequence in 1..=30 {
        let decoded = source.next(&Book::Real);
        let envelope = &decoded.event.envelope;
        keys.push(dedupe_key(&Book::Real, &envelope.source, &envelope.id));
        bench.commit(&batch_of(&Book::Real, vec![entry(sequence, decoded)]));
    }
    let recent = |bench: &Bench, limit| {
        let mut recent = Vec::new();
        bench.reader.recent_keys(limit, &mut |key| recent.push(key)).expect("keys");
        recent
    };
    for limit in [0, 1, 7, 30, 1_000_000] {
        assert_eq!(recent(&bench, limit), keys[30 - limit.min(30)..], "{limit}");
    }
    bench.tidy(START);
    let mut merged = recent(&bench, 30);
    assert_eq!(recent(&bench, 7).len(), 7);
    assert_eq!(recent(&bench, 7), merged[23..]);
    merged.sort_unstable();
    keys.sort_unstable();
    assert_eq!(merged, keys);
}

#[test]
fn a_forgotten_book_leaves_nothing() {
    let mut bench = Bench::new();
    let mut source = Source::new(4);
    let (drill, other) = (Book::Drill("run-1".into()), Book::Drill("run-2".into()));
    for book in [&drill, &other] {
        let mut batch =
            batch_of(book, vec![entry(1, source.next(book)), tick(2, START), command(3, START)]);
        batch.books[0].alerts.push(alerts::alert("a-1", book, START));
        bench.commit(&batch);
        let checkpoint = Checkpoint { book: book.clone(), sequence: 3, state: vec![1] };
        bench.writer.checkpoint(&checkpoint).expect("a checkpoint is kept");
    }
    bench.writer.forget(&drill).expect("the book is forgotten");
    assert_eq!(bench.reader.books().expect("books"), [(other, 3)]);
    for table in ["block", "tick", "command", "alert", "checkpoint"] {
        assert_eq!(bench.count(&format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
    assert_eq!(bench.log(&drill, 0), []);
    assert_eq!(bench.reader.checkpoint(&drill).expect("none"), None);
    let id = AlertId::new("a-1").expect("an identifier");
    assert!(bench.reader.alert(&id).expect("one").is_some_and(|alert| alert.book != drill));
    bench.commit(&batch_of(&drill, vec![tick(1, START)]));
    assert_eq!(bench.log(&drill, 0), [tick(1, START)]);
}
