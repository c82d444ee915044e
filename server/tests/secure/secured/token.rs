//! A token of a few seconds: it is followed by another while events go on arriving, and an endpoint
//! that goes away or knows us not is said, and not stormed.

use std::time::{Duration, Instant};

use bytes::Bytes;
use model::Topic;
use pipeline::{
    message::Message,
    source::kafka::{Producer, Settings},
};
use serde_json::Value;
use server::clock;
use tempfile::TempDir;

use super::{RIGHT, WRONG, endpoint::Endpoint, turn, variables};
use crate::{broker::Broker, program::Program};

/// How long a token lives.
const LIFE: Duration = Duration::from_secs(8);

/// How long events go on arriving, and a refused program is watched: more than a token's life.
const WATCH: Duration = Duration::from_secs(11);

/// Requests of a refused program in that time: each of its clients finds out by itself, at most.
const FEW: usize = 2;

fn program(folder: &TempDir, broker: &Broker, endpoint: &Endpoint, secret: &str) -> Program {
    let settings = variables(&broker.address("sasl"), endpoint.client(broker, secret));
    let mut settings: Vec<_> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    settings.push(("STREAMBOARD_KAFKA__GROUP", secret));
    let mut program = Program::new(&folder.path().join(secret), &settings);
    program.start();
    program.ready();
    program
}

/// Waits until the status holds such a state, and such a reason.
fn until(program: &Program, state: &str, reason: Option<&str>) -> Value {
    program.until(state, |program| {
        let status = program.get("/api/v1/status")?;
        let fits = match (reason, status["reason"].as_str()) {
            (None, None) => true,
            (Some(part), Some(said)) => said.contains(part),
            _ => false,
        };
        (fits && status["state"] == state).then_some(status)
    })
}

/// Events of the real book that the program holds.
fn events(program: &Program) -> Option<usize> {
    let events = program.get("/api/v1/events?book=real&topic=etl&limit=500")?;
    Some(events["items"].as_array()?.len())
}

/// Hands events in past the endpoint, until the time is over; answers how many.
fn produce(producer: &Producer, time: Duration) -> usize {
    let example = &server::http::schema::payload(Topic::Etl)["examples"][0];
    let message = || Message {
        topic: Topic::Etl,
        position: None,
        key: None,
        headers: Vec::new(),
        value: Some(Bytes::from(example.to_string())),
        record_time: None,
        received: clock::now(),
    };
    let start = Instant::now();
    let mut sent = 0;
    while start.elapsed() < time {
        producer.send(&message()).expect("there is room");
        sent += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    producer.flush(WATCH).expect("everything is delivered");
    sent
}

#[test]
fn tokens_follow_each_other() {
    let (broker, _turn) = turn();
    let folder = TempDir::new().expect("a temporary directory");
    let (near, far) = (Endpoint::start(&broker, LIFE), Endpoint::start(&broker, LIFE));
    let known = program(&folder, &broker, &near, RIGHT);
    let stranger = program(&folder, &broker, &far, WRONG);
    until(&known, "live", None);
    let refused = until(&stranger, "simulating", Some("refused the client: invalid_client"));

    let settings = Settings::new(broker.address("brokers"), "past", "streamboard.");
    let producer = Producer::start(&settings).expect("good settings");
    let before = near.asked();
    let sent = produce(&producer, WATCH);
    known.until("read all", |program| events(program).filter(|read| *read >= sent));
    let tokens = near.asked() - before;
    assert!((1..=3).contains(&tokens), "{tokens} tokens in {WATCH:?}");
    let log = known.log();
    assert!(!log.contains("\"to\":\"degraded\""), "{log}");

    let attempts = stranger.get("/api/v1/status").expect("it serves")["attempt"].clone();
    assert_eq!(attempts, refused["attempt"], "no further attempt within {WATCH:?}");
    assert!((1..=FEW).contains(&far.asked()), "{} requests", far.asked());

    near.set_away(true);
    until(&known, "degraded", Some("gives no token"));
    near.set_away(false);
    until(&known, "live", None);
    let all = sent + produce(&producer, Duration::from_millis(200));
    known.until("read on", |program| events(program).filter(|read| *read >= all));
}
