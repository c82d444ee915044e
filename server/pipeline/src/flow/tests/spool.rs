//! What is handed in goes on to Kafka once, and is recognised when it comes back from there.

use model::{
    AlertState,
    alert::{Action, Command},
};

use super::*;
use crate::store::{Route, Waiting};

/// What comes back from Kafka of what waits, from an offset on.
fn back(bench: &Bench, offset: i64) -> Arrived {
    let waiting = bench.shelf.held().spool.clone();
    let messages = waiting.into_iter().zip(offset..).map(|(Waiting { message, .. }, offset)| {
        Message { position: Some(Position { partition: 2, offset }), ..message }
    });
    from_outside(messages.collect(), START.plus(Timestamp::HOUR))
}

#[tokio::test]
async fn an_event_comes_back_once_and_only_gains_its_place() {
    let bench = Bench::new();
    let events = decoded(messages(8));
    assert_eq!(bench.ingest(events.clone()).await.unwrap(), [Ingested::New; 8]);
    assert_eq!(bench.ingest(events.clone()).await.unwrap(), [Ingested::Known; 8]);
    assert_eq!(bench.spool.depth().records, 8);
    let waiting = bench.shelf.held().spool.clone();
    let raws: Vec<_> = waiting.iter().map(|it| it.message.value.clone().unwrap()).collect();
    assert_eq!(raws, events.iter().map(|event| event.raw.clone()).collect::<Vec<_>>());

    let arrived = back(&bench, 40);
    assert_eq!(arrived.events.len(), 8);
    let positions = arrived.positions.clone();
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| bench.shelf.held().positions == positions).await;
    assert_eq!(bench.shelf.events(), ids(&events), "nothing is folded twice");
    assert!(bench.shelf.held().awaited.is_empty());
    let offsets = bench.shelf.held().returned.iter().map(|at| at.offset).collect::<Vec<_>>();
    assert_eq!(offsets, (40..48).collect::<Vec<_>>());

    let to = waiting[4].number;
    bench.input.ask(|done| Request::Delivered { to, done }).await.unwrap().unwrap();
    assert_eq!(bench.spool.depth().records, 3);
    bench.shows_the_log().await;
    bench.end().await;
}

/// The memory of what was seen is bounded and begins empty here, as after a long outage; what is
/// under way is recognised all the same.
#[tokio::test]
async fn what_is_under_way_is_recognised_after_a_restart() {
    let bench = Bench::new();
    let events = decoded(messages(5));
    bench.ingest(events.clone()).await.unwrap();
    let shelf = bench.shelf.clone();
    bench.end().await;
    let bench = Bench::on(shelf);
    assert_eq!(bench.spool.depth().records, 5);
    let arrived = back(&bench, 0);
    let positions = arrived.positions.clone();
    bench.shelf.held().refusals = 2;
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| bench.shelf.held().positions == positions).await;
    assert_eq!(bench.shelf.events(), ids(&events));
    assert!(bench.shelf.held().awaited.is_empty(), "though the store refused at first");
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn a_full_spool_takes_nothing_of_an_ingest() {
    let bench = Bench::new();
    let all = decoded(messages(200));
    let mut taken = 0;
    let refused = loop {
        let some = all[taken..taken + 20].to_vec();
        match bench.ingest(some).await {
            Ok(_) => taken += 20,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Spooled(bytes) if bytes <= SPOOL), "{refused}");
    assert!(taken > 0 && bench.spool.depth().bytes <= SPOOL);
    assert_eq!(bench.shelf.events(), ids(&all[..taken]));
    // What Kafka has makes room.
    let to = bench.shelf.held().numbered;
    bench.input.ask(|done| Request::Delivered { to, done }).await.unwrap().unwrap();
    bench.ingest(all[taken..taken + 20].to_vec()).await.unwrap();
    bench.shows_the_log().await;
    bench.end().await;
}

#[tokio::test]
async fn what_is_refused_by_the_store_takes_no_room() {
    let bench = Bench::new();
    let events = decoded(messages(5));
    bench.shelf.held().refusals = 1;
    bench.ingest(events.clone()).await.unwrap_err();
    assert_eq!((bench.spool.depth().records, bench.shelf.held().awaited.len()), (0, 0));
    // It comes from Kafka instead, and is new.
    let mut other = events;
    for (offset, event) in (0..).zip(&mut other) {
        event.position = Some(Position { partition: 0, offset });
    }
    let arrived = Arrived { events: other.clone(), ..Arrived::default() };
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| bench.shelf.events().len() == 5).await;
    assert_eq!(bench.shelf.events(), ids(&other));
    assert!(bench.shelf.held().spool.is_empty(), "what comes from Kafka does not go there");
    bench.end().await;
}

#[tokio::test]
async fn what_is_simulated_stays_here() {
    let bench = Bench::new();
    let mut events = decoded(messages(3));
    events[0].event.envelope.provenance = Provenance::Simulated;
    events.truncate(1);
    // The shelf keeps the real book alone, so the outcome is asked of the flow's own side.
    let (spool, shelf) = (Some(Arc::clone(&bench.spool)), &bench.shelf);
    let outgoing = outgoing::Outgoing::open(spool, Forwarding::default(), shelf, shelf);
    assert_eq!(outgoing.unwrap().messages(&events).unwrap(), [None]);
    bench.end().await;
}

/// The copy of a refused message is in the spool when the message is a dead letter, and says where
/// it came from and why it was refused. One that finds the spool half full is a dead letter all the
/// same.
#[tokio::test]
async fn a_refused_message_is_copied_once() {
    let bench = Bench::new();
    let sound = messages(1).remove(0);
    let broken = |offset: i64, value: Vec<u8>| Message {
        headers: sound.headers[..1].to_vec(),
        position: Some(Position { partition: 3, offset }),
        value: Some(value.into()),
        ..sound.clone()
    };
    bench.shelf.held().refusals = 1;
    let large = vec![b'x'; usize::try_from(SPOOL / 2).unwrap()];
    let both = vec![broken(8, large), broken(9, b"{".to_vec())];
    let arrived = from_outside(both, START.plus(Timestamp::HOUR));
    bench.input.send(Request::Arrived(arrived)).await.unwrap();
    bench.until(|bench| !bench.shelf.held().rejects.is_empty()).await;
    assert_eq!(bench.shelf.held().rejects.len(), 2);
    let waiting = bench.shelf.held().spool.clone();
    let [Waiting { route: Some(Route::DeadLetters), message: copy, .. }] = waiting.as_slice()
    else {
        panic!("one copy: {}", waiting.len())
    };
    assert_eq!((copy.topic, &copy.key), (sound.topic, &sound.key));
    assert_eq!(copy.value.as_deref(), Some(&b"{"[..]));
    assert_eq!(copy.headers[0], sound.headers[0]);
    let header = |name: &str| {
        let found = copy.headers.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| String::from_utf8(value.to_vec()).unwrap())
    };
    assert_eq!(header("dead_topic").as_deref(), Some(sound.topic.name()));
    assert_eq!(header("dead_partition").as_deref(), Some("3"));
    assert_eq!(header("dead_offset").as_deref(), Some("9"));
    let reason = bench.shelf.held().rejects[1].reason;
    assert_eq!(header("dead_reason").as_deref(), Some(reason.name()));
    assert_eq!(header("dead_truncated"), None);
    bench.end().await;
}

/// What is handed in for a topic that is not read from Kafka is stored and does not go there: it
/// would be awaited for ever.
#[tokio::test]
async fn what_never_comes_back_is_not_sent() {
    let bench = Bench::new();
    let mut events = decoded(messages(60));
    let topic = |event: &Decoded| event.event.data.topic();
    events.retain(|event| matches!(topic(event), Topic::Etl | Topic::System));
    let others = events.iter().filter(|event| topic(event) != Topic::Etl).count();
    assert!(others > 0 && others < events.len(), "both are there");
    bench.ingest(events.clone()).await.unwrap();
    assert_eq!(bench.shelf.events(), ids(&events));
    assert_eq!(bench.shelf.held().spool.len(), others);
    assert_eq!(bench.shelf.held().awaited.len(), others);
    bench.end().await;
}

/// Each step of an alert goes to Kafka, once, even where the store refuses at first or the program
/// starts again; a new value alone does not.
#[tokio::test]
async fn the_steps_of_an_alert_are_told() {
    let telling = |shelf: Shelf| {
        Bench::forwarding(shelf, Forwarding { alerts: true, ..Forwarding::default() })
    };
    let bench = telling(Shelf::default());
    let gap = |seconds: i64, found: i64| {
        let at = START.plus(seconds * Timestamp::SECOND);
        let gap = Gap { at, topic: Topic::Budget, partition: 2, expected: 30, found };
        Request::Arrived(Arrived { gaps: vec![gap], ..Arrived::default() })
    };
    let told = |bench: &Bench| {
        let held = bench.shelf.held();
        let alerts = held.spool.iter().filter(|it| it.route == Some(Route::Alerts));
        let alerts = alerts.map(|it| {
            let alert: model::Alert =
                serde_json::from_slice(it.message.value.as_ref().unwrap()).unwrap();
            assert_eq!(it.message.key.as_deref(), Some(alert.id.as_str().as_bytes()));
            (alert.state, alert.value)
        });
        alerts.collect::<Vec<_>>()
    };
    bench.shelf.held().refusals = 2;
    bench.input.send(gap(0, 42)).await.unwrap();
    bench.until(|bench| bench.shelf.held().log.len() == 1).await;
    bench.input.send(gap(9, 35)).await.unwrap();
    bench.until(|bench| bench.shelf.held().log.len() == 2).await;
    let fired = [(AlertState::Firing, 12.0)];
    assert_eq!(told(&bench), fired, "17 are missed now, which is no step");
    // The hub shows later what is stored.
    bench.shows_the_log().await;
    let alert = bench.hub.book(&Book::Real).unwrap().snapshot().alerts.keys().next().cloned();
    let shelf = bench.shelf.clone();
    bench.end().await;

    let bench = telling(shelf);
    let (action, actor) = (Action::Acknowledge, "Ana".to_owned());
    let command = Command { alert: alert.unwrap(), action, actor, comment: None };
    let at = START.plus(Timestamp::MINUTE);
    let asked = bench.input.ask(|done| Request::Command { book: Book::Real, at, command, done });
    asked.await.unwrap().unwrap();
    assert_eq!(told(&bench), [fired[0], (AlertState::Acknowledged, 17.0)]);
    bench.end().await;
}
