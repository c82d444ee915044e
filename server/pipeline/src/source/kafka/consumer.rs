//! The consumer: one thread that polls, a group that shares the partitions, positions that are the
//! store's. Kafka's own committed offsets are written for tools that look there, and never read.

mod context;
mod gap;

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
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer as _},
};

use self::{context::Context, gap::Search};
use super::{
    PartitionLag, Settings, oauth::Supply, probe::ProbeError, progress::Progress,
    property::refusal, record,
};
use crate::{
    message::{Delivery, Gap},
    store::Positions,
    supervisor::Observation,
};

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

/// Most bytes of one answer, before it is decompressed.
pub(super) const FETCH_BYTES: &str = "2097152";

/// Properties for 28 partitions that are read fast in little memory.
pub(super) const PROPERTIES: [(&str, &str); 13] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
    // Where a place is not there any more, that is looked into and told.
    ("auto.offset.reset", "error"),
    // Partitions that are added are found within so long.
    ("topic.metadata.refresh.interval.ms", "20000"),
    ("isolation.level", "read_committed"),
    // The default of 1 s stalls a consumer that keeps up with its queue.
    ("fetch.queue.backoff.ms", "10"),
    ("queued.min.messages", "10000"),
    // For each partition; together with the next two this bounds the memory of the client, where
    // an answer grows several times when it is decompressed. A message that is larger than any of
    // them still arrives, alone.
    ("queued.max.messages.kbytes", "512"),
    ("fetch.message.max.bytes", "131072"),
    ("fetch.max.bytes", FETCH_BYTES),
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
        sender: impl FnMut(Delivery) -> bool + Send + 'static,
        observer: impl Fn(Observation) + Send + Sync + 'static,
    ) -> Result<Self, ProbeError> {
        let shared = Arc::new(Shared {
            settings: settings.clone(),
            stop: AtomicBool::new(false),
            progress: Mutex::new(Progress::new(positions)),
        });
        let refused = |error: &dyn std::fmt::Display| ProbeError::Config(error.to_string());
        let unfit = |error| ProbeError::Config(refusal(&error));
        let mut config = settings.client(&PROPERTIES);
        config.set("group.id", &settings.group);
        if let Some(bytes) = settings.fetch_bytes() {
            config.set("fetch.max.bytes", bytes);
        }
        if let Some(instance) = &settings.instance {
            config.set("group.instance.id", instance);
        }
        let context = Context::new(Arc::clone(&shared), Box::new(observer));
        let client: BaseConsumer<Context> = config.create_with_context(context).map_err(unfit)?;
        let client = Arc::new(client);
        let supply = Supply::start(
            settings,
            &client,
            |it| it.client(),
            |it, error| {
                it.client().context().notice_token(error);
            },
        )?;
        let names: Vec<&str> = settings.read().map(|topic| settings.name(topic)).collect();
        client.subscribe(&names).map_err(|error| refused(&error))?;
        let (end, ended) = channel();
        let thread = thread::Builder::new().name("kafka".into());
        let run = move || {
            Loop { client, _supply: supply, sender, committed: Instant::now(), lost: None }.run();
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
    client: Arc<BaseConsumer<Context>>,
    _supply: Option<Supply>,
    sender: S,
    committed: Instant,
    /// The search for partitions that have lost their place, while one is on.
    lost: Option<Search>,
}

impl<S: FnMut(Delivery) -> bool> Loop<S> {
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
    fn batch(&mut self) -> Delivery {
        let gaps = self.gaps();
        if !gaps.is_empty() {
            return Delivery { gaps, messages: Vec::new() };
        }
        let mut batch = Vec::new();
        let mut bytes = 0;
        let mut patience = IDLE;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            match self.client.poll(patience) {
                None => break,
                Some(Err(error)) if gap::is_lost(&error) => {
                    self.lost.get_or_insert_default();
                    break;
                }
                // The context hears of brokers by itself, of topics only here.
                Some(Err(error)) => self.context().notice_topic(&error),
                Some(Ok(found)) => {
                    if let Some(message) = self.context().take(&found) {
                        bytes += message.value.as_ref().map_or(0, bytes::Bytes::len);
                        batch.push(message);
                    }
                }
            }
            patience = Duration::ZERO;
        }
        Delivery { gaps: Vec::new(), messages: batch }
    }

    /// Partitions that go on elsewhere, where some have lost their place and it is known where.
    fn gaps(&mut self) -> Vec<Gap> {
        let Some(search) = self.lost.as_mut().filter(|search| search.is_due()) else {
            return Vec::new();
        };
        match search.look(&self.client) {
            Some(gaps) => {
                self.lost = None;
                gaps
            }
            None => Vec::new(),
        }
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

#[cfg(test)]
mod tests {
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
        let Observation::ClientError(reason) = observation else { panic!("{observation:?}") };
        assert!(reason.contains("127.0.0.1:1"), "{reason}");
        assert!(consumer.lag().is_empty());
        let begin = Instant::now();
        consumer.stop();
        assert!(begin.elapsed() < STOP + IDLE * 4);
    }
}
