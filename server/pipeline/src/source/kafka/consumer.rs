//! The consumer: one thread that polls, a group that shares the partitions, positions that are the
//! store's. Kafka's own committed offsets are written for tools that look there, and never read.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext, Message as _, Offset, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, RebalanceProtocol},
    error::{KafkaError, RDKafkaErrorCode},
    types::RDKafkaRespErr,
};
use serde::Deserialize;

use super::{
    PartitionLag, Settings,
    probe::{ProbeError, is_auth},
    progress::{Part, Progress},
    record,
};
use crate::{message::Message, store::Positions, supervisor::Observation};

/// Most messages in a batch for the sender.
const BATCH: usize = 2_000;

/// Most bytes of values in a batch, exceeded by its last message at most.
const BATCH_BYTES: usize = 2 * 1024 * 1024;

/// How long an idle poll lasts, and with it how late a stop is noticed.
const IDLE: Duration = Duration::from_millis(100);

/// How often Kafka is told what is durable.
const COMMIT_EVERY: Duration = Duration::from_secs(1);

/// How long [`Consumer::stop`] waits. A client whose broker is gone may need longer to leave its
/// group; it does so on its own thread.
const STOP: Duration = Duration::from_secs(1);

/// Properties for 28 partitions that are read fast in little memory.
const PROPERTIES: [(&str, &str); 12] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
    ("auto.offset.reset", "earliest"),
    ("isolation.level", "read_committed"),
    // The default of 1 s stalls a consumer that keeps up with its queue.
    ("fetch.queue.backoff.ms", "10"),
    ("queued.min.messages", "10000"),
    // For each partition; together with the next two this bounds the memory of the client. A
    // message that is larger than any of them still arrives, alone.
    ("queued.max.messages.kbytes", "1024"),
    ("fetch.message.max.bytes", "524288"),
    ("fetch.max.bytes", "8388608"),
    ("session.timeout.ms", "10000"),
    // The broker's word on where partitions end comes with the statistics.
    ("statistics.interval.ms", "1000"),
];

/// A running consumer. Dropping it without [`Consumer::stop`] stops it too, without waiting.
pub struct Consumer {
    shared: Arc<Shared>,
    ended: Receiver<()>,
}

/// What the thread and its owner both look at.
struct Shared {
    settings: Settings,
    stop: AtomicBool,
    progress: Mutex<Progress>,
}

impl Shared {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("nothing panics while it holds this lock")
    }
}

impl Consumer {
    /// Joins the group and reads every partition that it is given from the stored position, or
    /// from the beginning where there is none. `sender` and `observer` are those of the port.
    ///
    /// # Errors
    /// When the settings are refused. A broker that is away is waited for.
    pub fn start(
        settings: &Settings,
        positions: Positions,
        sender: impl FnMut(Vec<Message>) -> bool + Send + 'static,
        observer: impl Fn(Observation) + Send + Sync + 'static,
    ) -> Result<Self, ProbeError> {
        let shared = Arc::new(Shared {
            settings: settings.clone(),
            stop: AtomicBool::new(false),
            progress: Mutex::new(Progress::new(positions)),
        });
        let refused = |error: &dyn std::fmt::Display| ProbeError::Config(error.to_string());
        let mut config = settings.client(&PROPERTIES);
        config.set("group.id", &settings.group);
        let context = Context { shared: Arc::clone(&shared), observer: Box::new(observer) };
        let client: BaseConsumer<Context> =
            config.create_with_context(context).map_err(|error| refused(&error))?;
        let names: Vec<&str> = settings.names.iter().map(String::as_str).collect();
        client.subscribe(&names).map_err(|error| refused(&error))?;
        let (end, ended) = channel();
        let thread = thread::Builder::new().name("kafka".into());
        let run = move || {
            Loop { client, sender, committed: Instant::now() }.run();
            // Nobody may be left who waits for it.
            end.send(()).ok();
        };
        thread.spawn(run).map_err(|error| refused(&error))?;
        Ok(Self { shared, ended })
    }

    /// The store has everything before these positions: Kafka is told, within a second or so.
    pub fn committed(&self, positions: Positions) {
        self.shared.progress().durable(positions);
    }

    /// What waits in the partitions that this consumer reads, as known up to a second ago.
    pub fn lag(&self) -> Vec<PartitionLag> {
        self.shared.progress().lag(record::now())
    }

    /// Whether the thread has ended, because the sender said so.
    pub fn is_finished(&self) -> bool {
        Arc::strong_count(&self.shared) == 1
    }

    /// Stops reading, leaves the group and returns within a second. The sender is not called
    /// afterwards, unless it was blocked all that time.
    pub fn stop(self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if self.ended.recv_timeout(STOP).is_err() {
            tracing::debug!("the Kafka client is still leaving its group");
        }
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

/// The thread's own.
struct Loop<S> {
    client: BaseConsumer<Context>,
    sender: S,
    committed: Instant,
}

impl<S: FnMut(Vec<Message>) -> bool> Loop<S> {
    fn run(mut self) {
        while !self.context().shared.stop.load(Ordering::Relaxed) {
            let batch = self.batch();
            if !batch.is_empty() && !(self.sender)(batch) {
                break;
            }
            if self.committed.elapsed() >= COMMIT_EVERY {
                self.commit();
            }
        }
        self.commit();
    }

    fn context(&self) -> &Context {
        self.client.client().context()
    }

    /// What is there, at most a batch; waits a little for the first message only.
    fn batch(&self) -> Vec<Message> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        let mut patience = IDLE;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            match self.client.poll(patience) {
                None => break,
                Some(Err(error)) => self.context().notice(&error),
                Some(Ok(found)) => {
                    if let Some(message) = self.context().take(&found) {
                        bytes += message.value.as_ref().map_or(0, bytes::Bytes::len);
                        batch.push(message);
                    }
                }
            }
            patience = Duration::ZERO;
        }
        batch
    }

    /// Tells Kafka what is durable, without waiting for an answer.
    fn commit(&mut self) {
        self.committed = Instant::now();
        let shared = &self.context().shared;
        let positions = shared.progress().take_durable();
        if positions.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::with_capacity(positions.len());
        for ((topic, partition), offset) in positions {
            let name = shared.settings.name(topic);
            if let Err(error) = list.add_partition_offset(name, partition, Offset::Offset(offset)) {
                tracing::debug!(%error, name, partition, offset, "offset not committed");
            }
        }
        if let Err(error) = self.client.commit(&list, CommitMode::Async) {
            tracing::debug!(%error, "offsets not committed");
        }
    }
}

/// What the client calls back.
struct Context {
    shared: Arc<Shared>,
    observer: Box<dyn Fn(Observation) + Send + Sync>,
}

impl Context {
    /// A record as a message, noted as read.
    fn take(&self, found: &rdkafka::message::BorrowedMessage<'_>) -> Option<Message> {
        let topic = self.shared.settings.topic(found.topic())?;
        let message = record::message(found, topic, record::now());
        if let Some(position) = message.position {
            self.shared.progress().read(topic, position, message.record_time);
        }
        Some(message)
    }

    /// Tells the observer of an error that means something for the whole source. The rest, such
    /// as one connection that was closed, the client mends by itself.
    fn notice(&self, error: &KafkaError) {
        tracing::debug!(%error, "from the Kafka client");
        let reason = error.to_string();
        match error.rdkafka_error_code() {
            Some(code) if is_auth(code) => (self.observer)(Observation::AuthFailed(reason)),
            Some(RDKafkaErrorCode::AllBrokersDown | RDKafkaErrorCode::Fatal) => {
                (self.observer)(Observation::ClientError(reason));
            }
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                (self.observer)(Observation::TopicMissing(reason));
            }
            _ if matches!(error, KafkaError::MessageConsumptionFatal(_)) => {
                (self.observer)(Observation::ClientError(reason));
            }
            _ => {}
        }
    }

    fn parts(&self, list: &TopicPartitionList) -> Vec<Part> {
        let topic = |name: &str| self.shared.settings.topic(name);
        let elements = list.elements();
        elements.iter().filter_map(|each| Some((topic(each.topic())?, each.partition()))).collect()
    }

    /// Sets each partition that is given to where it is read from.
    fn position(&self, list: &mut TopicPartitionList) -> Result<(), KafkaError> {
        let mut progress = self.shared.progress();
        for (topic, partition) in self.parts(list) {
            let start = progress.start((topic, partition));
            let offset = start.map_or(Offset::Beginning, Offset::Offset);
            list.set_partition_offset(self.shared.settings.name(topic), partition, offset)?;
            progress.assign((topic, partition));
        }
        Ok(())
    }

    fn assigned(
        &self,
        client: &BaseConsumer<Self>,
        list: &mut TopicPartitionList,
    ) -> Result<(), KafkaError> {
        self.position(list)?;
        match client.rebalance_protocol() {
            RebalanceProtocol::Cooperative => client.incremental_assign(list)?,
            _ => client.assign(list)?,
        }
        (self.observer)(Observation::BrokerAnswered);
        Ok(())
    }

    fn revoked(
        &self,
        client: &BaseConsumer<Self>,
        list: &TopicPartitionList,
    ) -> Result<(), KafkaError> {
        let mut progress = self.shared.progress();
        for part in self.parts(list) {
            progress.revoke(part);
        }
        drop(progress);
        match client.rebalance_protocol() {
            RebalanceProtocol::Cooperative => client.incremental_unassign(list),
            _ => client.unassign(),
        }
    }
}

impl ConsumerContext for Context {
    fn rebalance(
        &self,
        client: &BaseConsumer<Self>,
        what: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let done = match what {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => self.assigned(client, list),
            _ => self.revoked(client, list),
        };
        if let Err(error) = done {
            (self.observer)(Observation::ClientError(format!("rebalance failed: {error}")));
        }
    }
}

impl ClientContext for Context {
    fn log(&self, _: RDKafkaLogLevel, fac: &str, message: &str) {
        tracing::debug!(target: "librdkafka", fac, message);
    }

    fn error(&self, error: KafkaError, _: &str) {
        self.notice(&error);
    }

    fn stats_raw(&self, statistics: &[u8]) {
        let Ok(statistics) = serde_json::from_slice::<Statistics>(statistics) else { return };
        let mut progress = self.shared.progress();
        for (name, topic) in &statistics.topics {
            let Some(known) = self.shared.settings.topic(name) else { continue };
            for part in topic.partitions.values() {
                progress.ends_at((known, part.partition), part.ls_offset);
            }
        }
    }
}

/// The part of librdkafka's statistics that is read.
#[derive(Deserialize)]
struct Statistics {
    topics: std::collections::HashMap<String, TopicStatistics>,
}

#[derive(Deserialize)]
struct TopicStatistics {
    partitions: std::collections::HashMap<String, PartitionStatistics>,
}

#[derive(Deserialize)]
struct PartitionStatistics {
    partition: i32,
    /// Last stable offset: where committed transactions end.
    ls_offset: i64,
}

#[cfg(test)]
mod tests {
    use model::Topic;

    use super::*;

    #[test]
    fn stops_within_a_second_without_a_broker() {
        let settings = Settings::new("127.0.0.1:1", "nobody", "");
        let (tell, told) = channel();
        let consumer = Consumer::start(
            &settings,
            Positions::new(),
            |_| true,
            move |observation| tell.send(observation).unwrap_or_default(),
        )
        .unwrap();
        let observation = told.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(matches!(observation, Observation::ClientError(_)), "{observation:?}");
        assert!(consumer.lag().is_empty());
        let begin = Instant::now();
        consumer.stop();
        assert!(begin.elapsed() < STOP + IDLE * 4);
    }

    #[test]
    fn ends_are_read_from_statistics() {
        let text = br#"{"name":"x","topics":{"risk":{"topic":"risk","partitions":{
            "2":{"partition":2,"ls_offset":8,"hi_offset":9},
            "-1":{"partition":-1,"ls_offset":-1001}}}}}"#;
        let settings = Settings::new("127.0.0.1:1", "nobody", "");
        let progress = Mutex::new(Progress::new([((Topic::Risk, 2), 3)].into()));
        let shared = Arc::new(Shared { settings, stop: AtomicBool::new(false), progress });
        shared.progress().assign((Topic::Risk, 2));
        let context = Context { shared: Arc::clone(&shared), observer: Box::new(|_| {}) };
        context.stats_raw(text);
        context.stats_raw(b"{");
        let lag = shared.progress().lag(record::now());
        assert_eq!(lag.iter().map(|lag| lag.records).collect::<Vec<_>>(), [5]);
    }
}
