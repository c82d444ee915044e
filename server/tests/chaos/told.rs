//! What the program tells in Kafka, read by a consumer of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use model::Topic;
use pipeline::{
    message::{Delivery, Message},
    source::kafka::{Consumer, Settings},
    store::Positions,
};
use serde_json::Value;

use super::{
    books::all,
    program::{PATIENCE, Program, within},
};

/// The records of a topic, read from its beginning until they are enough.
pub fn read(brokers: &str, topic: &str, enough: impl Fn(&[Message]) -> bool) -> Vec<Message> {
    let mut settings = Settings::new(brokers, format!("reader-{topic}"), "other.");
    settings.names[Topic::Etl.index()] = topic.to_owned();
    settings.left_out = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Etl).collect();
    let read = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&read);
    let sender = move |delivery: Delivery| {
        sink.lock().expect("no panic").extend(delivery.messages);
        true
    };
    let consumer = Consumer::start(&settings, Positions::new(), sender, |_| {}).expect("it starts");
    within(PATIENCE, || enough(&read.lock().expect("no panic")).then_some(()));
    consumer.stop();
    std::mem::take(&mut read.lock().expect("no panic"))
}

/// Every step of an alert was told once, and the last that was told of each is what it is now.
/// Answers how many steps were told.
pub fn alerts(program: &Program, brokers: &str) -> usize {
    let state = |alert: &Value| alert["history"][0].clone();
    let id = |alert: &Value| alert["id"].as_str().expect("an id").to_owned();
    // Asked for again and again: an alert may take a step meanwhile.
    let now = || -> BTreeMap<String, Value> {
        let now = program.until("alerts", |program| all(program, "/api/v1/alerts?book=real"));
        now.iter().map(|alert| (id(alert), state(alert))).collect()
    };
    let told = |records: &[Message]| -> Vec<Value> {
        let value = |record: &Message| {
            serde_json::from_slice(record.value.as_ref().expect("a value")).expect("JSON")
        };
        records.iter().map(value).collect()
    };
    let last = |records: &[Message]| -> BTreeMap<String, Value> {
        told(records).iter().map(|alert| (id(alert), state(alert))).collect()
    };
    let records = read(brokers, "streamboard.alerts", |records| last(records) == now());
    assert_eq!(last(&records), now(), "what was told last");
    let mut steps = BTreeSet::new();
    for alert in told(&records) {
        let count = alert["history"].as_array().map(Vec::len);
        assert!(steps.insert((id(&alert), count, state(&alert).to_string())), "twice: {alert}");
    }
    steps.len()
}
