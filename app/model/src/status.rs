//! Status: where the figures come from, how fresh they are, how the product itself does.

use serde::{Deserialize, Serialize};

use crate::{
    book::{Book, Provenance},
    scenario::Run,
    topic::Topic,
    unit::Timestamp,
};

/// What the supervisor does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    /// Looking for a broker that has not answered yet.
    #[default]
    Probing,
    /// Reading from Kafka.
    Live,
    /// The broker was lost: the last real figures are held and age.
    Degraded,
    /// Showing the simulated book.
    Simulating,
}

impl SourceState {
    /// Every state.
    pub const ALL: [SourceState; 4] =
        [SourceState::Probing, SourceState::Live, SourceState::Degraded, SourceState::Simulating];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            SourceState::Probing => "probing",
            SourceState::Live => "live",
            SourceState::Degraded => "degraded",
            SourceState::Simulating => "simulating",
        }
    }
}

/// The source went from one state to another, or something happened to it that people must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeOver {
    /// When, by the wall clock.
    pub at: Timestamp,
    /// The state before.
    pub from: SourceState,
    /// The state after; the same where the source went on.
    pub to: SourceState,
    /// Why, in a sentence.
    pub why: String,
}

/// Which sources may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SourceMode {
    /// Kafka when a broker answers, else simulation.
    #[default]
    Auto,
    /// Never simulate.
    Kafka,
    /// Never ask for a broker.
    Simulation,
    /// Neither: what is handed in, and what feeds bring.
    Direct,
}

impl SourceMode {
    /// Whether a broker is ever asked for.
    pub fn asks_kafka(self) -> bool {
        matches!(self, SourceMode::Auto | SourceMode::Kafka)
    }
}

/// A topic's source and freshness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopicStatus {
    /// The topic.
    pub topic: Topic,
    /// Where its figures come from now.
    pub provenance: Provenance,
    /// Whether it is simulated whatever the others are: what [`Book::Mixed`] shows of it.
    pub simulated: bool,
    /// Time of its newest event in the book that is shown.
    pub newest: Option<Timestamp>,
    /// Milliseconds after which it counts as stale.
    pub stale_after_ms: i64,
    /// Events stored since the start.
    pub events: u64,
    /// Messages refused within the last hour.
    pub rejects: u64,
    /// Why it cannot be read from Kafka though the others can; nothing while it can.
    pub fault: Option<String>,
    /// Messages that wait in Kafka.
    pub lag_records: Option<u64>,
    /// Age of the oldest message that waits in Kafka, in seconds.
    pub lag_seconds: Option<f64>,
}

/// A backlog that is being worked off: figures are of the past until it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CatchingUp {
    /// Messages that wait in Kafka.
    pub records: u64,
    /// Seconds until none waits, at the pace of the last seconds; nothing while it grows or nobody
    /// knows.
    pub seconds: Option<u64>,
}

/// What was handed in and waits for Kafka.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpoolStatus {
    /// Events.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes from which on ingest is refused.
    pub limit: u64,
    /// When the one that has waited longest was handed in.
    pub oldest: Option<Timestamp>,
    /// Why the last attempt to deliver failed; nothing while it works.
    pub fault: Option<String>,
}

/// What a feed does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// All that is there was read.
    #[default]
    Waiting,
    /// Rows are there and are read.
    Reading,
    /// It cannot be read, and is tried again.
    Failing,
}

/// A feed: files or an address that bring events to a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedStatus {
    /// Its name.
    pub name: String,
    /// The topic of its events.
    pub topic: Topic,
    /// Its files, or its address without the query.
    pub place: String,
    /// What it does.
    pub state: FeedState,
    /// Why it fails, or what it waits for; nothing while all is well.
    pub reason: Option<String>,
    /// When it is tried again, where it fails.
    pub next_attempt: Option<Timestamp>,
    /// Rows read since the start, the refused ones among them.
    pub rows: u64,
    /// Rows refused since the start.
    pub rejects: u64,
    /// When it last brought a row, since the start.
    pub last_read: Option<Timestamp>,
}

/// What every page shows about its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Status {
    /// What the supervisor does.
    pub state: SourceState,
    /// Which sources may be used.
    pub mode: SourceMode,
    /// Since when, by the wall clock.
    pub since: Timestamp,
    /// The book that viewers see who follow the source.
    pub book: Book,
    /// The brokers that are configured.
    pub brokers: String,
    /// Why it is so, in a sentence; nothing while all is well.
    pub reason: Option<String>,
    /// When the last real event arrived.
    pub last_real: Option<Timestamp>,
    /// Real events that arrived while the simulated book is shown.
    pub real_events: u64,
    /// Open alerts of the real book by severity, in the order of `Severity::ALL`, whichever book
    /// is shown.
    pub real_alerts: [u32; 4],
    /// Attempts to reach a broker since it was lost.
    pub attempt: u32,
    /// When the next one is made.
    pub next_attempt: Option<Timestamp>,
    /// Seed of the simulation.
    pub seed: Option<u64>,
    /// The topics, in the order of `Topic::ALL`.
    pub topics: Vec<TopicStatus>,
    /// Events stored a second, over the last ten seconds.
    pub events_per_second: f64,
    /// 99th percentile from receipt to hub over the last minute, in milliseconds.
    pub latency_p99_ms: f64,
    /// The backlog in Kafka that is being read; nothing while figures are current.
    pub catching_up: Option<CatchingUp>,
    /// What waits for Kafka; nothing where no broker is ever asked for.
    pub spool: Option<SpoolStatus>,
    /// The feeds, in the order of their file.
    pub feeds: Vec<FeedStatus>,
    /// Viewers connected.
    pub viewers: u32,
    /// Bytes that the store takes on disk.
    pub store_bytes: u64,
    /// Drills that are running, paused or ended last, newest first.
    pub runs: Vec<Run>,
    /// Version of the server.
    pub version: String,
    /// The wall clock of the server when it wrote this.
    pub now: Timestamp,
}

impl Status {
    /// The status of one topic.
    pub fn topic(&self, topic: Topic) -> Option<&TopicStatus> {
        self.topics.iter().find(|status| status.topic == topic)
    }
}
