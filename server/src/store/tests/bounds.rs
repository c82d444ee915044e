//! Bounds: refused messages, resolved alerts, events and bytes on disk.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{AlertState, SourceState, status::ChangeOver};
use pipeline::{
    decode::Reason,
    message::Message,
    store::{Checkpoint, DeadLetter, FeedPosition, KEPT_BYTES, Rejected},
};

use super::*;

fn rejected(number: usize, bytes: usize) -> Rejected {
    let message = Message {
        topic: Topic::Etl,
        position: Some(Position { partition: 1, offset: number as i64 }),
        key: Some(Bytes::from_static(b"k\xff")),
        headers: vec![("h".into(), Bytes::from_static(b"v"))],
        value: Some(vec![number as u8; bytes].into()),
        record_time: None,
        received: START.plus(number as i64),
    };
    Rejected { message, row: None, reason: Reason::NotJson, detail: "it is no JSON".into() }
}

fn refuse(bench: &mut Bench, rejects: Vec<Rejected>) {
    bench.commit(&Batch { rejects, ..Batch::default() });
}

fn letters(bench: &Bench) -> Vec<DeadLetter> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = bench.reader.dead_letters(cursor.as_deref(), 7).expect("dead letters");
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
}

#[test]
fn a_refused_message_is_kept_as_it_came() {
    let mut bench = Bench::new();
    let mut tombstone = rejected(3, 0);
    tombstone.message.value = None;
    tombstone.message.position = None;
    refuse(
        &mut bench,
        vec![rejected(1, KEPT_BYTES), rejected(2, KEPT_BYTES + 1), tombstone, rejected(4, 5 << 20)],
    );
    let sizes = letters(&bench)
        .iter()
        .map(|it| (it.size, it.truncated, STANDARD.decode(&it.bytes).expect("base64").len()))
        .collect::<Vec<_>>();
    let (kept, five) = (KEPT_BYTES as u64, 5 << 20);
    let expected = [
        (five, true, KEPT_BYTES),
        (0, false, 0),
        (kept + 1, true, KEPT_BYTES),
        (kept, false, KEPT_BYTES),
    ];
    assert_eq!(sizes, expected);
    let letter = letters(&bench).pop().expect("the oldest");
    assert_eq!(letter.position, Some(Position { partition: 1, offset: 1 }));
    assert_eq!((letter.topic, letter.reason), (Topic::Etl, Reason::NotJson));
    assert_eq!(
        (letter.detail.as_str(), letter.key.as_deref()),
        ("it is no JSON", Some("k\u{fffd}"))
    );
    assert_eq!(letter.headers, [("h".to_owned(), "v".to_owned())]);
    assert_eq!(letter.received, START.plus(1));
    assert_eq!(letters(&bench)[1].position, None);
}

#[test]
fn refused_messages_are_bounded_in_number() {
    let mut bench = Bench::with(Options { dead_letters: 50, ..Options::default() });
    for number in 0..120 {
        refuse(&mut bench, vec![rejected(number, 10)]);
        let kept = bench.count("SELECT count(*) FROM dead_letter");
        assert!(kept <= 50 && kept >= 45.min(number as i64 + 1), "{kept} after {number}");
    }
    let newest: Vec<_> = letters(&bench).iter().filter_map(|it| it.position).collect();
    let expected = (0..120).rev().map(|offset| Position { partition: 1, offset });
    assert_eq!(newest, expected.take(newest.len()).collect::<Vec<_>>(), "the newest, in order");
    refuse(&mut bench, (0..500).map(|number| rejected(number, 1)).collect());
    assert!(letters(&bench).len() <= 50);
    assert_eq!(letters(&bench)[0].position, Some(Position { partition: 1, offset: 499 }));
}

#[test]
fn refused_messages_are_bounded_in_bytes() {
    let bytes = 1 << 20;
    let mut bench = Bench::with(Options { dead_letter_bytes: bytes, ..Options::default() });
    for number in 0..40 {
        refuse(&mut bench, vec![rejected(number, 60_000), rejected(number, 60_000)]);
        let kept = bench.count("SELECT coalesce(sum(length(bytes)), 0) FROM dead_letter");
        assert!(kept <= bytes as i64, "{kept} after {number}");
    }
    assert!(letters(&bench).len() >= 14, "most of what fits is kept");
}

#[test]
fn a_letter_goes_with_the_batch_that_settles_it() {
    let mut bench = Bench::with(Options { dead_letters: 4, ..Options::default() });
    refuse(&mut bench, (0..4).map(|number| rejected(number, 10)).collect());
    let second = letters(&bench)[2].clone();
    assert_eq!(bench.reader.dead_letter(second.id).expect("read"), Some(second.clone()));
    let event = event_of(Topic::Etl, "replayed", START, Some((1, 1)));
    let mut batch = batch_of(&Book::Real, vec![entry(1, event.clone())]);
    batch.settled = vec![second.id, 4_711];
    bench.commit(&batch);
    assert_eq!(bench.reader.dead_letter(second.id).expect("read"), None);
    assert_eq!(bench.log(&Book::Real, 0), [entry(1, event)]);
    // There is room for one more: nothing is trimmed.
    refuse(&mut bench, vec![rejected(9, 10)]);
    let offsets: Vec<_> = letters(&bench).iter().filter_map(|it| it.position).collect();
    assert_eq!(offsets.iter().map(|at| at.offset).collect::<Vec<_>>(), [9, 3, 2, 0]);
    // A batch that is refused takes no letter with it.
    let mut batch = batch_of(&Book::Real, vec![entry(1, event_of(Topic::Etl, "x", START, None))]);
    batch.settled = letters(&bench).iter().map(|it| it.id).collect();
    bench.writer.commit(&batch).expect_err("entry 1 is stored already");
    assert_eq!(letters(&bench).len(), 4);
}

/// All files but the write-ahead log, and the log.
fn bytes_on_disk(bench: &Bench) -> (u64, u64) {
    let (mut rest, mut log) = (0, 0);
    for file in std::fs::read_dir(bench.directory.path()).expect("a directory") {
        let file = file.expect("a file");
        let bytes = file.metadata().expect("a size").len();
        let is_log = file.file_name().to_string_lossy().ends_with("-wal");
        *(if is_log { &mut log } else { &mut rest }) += bytes;
    }
    (rest, log)
}

/// What the ledger writes, about: 200 KB with the variety of figures.
fn state(source: &mut Source) -> Vec<u8> {
    let mut state = Vec::new();
    while state.len() < 200_000 {
        state.extend_from_slice(&source.next(&Book::Simulated).raw);
    }
    state
}

/// A day of the simulated bank with its checkpoints; the last minutes committed one by one. The
/// log is held against its share once its copying has caught up: a day in seconds outruns it.
#[test]
fn a_simulated_day_takes_less_than_ten_megabytes() {
    const GROUP: i64 = 60;
    const LOG_BYTES: u64 = 1_500_000;
    let mut bench = Bench::new();
    let mut source = Source::new(7);
    let state = state(&mut Source::new(8));
    let (mut sequence, mut events, mut most) = (0_u64, 0, 0);
    let mut add = |bench: &mut Bench, seconds: i64| {
        let mut entries = Vec::new();
        for _ in 0..seconds {
            for event in source.advance(Timestamp::SECOND) {
                sequence += 1;
                events += 1;
                entries.push(entry(sequence, decoded(event, &Book::Simulated)));
            }
            sequence += 1;
            entries.push(tick(sequence, source.now));
        }
        bench.commit(&batch_of(&Book::Simulated, entries));
        (sequence, source.now)
    };
    let checkpoint = |bench: &mut Bench, (sequence, now): (u64, Timestamp)| {
        let state = state.clone();
        let checkpoint = Checkpoint { book: Book::Simulated, sequence, state };
        bench.writer.checkpoint(&checkpoint).expect("a checkpoint is kept");
        bench.tidy(now);
    };
    for _ in 0..(24 * 60 - 10) / 10 {
        let last = (0..10).map(|_| add(&mut bench, GROUP)).last().expect("ten groups");
        checkpoint(&mut bench, last);
        most = most.max(bytes_on_disk(&bench).0);
    }
    for _ in 0..10 {
        let last = (0..60).map(|_| add(&mut bench, 1)).last().expect("sixty seconds");
        checkpoint(&mut bench, last);
        most = most.max(bytes_on_disk(&bench).0);
    }
    let caught_up = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        add(&mut bench, 1);
        bytes_on_disk(&bench).1 < LOG_BYTES
    });
    assert!(caught_up, "{} bytes of log", bytes_on_disk(&bench).1);
    assert!(events > 60_000, "{events} events");
    assert!(most < 10_000_000 - LOG_BYTES, "{most} bytes of {events} events");
}

#[test]
fn retention_drops_the_oldest_before_the_checkpoint() {
    let options = Options { simulated_bytes: 400_000, other_alerts: 3, ..Options::default() };
    let mut bench = Bench::with(options);
    let mut source = Source::new(17);
    let entries: Vec<_> = (1..=8_000).map(|it| entry(it, source.next(&Book::Simulated))).collect();
    for group in entries.chunks(100) {
        bench.commit(&batch_of(&Book::Simulated, group.to_vec()));
    }
    bench.tidy(source.now);
    assert_eq!(bench.log(&Book::Simulated, 0).len(), 8_000, "without checkpoint all is needed");
    let checkpoint = Checkpoint { book: Book::Simulated, sequence: 7_000, state: vec![0; 10] };
    bench.writer.checkpoint(&checkpoint).expect("a checkpoint is kept");
    bench.tidy(source.now);
    let left = bench.log(&Book::Simulated, 0);
    assert!(left.len() < 7_000, "{} are left", left.len());
    assert_eq!(bench.log(&Book::Simulated, 7_000), entries[7_000..]);
    let size = bench.count("SELECT sum(size) FROM block");
    // A block goes whole or not at all: one that holds an entry after the checkpoint stays.
    let could_go = bench.count("SELECT count(*) FROM block WHERE last_sequence <= 7000");
    assert!(size <= 400_000 || could_go == 0, "{size} bytes, {could_go} blocks could go");
    assert!(bench.count("PRAGMA freelist_count") <= 32, "pages are given back");
}

#[test]
fn old_real_events_and_resolved_alerts_go() {
    let mut bench = Bench::with(Options { real_alerts: 3, ..Options::default() });
    let old = event_of(Topic::Risk, "old", START, None);
    let new = event_of(Topic::Risk, "new", START.plus(29 * Timestamp::DAY), None);
    bench.commit(&batch_of(&Book::Real, vec![entry(1, old), tick(2, START)]));
    let mut batch = batch_of(&Book::Real, vec![entry(3, new.clone()), tick(4, START)]);
    for index in 0..9 {
        let at = START.plus(index);
        let mut alert = alerts::alert(&format!("a{index}"), &Book::Real, at);
        alert.state = if index < 2 { AlertState::Firing } else { AlertState::Resolved };
        batch.books[0].alerts.push(alert);
    }
    bench.commit(&batch);
    let checkpoint = Checkpoint { book: Book::Real, sequence: 4, state: vec![0; 10] };
    bench.writer.checkpoint(&checkpoint).expect("a checkpoint is kept");
    bench.tidy(START.plus(30 * Timestamp::DAY));
    assert_eq!(
        bench.log(&Book::Real, 0)[..1],
        [entry(1, event_of(Topic::Risk, "old", START, None))]
    );
    bench.tidy(START.plus(30 * Timestamp::DAY + 1));
    assert_eq!(bench.log(&Book::Real, 0), [entry(3, new)]);
    assert_eq!(bench.count("SELECT count(*) FROM alert WHERE state = 'resolved'"), 3);
    assert_eq!(bench.count("SELECT count(*) FROM alert WHERE state = 'firing'"), 2);
    assert_eq!(
        bench.count("SELECT min(changed_at) FROM alert WHERE state = 'resolved'"),
        START.plus(6).millis()
    );
}

#[test]
fn the_newest_change_overs_are_kept() {
    let mut bench = Bench::new();
    assert_eq!(bench.reader.change_overs().expect("none"), []);
    let change = |minute: i64| ChangeOver {
        at: START.plus(minute * Timestamp::MINUTE),
        from: SourceState::Live,
        to: SourceState::Degraded,
        why: format!("outage {minute}: {}", "x".repeat(1_000)),
    };
    for minute in 0..203 {
        bench.writer.changed_over(&change(minute)).expect("kept");
    }
    let kept = bench.reader.change_overs().expect("change-overs");
    assert_eq!((kept.len(), kept[199].at), (200, START.plus(3 * Timestamp::MINUTE)));
    assert_eq!((kept[0].from, kept[0].to), (SourceState::Live, SourceState::Degraded));
    assert!(kept[0].why.starts_with("outage 202: x") && kept[0].why.len() == 400);
}

#[test]
fn positions_of_feeds_replace_each_other_and_the_latest_are_kept() {
    let mut bench = Bench::new();
    let position = |offset: u64| FeedPosition {
        file: -7,
        offset,
        line: 3,
        seal: i64::MIN,
        etag: Some("\"a\"".into()),
        modified: None,
    };
    let mut commit = |feed: &str, places: std::ops::Range<u64>, offset: u64| {
        let place = |index| ((feed.to_owned(), format!("{index}.csv")), position(offset));
        bench.commit(&Batch { feeds: places.map(place).collect(), ..Batch::default() });
    };
    commit("erp", 0..1, 10);
    commit("erp", 0..1, 20);
    commit("other", 0..1, 30);
    commit("many", 0..20_600, 40);
    let of = |feed: &str| bench.reader.feed_positions(feed).expect("positions");
    assert_eq!(of("erp"), [("0.csv".to_owned(), position(20))].into());
    assert_eq!(of("none").len(), 0);
    assert!((20_000..20_256).contains(&of("many").len()), "{}", of("many").len());
}
