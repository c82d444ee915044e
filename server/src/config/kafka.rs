//! Section `kafka`: which brokers, under which names, and how safely.

use std::{collections::BTreeMap, fmt};

use model::Topic;
use pipeline::source::kafka::{check_oauth, check_property};

use super::{
    fault::{Fault, Origin},
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// Which brokers, under which names, and how safely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kafka {
    /// Hosts with ports, by commas. Default `127.0.0.1:9092`; `STREAMBOARD_KAFKA__BROKERS`.
    pub brokers: String,
    /// Consumer group. Default `streamboard`; `STREAMBOARD_KAFKA__GROUP`.
    pub group: String,
    /// How the names of topics begin. Default `streamboard.`; `STREAMBOARD_KAFKA__PREFIX`.
    pub prefix: String,
    /// Names of the topics, in the order of [`Topic::ALL`]; all differ. Default prefix and topic;
    /// `STREAMBOARD_KAFKA__TOPICS__<TOPIC>`.
    pub topics: [String; 7],
    /// Partitions of a topic that is created. Default 4; `STREAMBOARD_KAFKA__PARTITIONS`.
    pub partitions: i32,
    /// Copies of each partition of a topic that is created. Default 1;
    /// `STREAMBOARD_KAFKA__REPLICATION`.
    pub replication: i32,
    /// Whether refused messages are copied to the topic `<prefix>dead-letters`. Default false;
    /// `STREAMBOARD_KAFKA__DEAD_LETTERS`.
    pub dead_letters: bool,
    /// Whether alerts of the real book are told in the topic `<prefix>alerts`. Default false;
    /// `STREAMBOARD_KAFKA__ALERTS`.
    pub alerts: bool,
    /// Whether the cluster holds a real bank's events, so that drills are never produced into it.
    /// Default false; `STREAMBOARD_KAFKA__PRODUCTION`.
    pub production: bool,
    /// Further properties of librdkafka, such as TLS and SASL. Default none;
    /// `STREAMBOARD_KAFKA__PROPERTIES__<PROPERTY>`.
    pub properties: Properties,
    /// Configuration of a topic that is created, such as `retention.ms`, by Kafka's names. Default
    /// none, so the cluster's own; `STREAMBOARD_KAFKA__TOPIC_PROPERTIES__<PROPERTY>`.
    pub topic_properties: BTreeMap<String, String>,
}

/// Properties by their librdkafka names. Values may be secrets: no text form shows them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Properties {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(properties: I) -> Self {
        Self(properties.into_iter().collect())
    }
}

/// The names alone.
impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "kafka.brokers",
        kind: Kind::Brokers,
        default: Default::Is("127.0.0.1:9092"),
        flag: Some("--brokers"),
        doc: "Brokers to begin with: hosts with ports, by commas.",
    },
    Setting {
        path: "kafka.group",
        kind: Kind::KafkaName,
        default: Default::Is("streamboard"),
        flag: None,
        doc: "Consumer group.",
    },
    Setting {
        path: "kafka.prefix",
        kind: Kind::KafkaName,
        default: Default::Is("streamboard."),
        flag: None,
        doc: "How the names of the topics begin.",
    },
    Setting {
        path: "kafka.topics.*",
        kind: Kind::KafkaName,
        default: Default::None("prefix + topic"),
        flag: None,
        doc: "Whole name of a topic in Kafka; no two may be the same.",
    },
    Setting {
        path: "kafka.partitions",
        kind: Kind::Integer(1, 1_000),
        default: Default::Is("4"),
        flag: None,
        doc: "Partitions of a topic that is missing and created.",
    },
    Setting {
        path: "kafka.replication",
        kind: Kind::Integer(1, 100),
        default: Default::Is("1"),
        flag: None,
        doc: "Copies of each partition of a topic that is created.",
    },
    Setting {
        path: "kafka.dead_letters",
        kind: Kind::Flag,
        default: Default::Is("false"),
        flag: None,
        doc: "Whether messages that are refused are copied to the topic prefix + `dead-letters`.",
    },
    Setting {
        path: "kafka.alerts",
        kind: Kind::Flag,
        default: Default::Is("false"),
        flag: None,
        doc: "Whether each step of a real alert is told in the topic prefix + `alerts`.",
    },
    Setting {
        path: "kafka.production",
        kind: Kind::Flag,
        default: Default::Is("false"),
        flag: None,
        doc: "Whether the cluster holds real events, so that drills never go into it.",
    },
    Setting {
        path: "kafka.properties",
        kind: Kind::Properties,
        default: Default::None("none"),
        flag: None,
        doc: "Further properties of librdkafka. A value may be `{ file = \"PATH\" }` or \
              `{ env = \"NAME\" }`, so that a secret stands elsewhere. In the environment \
              `STREAMBOARD_KAFKA__PROPERTIES__SASL_PASSWORD`, or with `__FILE` after it.",
    },
    Setting {
        path: "kafka.topic_properties",
        kind: Kind::Properties,
        default: Default::None("the cluster's own"),
        flag: None,
        doc: "Configuration of a topic that is missing and created, by Kafka's names: \
              `retention.ms`, `cleanup.policy`. A topic that exists is never changed.",
    },
];

/// Properties that would break what the store promises, and what to use instead.
const OWN: [(&str, &str); 6] = [
    ("bootstrap.servers", "set kafka.brokers"),
    ("metadata.broker.list", "set kafka.brokers"),
    ("group.id", "set kafka.group"),
    ("enable.auto.commit", "positions are kept with the data"),
    ("enable.auto.offset.store", "positions are kept with the data"),
    ("auto.offset.reset", "positions are kept with the data"),
];

impl Kafka {
    pub(super) fn read(layers: &Layers<'_>, faults: &mut Vec<Fault>) -> Self {
        let prefix = layers.text("kafka.prefix");
        check_properties(layers, faults);
        check_topic_properties(layers, faults);
        Self {
            brokers: layers.text("kafka.brokers").replace(' ', ""),
            group: layers.text("kafka.group"),
            topics: topics(layers, &prefix, faults),
            prefix,
            partitions: small(layers.integer("kafka.partitions")),
            replication: small(layers.integer("kafka.replication")),
            dead_letters: layers.flag("kafka.dead_letters"),
            alerts: layers.flag("kafka.alerts"),
            production: layers.flag("kafka.production"),
            properties: plain(&layers.properties).collect(),
            topic_properties: plain(&layers.topic_properties).collect(),
        }
    }
}

/// Names and values, without where they were set.
fn plain(
    properties: &BTreeMap<String, (Origin, String)>,
) -> impl Iterator<Item = (String, String)> {
    properties.iter().map(|(name, (_, value))| (name.clone(), value.clone()))
}

fn small(number: u64) -> i32 {
    i32::try_from(number).expect("the table bounds it")
}

fn topics(layers: &Layers<'_>, prefix: &str, faults: &mut Vec<Fault>) -> [String; 7] {
    let path = |topic: Topic| format!("kafka.topics.{topic}");
    let names = Topic::ALL.map(|topic| match layers.optional_text(&path(topic)) {
        Some(name) => name,
        None => format!("{prefix}{topic}"),
    });
    for topic in Topic::ALL {
        let name = &names[topic.index()];
        let twin =
            Topic::ALL.into_iter().find(|&other| other != topic && names[other.index()] == *name);
        if let (Some(twin), Some(origin)) = (twin, layers.set_at(&path(topic))) {
            let reason = format!("kafka.topics.{topic}: {name:?} is also the topic of {twin}");
            faults.push(Fault::new(origin, reason));
        }
    }
    if names.iter().any(|name| name.len() > 249) {
        let reason = "kafka.prefix: leaves no room for a topic within Kafka's 249 bytes";
        faults.push(Fault::new(layers.origin("kafka.prefix"), reason));
    }
    names
}

fn check_properties(layers: &Layers<'_>, faults: &mut Vec<Fault>) {
    for (name, (origin, value)) in &layers.properties {
        let reason = if let Some((_, instead)) = OWN.iter().find(|(own, _)| own == name) {
            format!("{name} is not free: {instead}")
        } else if let Err(reason) = check_property(name, value) {
            reason
        } else {
            continue;
        };
        faults.push(Fault::new(origin.clone(), format!("kafka.properties: {reason}")));
    }
    check_token_properties(layers, faults);
}

/// What is missing is said where OAUTHBEARER is asked for.
fn check_token_properties(layers: &Layers<'_>, faults: &mut Vec<Fault>) {
    for misfit in check_oauth(&plain(&layers.properties).collect()) {
        let names = [misfit.property, "sasl.mechanism", "sasl.mechanisms"];
        let origin = names.into_iter().find_map(|name| layers.properties.get(name));
        let (origin, _) = origin.expect("it is only said where the mechanism is set");
        let reason = format!("kafka.properties: {} {}", misfit.property, misfit.reason);
        faults.push(Fault::new(origin.clone(), reason));
    }
}

/// What can be checked without a broker; a name that Kafka does not know is refused by it when a
/// topic is created.
fn check_topic_properties(layers: &Layers<'_>, faults: &mut Vec<Fault>) {
    for (name, (origin, value)) in &layers.topic_properties {
        let whole = || value.parse::<i64>().is_ok_and(|number| number >= -1);
        let policies = || value.split(',').all(|word| ["delete", "compact"].contains(&word.trim()));
        let wrong = match name.as_str() {
            "retention.ms" if !whole() => "is whole milliseconds, or -1 for ever",
            "retention.bytes" if !whole() => "is whole bytes, or -1 for any number",
            "cleanup.policy" if !policies() => "is delete, compact, or both by a comma",
            _ if value.trim().is_empty() => "is empty",
            _ => continue,
        };
        let reason = format!("kafka.topic_properties: {name}: {value:?} {wrong}");
        faults.push(Fault::new(origin.clone(), reason));
    }
}
