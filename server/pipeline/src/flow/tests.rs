//! A store that refuses: nothing of a refused batch is acknowledged, shown or lost.

mod shelf;
mod spool;

use std::sync::Mutex;

use bytes::Bytes;
use model::{
    EventId, Position, Provenance, Topic,
    view::transaction::{Rate, Rates},
};
use tokio_util::sync::CancellationToken;

use self::shelf::Shelf;
use super::*;
use crate::{
    decode::Reason,
    edge::from_outside,
    encode::encode,
    message::{Decoded, Gap, Message},
    simulate::{Intervals, World},
    store::{FeedPosition, FeedPositions, LogEntry, Logged, Positions},
};

/// 2026-01-05, a Monday, 09:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_767_603_600_000);

/// Bytes that the spool takes.
const SPOOL: u64 = 50_000;

struct Bench {
    shelf: Shelf,
    hub: Arc<Hub>,
    flow: Flow,
    input: Input,
    told: Arc<Mutex<Vec<Positions>>>,
    spool: Arc<Spool>,
    stop: CancellationToken,
}

impl Bench {
    fn new() -> Self {
        Self::on(Shelf::default())
    }

    fn on(shelf: Shelf) -> Self {
        let left_out = vec![Topic::Etl];
        Self::forwarding(shelf, Forwarding { left_out, dead_letters: true, alerts: false })
    }

    fn forwarding(shelf: Shelf, forwarding: Forwarding) -> Self {
        let (hub, stop) = (Hub::new(1), CancellationToken::new());
        let spool = Arc::new(Spool::new(SPOOL));
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let flow = Flow::start(Parts {
            writer: Box::new(shelf.clone()),
            reader: Arc::new(shelf.clone()),
            hub: Arc::clone(&hub),
            rules: Arc::new(Rules::builtin()),
            people: Vec::new(),
            stats: Arc::new(Stats::default()),
            stored: Box::new(move |positions| tell.lock().unwrap().push(positions.clone())),
            spool: Some(Arc::clone(&spool)),
            forwarding,
            clock: || START,
        });
        tokio::spawn(Arc::clone(&hub).pace(stop.clone()));
        let flow = flow.unwrap();
        Self { shelf, hub, input: flow.input(), flow, told, spool, stop }
    }

    async fn ingest(&self, events: Vec<Decoded>) -> Result<Vec<Ingested>, StoreError> {
        self.input.ask(|done| Request::Ingest { events, done }).await.unwrap()
    }

    /// Waits until something holds.
    async fn until(&self, holds: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if holds(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came");
    }

    /// The hub shows the whole log, and nothing else.
    async fn shows_the_log(&self) {
        let sequence = |bench: &Self| bench.hub.book(&Book::Real).unwrap().snapshot().sequence;
        let stored = |bench: &Self| bench.shelf.held().log.len() as u64;
        self.until(|bench| sequence(bench) == stored(bench)).await;
        let mut ledger =
            crate::ledger::Ledger::new(Book::Real, Vec::new(), Rules::builtin().into());
        let mut changes = Vec::new();
        for entry in &self.shelf.held().log {
            ledgers::fold(&mut ledger, &entry.what, &mut changes);
        }
        assert_eq!(*self.hub.book(&Book::Real).unwrap().snapshot(), *ledger.snapshot());
    }

    async fn end(self) {
        drop(self.input);
        let flow = self.flow;
        let begin = Instant::now();
        tokio::task::spawn_blocking(move || flow.stop()).await.unwrap();
        assert!(begin.elapsed() < Duration::from_secs(1));
        self.stop.cancel();
    }
}

/// The first events of the generator, as real ones.
fn messages(count: usize) -> Vec<Message> {
    let mut world = World::new(3, START, Intervals::default());
    let mut events = world.advance(START.plus(5 * Timestamp::MINUTE));
    events.truncate(count);
    assert_eq!(events.len(), count);
    let encoded = events.iter_mut().map(|event| {
        event.envelope.provenance = Provenance::Real;
        encode(event, START)
    });
    encoded.collect()
}

/// The same, as they come from Kafka: one partition for each topic.
fn delivered(count: usize) -> Vec<Message> {
    let mut messages = messages(count);
    let mut next = [0; 7];
    for message in &mut messages {
        let offset = &mut next[message.topic.index()];
        message.position = Some(Position { partition: 0, offset: *offset });
        *offset += 1;
    }
    messages
}

fn decoded(messages: Vec<Message>) -> Vec<Decoded> {
    from_outside(messages, START.plus(Timestamp::HOUR)).events
}

fn ids(events: &[Decoded]) -> Vec<EventId> {
    events.iter().map(|event| event.event.envelope.id.clone()).collect()
}

#[tokio::test]
async fn what_was_handed_in_is_refused_and_can_be_handed_in_again() {
    let bench = Bench::new();
    let events = decoded(messages(20));
    bench.shelf.held().refusals = 1;
    let refused = bench.ingest(events.clone()).await;
    assert!(matches!(refused, Err(StoreError::Full(_))), "{refused:?}");
    assert!(bench.shelf.events().is_empty());
    bench.shows_the_log().await;
    assert_eq!(bench.ingest(events.clone()).await.unwrap(), [Ingested::New; 20]);
    assert_eq!(bench.ingest(events.clone()).await.unwrap(), [Ingested::Known; 20]);
    assert_eq!(bench.shelf.events(), ids(&events));
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn what_a_source_delivered_is_tried_again_until_it_is_stored() {
    let bench = Bench::new();
    let mut messages = delivered(50);
    let broken = Message {
        position: Some(Position { partition: 1, offset: 7 }),
        value: Some(Bytes::from_static(b"{")),
        ..messages[0].clone()
    };
    let place = (broken.topic, 1);
    messages.push(broken);
    let arrived = from_outside(messages, START.plus(Timestamp::HOUR));
    let (expected, positions) = (ids(&arrived.events), arrived.positions.clone());
    bench.shelf.held().refusals = 3;
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| bench.shelf.held().refusals < 2).await;
    assert!(bench.told.lock().unwrap().is_empty(), "the source was not told");
    assert!(bench.shelf.held().positions.is_empty(), "and has not advanced");
    bench.until(|bench| !bench.told.lock().unwrap().is_empty()).await;
    assert_eq!(*bench.told.lock().unwrap(), std::slice::from_ref(&positions));
    assert_eq!(positions[&place], 8);
    assert_eq!(bench.shelf.held().positions, positions);
    assert_eq!(bench.shelf.events(), expected);
    let reasons: Vec<_> = bench.shelf.held().rejects.iter().map(|it| it.reason).collect();
    assert_eq!(reasons, [Reason::NotJson]);
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn an_event_that_came_both_ways_in_a_refused_batch_is_not_lost() {
    let bench = Bench::new();
    {
        let mut held = bench.shelf.held();
        (held.closed, held.taken_first, held.refusals) = (true, 1, 1);
    }
    // The first commit keeps the flow busy while the two ways fill the next batch.
    let mut both = decoded(delivered(2));
    let (both, first) = (both.split_off(1), both);
    bench
        .input
        .send(Request::Arrived(Arrived { events: first, ..Arrived::default() }))
        .await
        .unwrap();
    bench.until(|bench| bench.shelf.held().begun == 1).await;
    let (done, told) = tokio::sync::oneshot::channel();
    bench.input.send(Request::Ingest { events: both.clone(), done }).await.unwrap();
    let at = both[0].position.unwrap();
    let topic = both[0].event.data.topic();
    let positions = Positions::from([((topic, at.partition), at.offset + 1)]);
    let arrived =
        Arrived { events: both.clone(), positions: positions.clone(), ..Arrived::default() };
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.shelf.open();
    told.await.unwrap().unwrap_err();
    bench.until(|bench| bench.shelf.held().positions == positions).await;
    assert!(bench.shelf.events().contains(&ids(&both)[0]), "its position was passed");
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn a_position_of_a_feed_is_stored_with_its_events_or_tried_again_with_them() {
    let bench = Bench::new();
    bench.shelf.held().refusals = 2;
    let events = decoded(messages(2));
    let at = |offset| {
        let position = FeedPosition { offset, line: 3, ..FeedPosition::default() };
        FeedPositions::from([(("erp".to_owned(), "a.csv".to_owned()), position)])
    };
    for (events, offset) in [(events.clone(), 70), (vec![], 80)] {
        let arrived = Arrived { events, feeds: at(offset), ..Arrived::default() };
        bench.input.send(Request::Arrived(arrived)).await.unwrap();
        bench.until(|bench| bench.shelf.held().feeds == at(offset)).await;
        assert_eq!(bench.shelf.events(), ids(&decoded(messages(2))));
    }
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn nothing_is_folded_on_top_of_what_is_not_stored() {
    let bench = Bench::new();
    let events = decoded(messages(3));
    {
        let mut held = bench.shelf.held();
        (held.refusals, held.unreadable) = (1, 2);
    }
    bench.ingest(events.clone()).await.unwrap_err();
    assert_eq!(bench.ingest(events.clone()).await.unwrap(), [Ingested::New; 3]);
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn it_ends_while_the_store_refuses() {
    let bench = Bench::new();
    bench.shelf.held().refusals = usize::MAX;
    let arrived = from_outside(delivered(5), START.plus(Timestamp::HOUR));
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| bench.shelf.held().begun > 1).await;
    let (shelf, told) = (bench.shelf.clone(), Arc::clone(&bench.told));
    bench.end().await;
    assert!(shelf.events().is_empty() && shelf.held().positions.is_empty());
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn rates_are_stored_or_refused() {
    let bench = Bench::new();
    let quote = |index: usize, per_usd| {
        let mut rates = Rates::default();
        rates[index] = Some(Rate { per_usd, as_of: START, source: "desk".into() });
        rates
    };
    let set = async |rates| {
        let request = |done| Request::Rates { book: Book::Real, rates, done: Some(done) };
        bench.input.ask(request).await.unwrap()
    };
    bench.shelf.held().refusals = 1;
    set(quote(1, 1_000.0)).await.unwrap_err();
    assert_eq!(bench.shelf.held().log, []);
    set(quote(1, 1_000.0)).await.unwrap();
    set(quote(1, 1_000.0)).await.unwrap();
    // Nobody waits for these: they are tried again.
    bench.shelf.held().refusals = 2;
    let request = Request::Rates { book: Book::Real, rates: quote(2, 5.5), done: None };
    bench.input.send(request).await.unwrap();
    bench.until(|bench| bench.shelf.held().log.len() == 2).await;
    let mut both = quote(1, 1_000.0);
    both[2] = quote(2, 5.5)[2].clone();
    let logged = |rates| Logged::Rates(rates);
    let whats: Vec<_> = bench.shelf.held().log.iter().map(|entry| entry.what.clone()).collect();
    assert_eq!(whats, [logged(quote(1, 1_000.0)), logged(both.clone())]);
    bench.shows_the_log().await;
    assert_eq!(bench.hub.book(&Book::Real).unwrap().snapshot().rates, both);
    bench.end().await;
}

#[tokio::test]
async fn a_log_goes_on_where_its_beginning_is_gone() {
    let events = decoded(messages(6));
    for kept in [3, 0] {
        let shelf = Shelf::default();
        {
            let mut held = shelf.held();
            held.reached = 9;
            held.log.extend(events[..kept].iter().zip([5, 7, 9]).map(|(event, sequence)| {
                LogEntry { sequence, what: Logged::Event(Box::new(event.clone())) }
            }));
        }
        let bench = Bench::on(shelf);
        assert_eq!(bench.ingest(events[3..].to_vec()).await.unwrap(), [Ingested::New; 3]);
        let last = bench.shelf.held().log.last().map(|entry| entry.sequence);
        assert_eq!(last, Some(12), "{kept} kept");
        bench.end().await;
    }
}

/// A topic that was deleted and made anew begins at offset 0 again: what is read there is new,
/// though another event stood at the same place, and even where the store refuses at first.
#[tokio::test]
async fn a_topic_that_was_made_anew_is_read_from_its_beginning() {
    let bench = Bench::new();
    let bare = |from: usize| {
        let messages = messages(60).split_off(from).into_iter();
        let mut messages: Vec<_> = messages.filter(|it| it.topic == Topic::System).collect();
        messages.truncate(3);
        for (offset, message) in (0..).zip(&mut messages) {
            message.headers.clear();
            message.position = Some(Position { partition: 0, offset });
        }
        from_outside(messages, START.plus(Timestamp::HOUR))
    };
    let stored = |count: usize| move |bench: &Bench| bench.shelf.events().len() == count;
    bench.input.send(Request::Arrived(bare(0))).await.unwrap();
    bench.until(stored(3)).await;
    // A redelivery is recognised by its position.
    bench.input.send(Request::Arrived(bare(0))).await.unwrap();
    bench.shelf.held().refusals = 2;
    let at = START.plus(Timestamp::HOUR);
    let gap = Gap { at, topic: Topic::System, partition: 0, expected: 3, found: 0 };
    let arrived = Arrived { gaps: vec![gap], ..bare(30) };
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(stored(6)).await;
    let ids = bench.shelf.events();
    assert_eq!(ids[..3], ids[3..], "they have the names of the places");
    assert_eq!(bench.shelf.held().positions, Positions::from([((Topic::System, 0), 3)]));
    bench.shows_the_log().await;
    bench.end().await;
}

/// What retention dropped stands in the log, once, even where the store refuses at first: the alert
/// about it is there again after a restart.
#[tokio::test]
async fn messages_that_were_missed_raise_an_alert() {
    let bench = Bench::new();
    bench.shelf.held().refusals = 2;
    let at = START.plus(Timestamp::HOUR);
    let gap = Gap { at, topic: Topic::Budget, partition: 2, expected: 30, found: 42 };
    let arrived = Arrived { gaps: vec![gap], ..Arrived::default() };
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| !bench.shelf.held().log.is_empty()).await;
    let whats: Vec<_> = bench.shelf.held().log.iter().map(|entry| entry.what.clone()).collect();
    assert_eq!(whats, [Logged::Missed(gap)]);
    bench.shows_the_log().await;
    let snapshot = bench.hub.book(&Book::Real).unwrap().snapshot();
    let alerts: Vec<_> = snapshot.alerts.values().map(|alert| alert.title.as_str()).collect();
    assert_eq!(alerts, ["Budget Partition 2: 12 messages missed"]);
    bench.end().await;
}

#[tokio::test]
async fn a_dead_letter_goes_with_its_event_or_stays() {
    let bench = Bench::new();
    bench.shelf.held().letters = vec![7, 8, 9];
    let events = decoded(delivered(2));
    let settle = async |letter: i64, event: Option<&Decoded>| {
        let event = event.cloned().map(Box::new);
        bench.input.ask(|done| Request::Settle { letter, event, done }).await.unwrap()
    };
    bench.shelf.held().refusals = 1;
    let refused = settle(7, Some(&events[0])).await;
    assert!(matches!(refused, Err(SettleError::Store(_))), "{refused:?}");
    assert_eq!(bench.shelf.held().letters, [7, 8, 9]);
    assert!(bench.shelf.events().is_empty());
    assert_eq!(settle(7, Some(&events[0])).await.unwrap(), Some(Ingested::New));
    assert!(matches!(settle(7, Some(&events[1])).await, Err(SettleError::Unknown)));
    assert_eq!(settle(8, Some(&events[0])).await.unwrap(), Some(Ingested::Known));
    assert_eq!(settle(9, None).await.unwrap(), None);
    assert!(bench.shelf.held().letters.is_empty());
    assert_eq!(bench.shelf.events(), ids(&events[..1]));
    bench.shows_the_log().await;
    bench.end().await;
}

/// Two hands on one letter: one of them is told that it is gone, even within one batch.
#[tokio::test]
async fn a_dead_letter_goes_once() {
    let bench = Bench::new();
    {
        let mut held = bench.shelf.held();
        (held.closed, held.letters) = (true, vec![7]);
    }
    let events = decoded(delivered(3));
    let first = Arrived { events: events[..1].to_vec(), ..Arrived::default() };
    bench.input.send(Request::Arrived(first)).await.unwrap();
    bench.until(|bench| bench.shelf.held().begun == 1).await;
    let settle = |event: &Decoded| {
        let (done, told) = tokio::sync::oneshot::channel();
        let event = Some(Box::new(event.clone()));
        (Request::Settle { letter: 7, event, done }, told)
    };
    let ((one, first), (two, second)) = (settle(&events[1]), settle(&events[2]));
    bench.input.send(one).await.unwrap();
    bench.input.send(two).await.unwrap();
    bench.shelf.open();
    assert_eq!(first.await.unwrap().unwrap(), Some(Ingested::New));
    assert!(matches!(second.await.unwrap(), Err(SettleError::Unknown)));
    assert_eq!(bench.shelf.events(), ids(&events[..2]));
    bench.end().await;
}
