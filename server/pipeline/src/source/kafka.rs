//! Kafka: the only place that knows a Kafka client. Consumer and producer, a probe that asks
//! whether a broker answers, and the creation of missing topics.

mod baseline;
mod consumer;
mod oauth;
mod probe;
mod producer;
mod progress;
mod property;
mod record;
mod survey;
mod topics;
mod transaction;

use std::{collections::BTreeMap, fmt};

use model::Topic;
use rdkafka::ClientConfig;

use crate::store::Route;

pub use self::{
    baseline::parse_only,
    consumer::Consumer,
    oauth::{Misfit, TokenError, check_oauth},
    probe::{ProbeError, probe},
    producer::{Producer, SendError},
    progress::PartitionLag,
    property::check_property,
    survey::{Surveyed, survey},
    topics::{TopicsError, ensure_topics},
    transaction::{DeliveryError, Transactions},
};

/// How to reach Kafka, and what its topics are called.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Bootstrap brokers, `host:port`, separated by commas.
    pub brokers: String,
    /// Consumer group.
    pub group: String,
    /// Static membership in the group (`group.instance.id`), unique to a data directory. With it a
    /// program that was killed, or a broker that was away, goes on at once; without it the group
    /// first waits 10 s for the member that was lost. In return a member that stops keeps its
    /// partitions for as long.
    pub instance: Option<String>,
    /// Names of the topics, in the order of `Topic::ALL`.
    pub names: [String; 7],
    /// Topics that are not read from Kafka, nor made there.
    pub left_out: Vec<Topic>,
    /// Name of the compacted topic that tells how far the spool is delivered.
    pub spool: String,
    /// Name of the topic that refused messages are copied to; nothing where they are not.
    pub dead_letters: Option<String>,
    /// Name of the topic where alerts are told; nothing where they are not.
    pub alerts: Option<String>,
    /// Further properties of librdkafka, such as TLS and SASL; they win over ours. Secrets among
    /// them are never shown.
    pub properties: BTreeMap<String, String>,
    /// Configuration of topics that are created, such as `retention.ms`.
    pub topic_properties: BTreeMap<String, String>,
    /// Partitions of topics that are created.
    pub partitions: i32,
    /// Copies of topics that are created.
    pub replication: i32,
    /// The token of OAUTHBEARER, where the properties ask for one; shared by clones.
    tokens: oauth::Tokens,
}

impl Settings {
    /// Settings with the default names behind a prefix: 4 partitions, 1 copy.
    pub fn new(
        brokers: impl Into<String>,
        group: impl Into<String>,
        prefix: impl fmt::Display,
    ) -> Self {
        Self {
            brokers: brokers.into(),
            group: group.into(),
            instance: None,
            names: Topic::ALL.map(|topic| format!("{prefix}{topic}")),
            left_out: Vec::new(),
            spool: format!("{prefix}spool"),
            dead_letters: None,
            alerts: None,
            properties: BTreeMap::new(),
            topic_properties: BTreeMap::new(),
            partitions: 4,
            replication: 1,
            tokens: oauth::Tokens::default(),
        }
    }

    /// The name of a topic in Kafka.
    pub fn name(&self, topic: Topic) -> &str {
        &self.names[topic.index()]
    }

    /// The name of the topic where something is told; nothing where it is not.
    pub fn route(&self, route: Route) -> Option<&str> {
        match route {
            Route::DeadLetters => self.dead_letters.as_deref(),
            Route::Alerts => self.alerts.as_deref(),
        }
    }

    /// The topics that are read from Kafka, in the order of `Topic::ALL`.
    pub fn read(&self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(|topic| !self.left_out.contains(topic))
    }

    /// The topic of a name in Kafka.
    pub fn topic(&self, name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| self.name(*topic) == name)
    }

    /// The most bytes of an answer to a consumer, where the operator allows larger messages than
    /// ours: the client refuses an answer that may be smaller than a message.
    fn fetch_bytes(&self) -> Option<&str> {
        const NAMES: [&str; 2] = ["fetch.max.bytes", "message.max.bytes"];
        let [set, message] = NAMES.map(|name| self.properties.get(name));
        let ours = consumer::FETCH_BYTES.parse::<u64>().ok();
        message
            .filter(|bytes| set.is_none() && bytes.parse::<u64>().ok() > ours)
            .map(String::as_str)
    }

    /// A client's configuration: ours, then the operator's on top.
    fn client(&self, ours: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers).set("client.id", "streamboard");
        // A broker that comes back is found within seconds, not after librdkafka's 10.
        config.set("reconnect.backoff.max.ms", "2000");
        for (name, value) in ours {
            config.set(*name, *value);
        }
        for (name, value) in self.properties.iter().filter(|(name, _)| !oauth::is_ours(name)) {
            config.set(name, value);
        }
        config
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("brokers", &self.brokers)
            .field("group", &self.group)
            .field("instance", &self.instance)
            .field("names", &self.names)
            .field("left_out", &self.left_out)
            .field("spool", &self.spool)
            .field("dead_letters", &self.dead_letters)
            .field("alerts", &self.alerts)
            .field("properties", &self.properties.keys())
            .field("topic_properties", &self.topic_properties)
            .field("partitions", &self.partitions)
            .field("replication", &self.replication)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_topics() {
        let settings = Settings::new("127.0.0.1:9092", "streamboard", "streamboard.");
        assert_eq!(settings.name(Topic::Etl), "streamboard.etl");
        for topic in Topic::ALL {
            assert_eq!(settings.topic(settings.name(topic)), Some(topic));
        }
        assert_eq!(settings.topic("etl"), None);
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut settings = Settings::new("127.0.0.1:9092", "streamboard", "");
        settings.properties.insert("sasl.password".into(), "hunter2".into());
        let shown = format!("{settings:?}");
        assert!(shown.contains("sasl.password") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn properties_of_the_operator_win() {
        let mut settings = Settings::new("127.0.0.1:9092", "streamboard", "");
        settings.properties.insert("client.id".into(), "desk-4".into());
        let config = settings.client(&[("acks", "all")]);
        assert_eq!((config.get("client.id"), config.get("acks")), (Some("desk-4"), Some("all")));
    }
}
