//! The producer: idempotent, acknowledged by all in-sync replicas, in order for each key.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext, Message as _,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer},
};

use super::{Settings, oauth::Supply, probe::ProbeError, property::refusal, record};
use crate::message::Message;

/// How long [`Producer::send`] waits for room.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a message was not produced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The queue of the client stayed full: the broker takes nothing. Trying later may work.
    #[error("the producer's queue is full")]
    Full,
    /// Not within the time that was given; the rest is still under way.
    #[error("{0} messages are not delivered yet")]
    Pending(i32),
    /// The client or a broker refused it.
    #[error("not produced: {0}")]
    Refused(String),
}

/// Produces messages. It may be shared by threads.
pub struct Producer {
    client: Arc<ThreadedProducer<Deliveries>>,
    _supply: Option<Supply>,
    deliveries: Arc<Counts>,
    settings: Settings,
}

#[derive(Default)]
pub(super) struct Counts {
    delivered: AtomicU64,
    failed: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl Producer {
    /// A producer that connects by and by: that no broker answers shows at [`Producer::flush`].
    ///
    /// # Errors
    /// When the settings are refused.
    pub fn start(settings: &Settings) -> Result<Self, ProbeError> {
        let config = settings.client(&[
            ("enable.idempotence", "true"),
            ("acks", "all"),
            ("linger.ms", "5"),
            ("compression.type", "zstd"),
            ("message.timeout.ms", "30000"),
            ("queue.buffering.max.kbytes", "32768"),
        ]);
        let deliveries = Arc::new(Counts::default());
        let client = config
            .create_with_context(Deliveries(Arc::clone(&deliveries)))
            .map_err(|error| ProbeError::Config(refusal(&error)))?;
        let client = Arc::new(client);
        let supply = supply(settings, &client)?;
        Ok(Self { client, _supply: supply, deliveries, settings: settings.clone() })
    }

    /// Hands a message over for delivery. Blocks for up to 5 s while the queue is full.
    ///
    /// # Errors
    /// When there was no room or the client refuses it. Whether it arrived, [`Producer::flush`]
    /// tells.
    pub fn send(&self, message: &Message) -> Result<(), SendError> {
        let record = record::record(message, self.settings.name(message.topic));
        enqueue(&self.client, record, PATIENCE)
    }

    /// Waits until everything that was sent is delivered or given up.
    ///
    /// # Errors
    /// When the time is over first, or when a message was given up since the last call.
    pub fn flush(&self, timeout: Duration) -> Result<(), SendError> {
        if self.client.flush(timeout).is_err() {
            return Err(SendError::Pending(self.client.in_flight_count()));
        }
        let mut fault = self.deliveries.fault.lock().expect("no panic under this lock");
        fault.take().map_or(Ok(()), |fault| Err(SendError::Refused(fault)))
    }

    /// Messages that the broker acknowledged.
    pub fn delivered(&self) -> u64 {
        self.deliveries.delivered.load(Ordering::Relaxed)
    }

    /// Messages that were given up.
    pub fn failed(&self) -> u64 {
        self.deliveries.failed.load(Ordering::Relaxed)
    }
}

/// Keeps a producer in tokens, where the settings ask for them. That there is none shows at what is
/// not delivered; the log says why.
///
/// # Errors
/// When the settings are refused.
pub(super) fn supply(
    settings: &Settings,
    client: &Arc<ThreadedProducer<Deliveries>>,
) -> Result<Option<Supply>, ProbeError> {
    let complain = |_: &_, error: &_| tracing::warn!(%error, "a Kafka producer has no token");
    Supply::start(settings, client, |client| client.client(), complain)
}

/// Hands a record to a client, waiting while its queue is full.
///
/// # Errors
/// When there was no room for so long, or the client refuses it.
pub(super) fn enqueue(
    client: &ThreadedProducer<Deliveries>,
    mut record: BaseRecord<'_, [u8], [u8]>,
    patience: Duration,
) -> Result<(), SendError> {
    let end = Instant::now() + patience;
    loop {
        match client.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                if Instant::now() >= end {
                    return Err(SendError::Full);
                }
                record = back;
                std::thread::sleep(Duration::from_millis(1));
            }
            Err((error, _)) => return Err(SendError::Refused(error.to_string())),
        }
    }
}

/// Counts what became of the messages.
#[derive(Default)]
pub(super) struct Deliveries(Arc<Counts>);

impl ClientContext for Deliveries {
    fn log(&self, _: RDKafkaLogLevel, fac: &str, message: &str) {
        tracing::debug!(target: "librdkafka", fac, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(_) => {
                self.0.delivered.fetch_add(1, Ordering::Relaxed);
            }
            Err((error, message)) => {
                self.0.failed.fetch_add(1, Ordering::Relaxed);
                let fault = format!("{}: {error}", message.topic());
                *self.0.fault.lock().expect("no panic under this lock") = Some(fault);
            }
        }
    }
}
