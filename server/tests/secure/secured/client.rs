//! Every way in, with what lets one in and with what does not.

use std::{sync::mpsc::channel, time::Duration};

use bytes::Bytes;
use model::{Timestamp, Topic};
use pipeline::{
    message::{Delivery, Message},
    source::kafka::{
        Consumer, ProbeError, Producer, Settings, TokenError, Transactions, ensure_topics, probe,
        survey,
    },
    store::{Positions, Waiting},
    supervisor::Observation,
};

use super::{
    Properties, RIGHT, WRONG, certificate, each, endpoint::Endpoint, file, password, tls, turn,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It gets in and may do everything.
    Works,
    /// It is told that nobody knows it.
    Auth,
    /// It is known and told that it may not.
    Forbidden,
    /// It is told that there is no TLS.
    Tls,
    /// It is told that no token is to be had.
    NoToken,
}

#[test]
fn every_way_in() {
    let (broker, _turn) = turn();
    let (sasl, mutual) = (broker.address("sasl"), broker.address("mutual"));
    let by = |mechanism, user, word| password(&broker, mechanism, user, word);
    let mut rows: Vec<(&str, &str, Properties, Outcome)> = Vec::new();
    for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] {
        rows.push((mechanism, &sasl, by(mechanism, "desk", RIGHT), Outcome::Works));
        rows.push((mechanism, &sasl, by(mechanism, "desk", WRONG), Outcome::Auth));
    }
    let mut other_ca = by("PLAIN", "desk", RIGHT);
    other_ca[1].1 = file(&broker, "tls/other-ca.pem");
    let without = tls(&broker, "SSL", "tls/ca.pem");
    let with = certificate(&broker, "tls/client.key");
    let endpoint = Endpoint::start(&broker, Duration::from_secs(300));
    let mut stranger = endpoint.client(&broker, RIGHT);
    stranger.retain(|(name, _)| *name != "https.ca.location");
    rows.extend([
        ("token", &*sasl, endpoint.client(&broker, RIGHT), Outcome::Works),
        ("token", &sasl, endpoint.client(&broker, WRONG), Outcome::Auth),
        ("token, system's CAs", &sasl, stranger, Outcome::NoToken),
        ("guest", &*sasl, by("PLAIN", "guest", RIGHT), Outcome::Forbidden),
        ("other CA", &sasl, other_ca, Outcome::Tls),
        ("certificate", &mutual, with, Outcome::Works),
        ("no certificate", &mutual, without, Outcome::Tls),
    ]);
    each(rows.into_iter().enumerate().collect(), |(number, row)| {
        let (name, brokers, properties, outcome) = row;
        let settings = settings(number, brokers, properties);
        check(&format!("{name}, {outcome:?}"), &settings, outcome);
    });
}

fn settings(number: usize, brokers: &str, properties: Properties) -> Settings {
    let mut settings = Settings::new(brokers, format!("secure-{number}"), format!("s{number}."));
    settings.partitions = 1;
    let owned = properties.into_iter().map(|(name, value)| (name.to_owned(), value));
    settings.properties = owned.collect();
    settings
}

fn check(row: &str, settings: &Settings, outcome: Outcome) {
    let answer = probe(settings, PATIENCE);
    match (outcome, &answer) {
        (Outcome::Works, Ok(_)) => works(row, settings),
        (Outcome::Forbidden, Ok(_)) => forbidden(row, settings),
        (Outcome::Auth, Err(ProbeError::Auth(reason))) => {
            assert!(reason.to_lowercase().contains("authentication"), "{row}: {reason}");
            refused(row, settings);
        }
        (Outcome::Auth, Err(ProbeError::Token(error @ TokenError::Refused { .. }))) => {
            assert!(error.to_string().contains("refused the client: invalid_client"), "{error}");
            refused(row, settings);
        }
        (Outcome::NoToken, Err(ProbeError::Token(error @ TokenError::Away { .. }))) => {
            assert!(error.to_string().contains("certificate verify failed"), "{row}: {error}");
        }
        (Outcome::Tls, Err(ProbeError::Tls(reason))) => {
            assert!(reason.contains("certificate"), "{row}: {reason}");
        }
        _ => panic!("{row}: {answer:?}"),
    }
}

fn works(row: &str, settings: &Settings) {
    assert_eq!(ensure_topics(settings).expect(row).len(), 7, "{row}");
    let producer = Producer::start(settings).expect(row);
    producer.send(&message()).expect(row);
    producer.flush(PATIENCE).expect(row);
    let (mut transactions, reached) = Transactions::open(settings, "desk").expect(row);
    assert_eq!(reached, 0, "{row}");
    let waiting = Waiting { number: 1, route: None, message: message() };
    transactions.deliver(&[waiting]).expect(row);
    let (send, messages) = channel();
    let sender =
        move |batch: Delivery| batch.messages.into_iter().all(|message| send.send(message).is_ok());
    let consumer = Consumer::start(settings, Positions::new(), sender, |_| {}).expect(row);
    for _ in 0..2 {
        let read = messages.recv_timeout(PATIENCE).expect(row);
        assert_eq!(read.value, message().value, "{row}");
    }
    consumer.stop();
    let surveyed = survey(settings, |_, _| None).expect(row);
    assert!(surveyed.iter().all(|topic| topic.present && !topic.settings.is_empty()), "{row}");
}

/// Who is known and may do nothing is told so by each part.
fn forbidden(row: &str, settings: &Settings) {
    let error = ensure_topics(settings).expect_err(row).to_string();
    assert!(error.to_lowercase().contains("authorization"), "{row}: {error}");
    refused(row, settings);
    let producer = Producer::start(settings).expect(row);
    producer.send(&message()).expect(row);
    let error = producer.flush(PATIENCE).expect_err(row).to_string();
    assert!(error.to_lowercase().contains("authorization"), "{row}: {error}");
}

/// The consumer says why it is not let in, in time.
fn refused(row: &str, settings: &Settings) {
    let (tell, told) = channel();
    let observer = move |observation| tell.send(observation).unwrap_or_default();
    let consumer = Consumer::start(settings, Positions::new(), |_| true, observer).expect(row);
    let mut seen = Vec::new();
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(Observation::AuthFailed(_)) => break,
            Ok(other) => seen.push(other),
            Err(_) => panic!("{row}: never AuthFailed, but {seen:?}"),
        }
    }
    consumer.stop();
}

fn message() -> Message {
    Message {
        topic: Topic::Etl,
        position: None,
        key: Some(Bytes::from_static(b"one")),
        headers: vec![],
        value: Some(Bytes::from_static(b"{}")),
        record_time: None,
        received: Timestamp::from_millis(0),
    }
}
