//! Delivery in transactions: messages, and how far a sender has come with them, become visible to
//! consumers that read committed together or not at all.
//!
//! How far is a record of a compacted topic, keyed by the sender. A sender that was killed is
//! fenced by the next one of its name, which then reads what the last complete transaction wrote.
//! <https://cwiki.apache.org/confluence/display/KAFKA/KIP-98>

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    Message as _, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseRecord, Producer as _, ThreadedProducer},
};

use super::{
    Settings,
    oauth::{Supply, admit},
    probe::ProbeError,
    producer::{Deliveries, SendError, enqueue, supply},
    property::refusal,
    record,
    topics::{TopicsError, ensure_compacted, ensure_route},
};
use crate::store::{Route, Waiting};

/// How long one step with a broker may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a transaction may take to be complete: within the timeout that the broker is told.
const COMPLETE: Duration = Duration::from_secs(30);

/// Pause before the end of the topic is asked for again.
const AGAIN: Duration = Duration::from_millis(50);

/// Why something was not delivered. It may have been, after all, where the answer was lost; the
/// place that [`Transactions::open`] reads tells.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The settings are no configuration of a client, or no broker answers.
    #[error(transparent)]
    Broker(#[from] ProbeError),
    /// The client or a broker refused.
    #[error("not delivered: {0}")]
    Refused(String),
}

impl From<TopicsError> for DeliveryError {
    fn from(error: TopicsError) -> Self {
        match error {
            TopicsError::Broker(error) => DeliveryError::Broker(error),
            TopicsError::Refused { .. } => DeliveryError::Refused(error.to_string()),
        }
    }
}

impl From<SendError> for DeliveryError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(reason) => DeliveryError::Refused(reason),
            other => DeliveryError::Refused(other.to_string()),
        }
    }
}

impl From<KafkaError> for DeliveryError {
    fn from(error: KafkaError) -> Self {
        DeliveryError::Refused(error.to_string())
    }
}

/// A sender with a name of its own.
pub struct Transactions {
    client: Arc<ThreadedProducer<Deliveries>>,
    _supply: Option<Supply>,
    settings: Settings,
    identity: String,
    /// The routes whose topics are there.
    open: BTreeSet<Route>,
}

impl Transactions {
    /// Takes over from whoever had this name, and answers how far the deliveries have come: 0 where
    /// nothing was ever delivered. Blocks.
    ///
    /// # Errors
    /// When no broker answers or one refuses.
    pub fn open(settings: &Settings, identity: &str) -> Result<(Self, u64), DeliveryError> {
        ensure_compacted(settings, &settings.spool)?;
        let config = settings.client(&[
            ("transactional.id", &format!("{}-{identity}", settings.spool)),
            ("transaction.timeout.ms", "45000"),
            ("message.timeout.ms", "30000"),
            ("linger.ms", "5"),
            // Every client of Kafka reads it.
            ("compression.type", "gzip"),
        ]);
        let client: ThreadedProducer<Deliveries> = config
            .create_with_context(Deliveries::default())
            .map_err(|error| ProbeError::Config(refusal(&error)))?;
        let client = Arc::new(client);
        let supply = supply(settings, &client)?;
        client.init_transactions(PATIENCE)?;
        let reached = reached(settings, identity)?;
        let (settings, identity) = (settings.clone(), identity.to_owned());
        let open = BTreeSet::new();
        Ok((Self { client, _supply: supply, settings, identity, open }, reached))
    }

    /// Delivers messages in order for each key, all or none; copies only where their topic is
    /// configured. Blocks. After an error this sender is of no more use.
    ///
    /// # Errors
    /// When it is not known that they are delivered.
    pub fn deliver(&mut self, messages: &[Waiting]) -> Result<(), DeliveryError> {
        let Some(last) = messages.last() else { return Ok(()) };
        for route in messages.iter().filter_map(|waiting| waiting.route) {
            self.open_route(route)?;
        }
        self.client.begin_transaction()?;
        for Waiting { route, message, .. } in messages {
            let name = match route {
                Some(route) => self.settings.route(*route),
                None => Some(self.settings.name(message.topic)),
            };
            if let Some(name) = name {
                enqueue(&self.client, record::record(message, name), PATIENCE)?;
            }
        }
        let place = last.number.to_string();
        let reached = BaseRecord::to(&self.settings.spool).partition(0);
        let reached = reached.key(self.identity.as_bytes()).payload(place.as_bytes());
        enqueue(&self.client, reached, PATIENCE)?;
        // It flushes first, and fails where one message did.
        Ok(self.client.commit_transaction(COMPLETE)?)
    }

    /// The topic is made with the first that is told there.
    fn open_route(&mut self, route: Route) -> Result<(), DeliveryError> {
        if let Some(name) = self.settings.route(route)
            && !self.open.contains(&route)
        {
            ensure_route(&self.settings, route, name)?;
            self.open.insert(route);
        }
        Ok(())
    }
}

/// How far the last complete transaction of a sender has come.
fn reached(settings: &Settings, identity: &str) -> Result<u64, DeliveryError> {
    // Every record that is visible by now lies before this end.
    let (_, end) = ends(&client(settings, "read_uncommitted")?, &settings.spool)?;
    let reader = client(settings, "read_committed")?;
    await_committed(&reader, &settings.spool, end)?;
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&settings.spool, 0, Offset::Beginning)?;
    reader.assign(&list)?;
    let mut found = 0;
    let give_up = Instant::now() + PATIENCE;
    loop {
        match reader.poll(PATIENCE) {
            Some(Ok(record)) if record.key() == Some(identity.as_bytes()) => {
                found = number(record.payload())?;
            }
            Some(Ok(_)) => {}
            Some(Err(KafkaError::PartitionEOF(_))) => return Ok(found),
            Some(Err(error)) if is_lasting(&error) => return Err(error.into()),
            Some(Err(_)) | None => {}
        }
        if Instant::now() > give_up {
            return Err(DeliveryError::Refused("the topic of the spool cannot be read".into()));
        }
    }
}

/// First offset of the topic of the spool, and the one behind its last. A topic that was made just
/// now is not known to every broker at once.
fn ends(reader: &BaseConsumer, topic: &str) -> Result<(i64, i64), DeliveryError> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match reader.fetch_watermarks(topic, 0, PATIENCE) {
            Err(error) if is_unknown(&error) && Instant::now() < give_up => {
                std::thread::sleep(AGAIN);
            }
            answer => return Ok(answer?),
        }
    }
}

fn is_unknown(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{UnknownPartition, UnknownTopic, UnknownTopicOrPartition};
    let code = error.rdkafka_error_code();
    matches!(code, Some(UnknownPartition | UnknownTopic | UnknownTopicOrPartition))
}

/// Waits until every transaction before `end` is complete. Somebody else's may still be open, and
/// hides ours behind it.
fn await_committed(reader: &BaseConsumer, topic: &str, end: i64) -> Result<(), DeliveryError> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let (_, stable) = ends(reader, topic)?;
        if stable >= end {
            return Ok(());
        }
        if Instant::now() > give_up {
            let why = "a transaction of another sender is still open";
            return Err(DeliveryError::Refused(why.into()));
        }
        std::thread::sleep(AGAIN);
    }
}

fn client(settings: &Settings, isolation: &str) -> Result<BaseConsumer, DeliveryError> {
    let mut config = settings.client(&[]);
    // It is assigned its partition; a group is only asked for by the client's configuration.
    config.set("group.id", &settings.spool).set("isolation.level", isolation);
    config.set("enable.partition.eof", "true").set("enable.auto.commit", "false");
    let client: BaseConsumer =
        config.create().map_err(|error| ProbeError::Config(refusal(&error)))?;
    admit(settings, client.client())?;
    Ok(client)
}

fn number(payload: Option<&[u8]>) -> Result<u64, DeliveryError> {
    let text = payload.and_then(|payload| std::str::from_utf8(payload).ok());
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| DeliveryError::Refused("the topic of the spool holds something else".into()))
}

/// Whether a consumer does not get over an error by itself.
fn is_lasting(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::UnknownTopicOrPartition
        )
    )
}

#[cfg(all(test, feature = "broker-tests"))]
mod tests {
    use super::*;

    /// A consumer that reads committed is shown nothing behind an open transaction, though ours
    /// may be complete there: how far we came must not be read too early.
    #[test]
    fn an_open_transaction_of_another_sender_is_waited_for() {
        let brokers = std::env::var("KAFKA_BROKERS").expect("KAFKA_BROKERS names a broker");
        let unique = format!("open-{}-{}.", std::process::id(), record::now().millis());
        let settings = Settings::new(brokers, &unique, &unique);
        let (other, _) = Transactions::open(&settings, "b").unwrap();
        let (ours, _) = Transactions::open(&settings, "a").unwrap();
        other.client.begin_transaction().unwrap();
        let place = BaseRecord::to(&settings.spool).partition(0).key(&b"b"[..]);
        enqueue(&other.client, place.payload(b"1"), PATIENCE).unwrap();
        other.client.flush(PATIENCE).unwrap();
        ours.send_place_alone(7);
        let opening = std::thread::spawn({
            let settings = settings.clone();
            move || Transactions::open(&settings, "a").map(|(_, reached)| reached)
        });
        std::thread::sleep(Duration::from_secs(2));
        assert!(!opening.is_finished(), "it waits");
        other.client.abort_transaction(PATIENCE).unwrap();
        assert_eq!(opening.join().unwrap(), Ok(7));
    }

    impl Transactions {
        fn send_place_alone(&self, reached: u64) {
            self.client.begin_transaction().unwrap();
            let (key, place) = (self.identity.as_bytes(), reached.to_string());
            let record = BaseRecord::to(&self.settings.spool).partition(0);
            let record = record.key(key).payload(place.as_bytes());
            enqueue(&self.client, record, PATIENCE).unwrap();
            self.client.commit_transaction(COMPLETE).unwrap();
        }
    }
}
