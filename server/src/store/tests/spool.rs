//! What waits for Kafka is there after a restart, in order; what came back has its place.

use pipeline::{
    encode::forward,
    message::Message,
    store::{EventQuery, Outbound, Returned, Route, StoreError, Waiting, dedupe_key, spooled},
};

use super::*;

/// A batch that hands in the next events of the real book, and their keys.
fn handed_in(source: &mut Source, from: u64, count: u64) -> (Batch, Vec<u128>) {
    let mut batch = batch_of(&Book::Real, Vec::new());
    for sequence in from..from + count {
        let decoded = source.next(&Book::Real);
        let envelope = &decoded.event.envelope;
        let key = dedupe_key(&Book::Real, &envelope.source, &envelope.id);
        batch.spool.push(Outbound::Event { key, sequence, message: forward(&decoded) });
        batch.books[0].entries.push(entry(sequence, decoded));
    }
    let keys = batch.spool.iter().filter_map(|outbound| match outbound {
        Outbound::Event { key, .. } => Some(*key),
        Outbound::Copy(..) => None,
    });
    let keys = keys.collect();
    (batch, keys)
}

fn waiting(bench: &Bench, after: u64) -> Vec<Waiting> {
    bench.reader.spool(after, 1_000, u64::MAX).expect("a spool")
}

fn awaited(bench: &Bench) -> Vec<u128> {
    let mut keys = Vec::new();
    bench.reader.awaited(&mut |key| keys.push(key)).expect("keys");
    keys.sort_unstable();
    keys
}

#[test]
fn what_waits_is_there_in_order_until_it_is_delivered() {
    let mut bench = Bench::new();
    let mut source = Source::new(5);
    let (first, _) = handed_in(&mut source, 1, 6);
    let (second, _) = handed_in(&mut source, 7, 4);
    bench.commit(&first);
    bench.commit(&second);
    let all: Vec<Message> =
        first.spool.iter().chain(&second.spool).map(|it| it.message().clone()).collect();
    let found = waiting(&bench, 0);
    assert_eq!(found.iter().map(|it| it.number).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!(found.iter().map(|it| it.message.clone()).collect::<Vec<_>>(), all);
    assert_eq!(waiting(&bench, 8).len(), 2);
    let bytes = |messages: &[Message]| messages.iter().map(spooled).sum::<u64>();
    let few = bench.reader.spool(0, 1_000, bytes(&all[..2])).expect("a spool");
    assert_eq!(few.len(), 2, "as many as reach the bytes");

    bench.writer.delivered(7).expect("forgotten");
    let bench = reopened(bench);
    let depth = bench.writer.depth();
    assert_eq!((depth.records, depth.bytes), (3, bytes(&all[7..])));
    assert_eq!(depth.oldest, Some(all[7].received));
    assert_eq!(waiting(&bench, 0)[0].number, 8);
}

#[test]
fn a_number_is_never_given_twice() {
    let mut bench = Bench::new();
    let mut source = Source::new(5);
    bench.commit(&handed_in(&mut source, 1, 3).0);
    bench.writer.delivered(3).expect("forgotten");
    assert_eq!(bench.writer.depth(), Default::default());
    let mut bench = reopened(bench);
    bench.commit(&handed_in(&mut source, 4, 1).0);
    assert_eq!(waiting(&bench, 0)[0].number, 4);
}

#[test]
fn what_came_back_has_its_place() {
    let mut bench = Bench::new();
    let mut source = Source::new(5);
    let (batch, keys) = handed_in(&mut source, 1, 3);
    bench.commit(&batch);
    let position = Position { partition: 3, offset: 71 };
    let returned = vec![Returned { key: keys[1], position }];
    bench.commit(&Batch { returned, ..Batch::default() });
    let mut left = vec![keys[0], keys[2]];
    left.sort_unstable();
    assert_eq!(awaited(&bench), left);
    let query = EventQuery { limit: 10, ..EventQuery::default() };
    let listed = bench.reader.events(&query).expect("events").items;
    let places: Vec<_> = listed.iter().map(|it| (it.log_sequence, it.position)).collect();
    assert_eq!(places, [(3, None), (2, Some(position)), (1, None)]);
    let one = bench.reader.event(&listed[1].envelope.id).expect("a look-up");
    assert_eq!(one.and_then(|found| found.position), Some(position));
    // Its place goes with the event.
    bench.tidy(START);
    assert_eq!(bench.count("SELECT count(*) FROM placed"), 1);
    bench.writer.forget(&Book::Real).expect("forgotten");
    bench.commit(&batch_of(&Book::Real, vec![entry(9, source.next(&Book::Real))]));
    bench.tidy(START);
    assert_eq!(bench.count("SELECT count(*) FROM placed"), 0);
}

#[test]
fn a_refused_batch_adds_nothing() {
    let mut bench = Bench::new();
    let mut source = Source::new(5);
    let (batch, _) = handed_in(&mut source, 1, 2);
    bench.commit(&batch);
    let (mut again, _) = handed_in(&mut source, 2, 2);
    again.books[0].entries[0].sequence = 2;
    let refused = bench.writer.commit(&again);
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!((bench.writer.depth().records, waiting(&bench, 0).len()), (2, 2));
}

fn reopened(bench: Bench) -> Bench {
    let Bench { writer, reader, directory } = bench;
    drop((writer, reader));
    let (writer, reader) = open(directory.path(), Options::default()).expect("the same store");
    Bench { writer, reader, directory }
}

#[test]
fn the_copy_of_a_dead_letter_waits_and_nothing_of_it_is_awaited() {
    let mut bench = Bench::new();
    let mut source = Source::new(6);
    let (mut batch, keys) = handed_in(&mut source, 1, 1);
    let copy = Message { value: Some("{".into()), ..batch.spool[0].message().clone() };
    batch.spool.push(Outbound::Copy(Route::DeadLetters, copy.clone()));
    bench.commit(&batch);
    let bench = reopened(bench);
    let found = waiting(&bench, 0);
    assert_eq!(
        found.iter().map(|it| it.route).collect::<Vec<_>>(),
        [None, Some(Route::DeadLetters)]
    );
    assert_eq!(found[1].message, copy);
    assert_eq!(awaited(&bench), keys);
    assert_eq!(bench.writer.depth().records, 2);
}
