//! Stored events: filters, pages, cursors, and one event by its identity.

use std::collections::BTreeSet;

use model::Recorded;
use pipeline::store::{EventQuery, StoreError};

use super::{super::cursor::Cursor, *};

/// Three books, 200 events each, one commit for each event of all.
fn three() -> (Bench, Vec<(Book, LogEntry)>) {
    let mut bench = Bench::new();
    let mut all = Vec::new();
    let mut sources = [Source::new(11), Source::new(12), Source::new(13)];
    for sequence in 1..=200 {
        for (book, source) in books().iter().zip(&mut sources) {
            let entry = entry(sequence, source.next(book));
            bench.commit(&batch_of(book, vec![entry.clone()]));
            all.push((book.clone(), entry));
        }
    }
    (bench, all)
}

fn everything() -> EventQuery {
    EventQuery { limit: 1_000, ..EventQuery::default() }
}

/// A book and a place in its log.
fn place(event: &Recorded) -> (Book, u64) {
    (event.book.clone(), event.log_sequence)
}

fn pages(bench: &Bench, query: &EventQuery) -> Vec<Recorded> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = bench.reader.events(&query).expect("events");
        assert!(page.items.len() <= query.limit);
        found.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return found;
        }
    }
}

fn decoded_of(entry: &LogEntry) -> &Decoded {
    match &entry.what {
        Logged::Event(decoded) => decoded,
        other => panic!("{other:?} is no event"),
    }
}

#[test]
fn events_are_found_by_what_they_are() {
    let (mut bench, all) = three();
    let some = decoded_of(&all[301].1).event.clone();
    let (entity, time) = (some.data.entity().to_owned(), some.envelope.time);
    let (from, to) = (Some(time), Some(time.plus(Timestamp::MINUTE)));
    type Wanted<'a> = &'a dyn Fn(&Book, &Event) -> bool;
    let table: [(EventQuery, Wanted<'_>); 8] = [
        (everything(), &|_, _| true),
        (EventQuery { topic: Some(Topic::Risk), ..everything() }, &|_, event| {
            event.data.topic() == Topic::Risk
        }),
        (EventQuery { entity: Some(entity.clone()), ..everything() }, &|_, event| {
            event.data.entity() == entity
        }),
        (EventQuery { provenance: Some(Provenance::Drill), ..everything() }, &|book, _| {
            book.provenance() == Provenance::Drill
        }),
        (EventQuery { book: Some(Book::Simulated), ..everything() }, &|book, _| {
            *book == Book::Simulated
        }),
        (EventQuery { from, ..everything() }, &|_, event| event.envelope.time >= time),
        (EventQuery { from, to, ..everything() }, &|_, event| {
            (time..time.plus(Timestamp::MINUTE)).contains(&event.envelope.time)
        }),
        (EventQuery { book: Some(Book::Replay("none".into())), ..everything() }, &|_, _| false),
    ];
    for tidied in [false, true] {
        for (query, wanted) in &table {
            let mut found = pages(&bench, query).iter().map(place).collect::<Vec<_>>();
            found.sort();
            let expected = all.iter().filter(|(book, it)| wanted(book, &decoded_of(it).event));
            let mut expected: Vec<_> =
                expected.map(|(book, entry)| (book.clone(), entry.sequence)).collect();
            expected.sort();
            assert_eq!(found, expected, "tidied: {tidied}, {query:?}");
            assert!(!expected.is_empty() || query.book.is_some(), "{query:?} finds something");
            let small = EventQuery { limit: 3, ..query.clone() };
            assert_eq!(pages(&bench, &small).len(), expected.len(), "in pages: {query:?}");
        }
        bench.tidy(START);
    }
}

#[test]
fn an_event_is_listed_as_it_was_committed() {
    let (bench, all) = three();
    let (book, entry) = &all[597];
    let decoded = decoded_of(entry);
    let query = EventQuery { book: Some(book.clone()), limit: 1, ..EventQuery::default() };
    let page = bench.reader.events(&query).expect("events");
    let [event] = &page.items[..] else { panic!("one event, not {}", page.items.len()) };
    assert_eq!(event.envelope, decoded.event.envelope);
    assert_eq!(
        event.data,
        serde_json::from_slice::<serde_json::Value>(&decoded.raw).expect("JSON")
    );
    assert_eq!((event.received, event.position), (decoded.received, decoded.position));
    assert_eq!((&event.book, event.log_sequence), (book, 200));
}

#[test]
fn a_walk_is_not_disturbed_by_new_events() {
    let (mut bench, all) = three();
    let mut source = Source::new(21);
    let mut query = EventQuery { limit: 7, ..EventQuery::default() };
    let (mut seen, mut sequence) = (Vec::new(), 200);
    loop {
        let page = bench.reader.events(&query).expect("events");
        seen.extend(page.items.iter().map(place));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
        sequence += 1;
        bench.commit(&batch_of(&Book::Real, vec![entry(sequence, source.next(&Book::Real))]));
        let other = Book::Drill(format!("new-{sequence}"));
        bench.commit(&batch_of(&other, vec![entry(1, source.next(&other))]));
        if sequence % 10 == 0 {
            bench.tidy(START);
        }
    }
    let once: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "no event twice");
    let old: BTreeSet<_> = all.iter().map(|(book, entry)| (book.clone(), entry.sequence)).collect();
    assert_eq!(once, old, "all that were there, and no other");
    for book in books() {
        let of_book = seen.iter().filter(|(of, _)| *of == book).map(|(_, sequence)| *sequence);
        assert!(of_book.is_sorted_by(|newer, older| newer > older), "{book}: newest first");
    }
}

#[test]
fn the_last_page_names_no_next() {
    let (bench, _) = three();
    let query = EventQuery { limit: 1_000, ..EventQuery::default() };
    let page = bench.reader.events(&query).expect("events");
    assert_eq!((page.items.len(), page.next), (600, None));
    let query = EventQuery { limit: 600, ..EventQuery::default() };
    assert_eq!(bench.reader.events(&query).expect("events").next, None);
}

#[test]
fn a_cursor_shows_nothing_that_was_not_asked_for() {
    let (bench, _) = three();
    let end = u64::MAX;
    let check = |query: EventQuery, cursor: Cursor, expected: usize| {
        let query = EventQuery { cursor: Some(cursor.to_text()), ..query };
        let page = bench.reader.events(&query).expect("events");
        for event in &page.items {
            assert!(query.topic.is_none_or(|topic| topic == event.topic));
            assert!(query.book.as_ref().is_none_or(|book| *book == event.book));
            assert!(query.provenance.is_none_or(|it| it == event.book.provenance()));
        }
        assert_eq!(page.items.len(), expected, "{query:?}");
    };
    let all: Vec<_> = Topic::ALL.map(|topic| (topic, end)).into();
    let crafted = || Cursor::Events(books().map(|book| (book, all.clone())).into());
    let simulated = EventQuery { book: Some(Book::Simulated), ..everything() };
    check(simulated.clone(), crafted(), 200);
    check(EventQuery { provenance: Some(Provenance::Drill), ..everything() }, crafted(), 200);
    check(simulated, Cursor::Events(vec![(Book::Real, all.clone())]), 0);
    let repeated = Cursor::Events(vec![(Book::Real, all.clone()); 300]);
    check(everything(), repeated, 200);
    let unknown = Cursor::Events(vec![(Book::Drill("unknown".into()), all.clone())]);
    check(everything(), unknown, 0);
}

#[test]
fn a_foreign_cursor_is_refused() {
    let (bench, _) = three();
    let long = "A".repeat(1 << 20);
    let alerts = Cursor::Alerts(1, 2).to_text();
    for cursor in ["", "x", "????", "AAAAAAAA", &alerts, &long] {
        let query = EventQuery { cursor: Some(cursor.to_owned()), ..everything() };
        let refused = bench.reader.events(&query);
        assert!(matches!(refused, Err(StoreError::Cursor)), "{}", &cursor[..cursor.len().min(20)]);
    }
    let events = Cursor::Events(Vec::new()).to_text();
    assert!(matches!(bench.reader.dead_letters(Some(&events), 5), Err(StoreError::Cursor)));
}

/// Eighty books whose newest blocks together hold more events than one page unpacks.
#[test]
fn many_large_books_are_still_listed() {
    let mut bench = Bench::new();
    for run in 0..60 {
        let book = Book::Drill(format!("run-{run}"));
        let event = event_of(Topic::System, "one", START, None);
        let entries = (1..=4_000).map(|sequence| entry(sequence, event.clone())).collect();
        bench.commit(&batch_of(&book, entries));
    }
    let query = EventQuery { limit: 70, ..EventQuery::default() };
    let first = bench.reader.events(&query).expect("events");
    assert_eq!(first.items.len(), 70);
    let query = EventQuery { cursor: first.next, ..query };
    let second = bench.reader.events(&query).expect("events");
    assert_eq!(second.items.len(), 70);
    let places: BTreeSet<_> = first.items.iter().chain(&second.items).map(place).collect();
    assert_eq!(places.len(), 140, "no event twice");
}

#[test]
fn an_event_is_found_by_its_identity() {
    let mut bench = Bench::new();
    let made = 1_767_603_700_123_u64;
    let uuid = |millis: u64, low: u64| {
        format!("{:08x}-{:04x}-7000-8000-{low:012x}", millis >> 16, millis & 0xffff)
    };
    let near = (uuid(made, 1), START);
    let far = (uuid(made + 90 * 86_400_000, 2), START.plus(Timestamp::MINUTE));
    let bare = ("streamboard.budget-3-184220".to_owned(), START.plus(-Timestamp::DAY));
    let odd = ("\u{fc}nf/7 #9".to_owned(), START);
    let table = [near, far, bare, odd];
    for (index, (id, time)) in table.iter().enumerate() {
        let event = event_of(Topic::Budget, id, *time, Some((3, 184_220)));
        bench.commit(&batch_of(&Book::Real, vec![entry(index as u64 + 1, event)]));
    }
    let mut source = Source::new(8);
    for sequence in 5..60 {
        bench.commit(&batch_of(&Book::Real, vec![entry(sequence, source.next(&Book::Real))]));
    }
    for tidied in [false, true] {
        for (index, (id, time)) in table.iter().enumerate() {
            let id = EventId::new(id.as_str()).expect("an identifier");
            let found = bench.reader.event(&id).expect("one").expect("it is stored");
            assert_eq!((found.log_sequence, found.envelope.time), (index as u64 + 1, *time));
            assert_eq!((found.envelope.id, found.topic), (id, Topic::Budget), "tidied: {tidied}");
            assert_eq!(found.position, Some(Position { partition: 3, offset: 184_220 }));
        }
        for unknown in [uuid(made, 9), "streamboard.budget-3-184221".into()] {
            let id = EventId::new(unknown).expect("an identifier");
            assert_eq!(bench.reader.event(&id).expect("none"), None);
        }
        bench.tidy(START);
    }
    let merged = bench.count("SELECT count(*) FROM block WHERE topic = 'system'");
    assert!(merged < 20, "housekeeping merged blocks: {merged}");
}
