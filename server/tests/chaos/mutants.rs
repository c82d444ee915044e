//! Damaged messages through a real broker: each is an event or a dead letter, none stops what comes
//! behind it, and each dead letter has its copy in Kafka.

#[path = "../../pipeline/tests/fuzz/mutant.rs"]
mod mutant;

use std::collections::BTreeSet;

use model::Book;
use pipeline::{
    edge::from_outside,
    message::Message,
    source::kafka::{Producer, Settings, ensure_topics},
    store::dedupe_key,
};
use serde_json::Value;
use server::clock;
use tempfile::TempDir;

use self::mutant::Mutants;
use super::{
    broker::{self, Broker},
    program::{PATIENCE, Program, within},
    told,
};

const MUTANTS: usize = 10_000;

/// Messages that Kafka takes: a broker refuses the others by itself.
const LARGEST: usize = 900_000;

/// Events and refusals so far.
fn counts(program: &Program) -> Option<(u64, u64)> {
    let status = program.get("/api/v1/status").filter(|status| status["state"] == "live")?;
    let topics = status["topics"].as_array()?;
    let sum = |field: &str| topics.iter().filter_map(|topic| topic[field].as_u64()).sum();
    Some((sum("events"), sum("rejects")))
}

#[test]
fn every_mutant_is_stored_or_a_dead_letter_and_copied() {
    let _turn = broker::turn();
    let folder = TempDir::new().expect("a temporary directory");
    let broker = Broker::start(&[]);
    let brokers = broker.address("brokers");
    let settings = Settings::new(&*brokers, "desk", "streamboard.");
    ensure_topics(&settings).expect("the topics are created");

    let size = |message: &Message| message.value.as_ref().map_or(0, bytes::Bytes::len);
    let mutants = Mutants::new(11, clock::now()).filter(|message| size(message) < LARGEST);
    let mutants: Vec<Message> = mutants.take(MUTANTS).collect();
    let producer = Producer::start(&settings).expect("good settings");
    for message in &mutants {
        producer.send(message).expect("there is room");
    }
    producer.flush(PATIENCE).expect("everything is delivered");
    let expected = from_outside(mutants, clock::now());
    let key = |it: &pipeline::message::Decoded| {
        let envelope = &it.event.envelope;
        dedupe_key(&Book::Real, &envelope.source, &envelope.id)
    };
    let events = expected.events.iter().map(key).collect::<BTreeSet<_>>().len() as u64;
    let rejects = expected.rejects.len();

    let mut program = Program::new(
        &folder.path().join("data"),
        &[
            ("STREAMBOARD_SOURCE__MODE", "kafka"),
            ("STREAMBOARD_KAFKA__BROKERS", &brokers),
            ("STREAMBOARD_KAFKA__DEAD_LETTERS", "true"),
        ],
    );
    program.start();
    let wanted = (events, rejects as u64);
    let read = within(PATIENCE, || counts(&program).filter(|found| *found == wanted));
    assert!(read.is_some(), "{:?} instead of {wanted:?}", counts(&program));

    let copies = told::read(&brokers, "streamboard.dead-letters", |it| it.len() >= rejects);
    assert_eq!(copies.len(), rejects, "each once");
    let header = |message: &Message, name: &str| {
        let found = message.headers.iter().find(|(of, _)| of == name)?;
        Some(String::from_utf8_lossy(&found.1).into_owned())
    };
    let places: BTreeSet<_> = copies
        .iter()
        .map(|copy| ["dead_topic", "dead_partition", "dead_offset"].map(|name| header(copy, name)))
        .collect();
    assert_eq!(places.len(), rejects, "each of another place");
    let letters = program.get("/api/v1/dead-letters?limit=1").expect("dead letters");
    let newest: &Value = &letters["items"][0];
    let its = |copy: &&Message| {
        header(copy, "dead_topic").as_deref() == newest["topic"].as_str()
            && header(copy, "dead_offset") == Some(newest["position"]["offset"].to_string())
            && header(copy, "dead_partition") == Some(newest["position"]["partition"].to_string())
    };
    let copy = copies.iter().find(its).expect("the newest letter has its copy");
    assert_eq!(header(copy, "dead_reason").as_deref(), newest["reason"].as_str());
    println!("{MUTANTS} mutants: {events} events, {rejects} dead letters");
}
