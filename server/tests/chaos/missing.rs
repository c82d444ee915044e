//! A topic that is not in the cluster and cannot be created: it alone is told to be missing, the
//! others are read, and it joins them when somebody has created it.

use bytes::Bytes;
use model::Topic;
use pipeline::source::kafka::{Producer, Settings, ensure_topics};
use serde_json::Value;
use server::http::schema;
use tempfile::TempDir;

use super::{
    broker::{self, Broker},
    ledger::{Ledger, Way},
    program::{PATIENCE, Program},
};

fn faults(program: &Program) -> Option<Vec<(String, String)>> {
    let status = program.get("/api/v1/status").filter(|status| status["state"] == "live")?;
    let topics = status["topics"].as_array().expect("topics").iter();
    let fault = |topic: &Value| {
        Some((topic["topic"].as_str()?.to_owned(), topic["fault"].as_str()?.to_owned()))
    };
    Some(topics.filter_map(fault).collect())
}

fn has_events(program: &Program, topic: Topic) -> Option<()> {
    let events = program.get(&format!("/api/v1/events?book=real&topic={topic}"))?;
    events["items"].as_array().is_some_and(|items| !items.is_empty()).then_some(())
}

#[test]
fn a_missing_topic_degrades_nothing_but_itself() {
    let _turn = broker::turn();
    let folder = TempDir::new().expect("a temporary directory");
    let broker = Broker::start(&[]);
    let reached = broker.address("brokers");
    // Six of the seven are there; the last has another name for now.
    let mut settings = Settings::new(&*reached, "desk", "streamboard.");
    settings.names[Topic::Etl.index()] = "streamboard.other".into();
    ensure_topics(&settings).expect("the topics are created");
    let mut program = Program::new(
        &folder.path().join("data"),
        &[
            ("STREAMBOARD_SOURCE__MODE", "kafka"),
            ("STREAMBOARD_KAFKA__BROKERS", &reached),
            // One broker has no room for three copies.
            ("STREAMBOARD_KAFKA__REPLICATION", "3"),
        ],
    );
    program.start();
    let told = program.until("a fault", |program| faults(program).filter(|told| !told.is_empty()));
    let [(topic, why)] = told.as_slice() else { panic!("one topic is missing: {told:?}") };
    assert!(topic == "etl" && why.starts_with("not in the cluster"), "{told:?}");
    program.until("the reason", |program| {
        let told = faults(program)?;
        told.first()?.1.contains("was not created").then_some(())
    });
    let status = program.get("/api/v1/status").expect("a status");
    assert_eq!(status["reason"], Value::Null, "nothing else is wrong");

    let mut ledger = Ledger::new(7);
    let producer = Producer::start(&settings).expect("good settings");
    for _ in 0..100 {
        let entry = ledger.write(Way::Kafka);
        if entry.topic != Topic::Etl {
            producer.send(&entry.message()).expect("there is room");
        }
    }
    producer.flush(PATIENCE).expect("everything is delivered");
    program.until("read the others", |program| has_events(program, Topic::Budget));

    settings.names[Topic::Etl.index()] = "streamboard.etl".into();
    assert_eq!(ensure_topics(&settings).expect("it is created"), ["streamboard.etl"]);
    program.until("whole again", |program| faults(program).filter(Vec::is_empty));
    let producer = Producer::start(&settings).expect("good settings");
    let message = |data: &Value| pipeline::message::Message {
        topic: Topic::Etl,
        position: None,
        key: None,
        headers: Vec::new(),
        value: Some(Bytes::from(data.to_string())),
        record_time: None,
        received: server::clock::now(),
    };
    let example = &schema::payload(Topic::Etl)["examples"][0];
    producer.send(&message(example)).expect("there is room");
    producer.flush(PATIENCE).expect("it is delivered");
    program.until("read from it", |program| has_events(program, Topic::Etl));
}
