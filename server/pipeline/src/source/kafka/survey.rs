//! A survey of our topics as the cluster has them: partitions, what they hold, and where they
//! drift from what is configured. Changes nothing.

use std::{collections::BTreeMap, time::Duration};

use model::{Timestamp, Topic};
use rdkafka::{
    Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, ConfigEntry, ResourceSpecifier},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer as _},
    metadata::{Metadata, MetadataTopic},
    producer::{BaseProducer, Producer as _},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Settings,
    oauth::admit,
    probe::{ProbeError, Witness, connect},
    property::refusal,
    record,
};

/// How long the first answer of a broker may take.
const CONNECT: Duration = Duration::from_secs(3);

/// How long one further question may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Milliseconds over which throughput is measured.
const WINDOW: i64 = Timestamp::MINUTE;

/// Settings of a topic that are always told.
const TOLD: [&str; 2] = ["retention.ms", "cleanup.policy"];

/// A topic as the cluster has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "KafkaTopic")]
pub struct Surveyed {
    /// The topic.
    pub topic: Topic,
    /// Its name in Kafka.
    pub name: String,
    /// Whether the cluster has it.
    pub present: bool,
    /// Its partitions, by number.
    pub partitions: Vec<Partition>,
    /// Records in the fullest partition over those that it would have if all had as many; nothing
    /// where there are none.
    pub skew: Option<f64>,
    /// Settings by Kafka's names: retention, cleanup policy, and those that are configured here.
    pub settings: BTreeMap<String, String>,
    /// Where it is other than configured.
    pub drift: Vec<Drift>,
}

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "KafkaPartition")]
pub struct Partition {
    /// Its number.
    pub partition: i32,
    /// The broker that leads it; -1 where none does.
    pub leader: i32,
    /// Copies of it.
    pub replicas: usize,
    /// First offset that is kept.
    pub low: i64,
    /// Offset of the next record, as far as committed transactions reach.
    pub high: i64,
    /// Offset that is read next; nothing where none was read.
    pub next: Option<i64>,
    /// Offsets that wait to be read; control records count among them.
    pub lag_records: u64,
    /// Age in seconds of what was read last while others wait, an upper bound for the age of the
    /// oldest that waits; nothing where nobody knows.
    pub lag_seconds: Option<f64>,
    /// Records a second that were added within the last minute, by their record times.
    pub per_second: Option<f64>,
}

/// A setting that is other than configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drift {
    /// `partitions`, `replication`, or a topic's setting by Kafka's name.
    pub setting: String,
    /// What is configured here.
    pub configured: String,
    /// What the cluster has.
    pub actual: String,
}

/// Looks at every topic. Blocks for some seconds at most, and drives a runtime of its own.
/// `next` says which offset of a partition is read next.
///
/// # Errors
/// When no broker answers or one refuses.
pub fn survey(
    settings: &Settings,
    next: impl Fn(Topic, i32) -> Option<i64>,
) -> Result<Vec<Surveyed>, ProbeError> {
    let (client, _) = connect(settings, CONNECT)?;
    let down = |error: rdkafka::error::KafkaError| ProbeError::Down(error.to_string());
    let metadata = client.client().fetch_metadata(None, TIMEOUT).map_err(down)?;
    let found = |name: &str| metadata.topics().iter().find(|topic| topic.name() == name);
    let present: Vec<&str> =
        settings.names.iter().map(String::as_str).filter(|name| found(name).is_some()).collect();
    let mut configs = describe(settings, &present)?;
    let before = before(settings, &present, &metadata).unwrap_or_default();
    let mut surveyed = Vec::new();
    for topic in Topic::ALL {
        let name = settings.name(topic);
        let partitions = match found(name) {
            Some(metadata) => partitions(&client, metadata, &before, |part| next(topic, part))?,
            None => Vec::new(),
        };
        let all = configs.remove(name).unwrap_or_default();
        surveyed.push(assemble(settings, topic, partitions, &all));
    }
    Ok(surveyed)
}

fn partitions(
    client: &BaseProducer<Witness>,
    metadata: &MetadataTopic,
    before: &BTreeMap<(String, i32), Offset>,
    next: impl Fn(i32) -> Option<i64>,
) -> Result<Vec<Partition>, ProbeError> {
    let one = |part: &rdkafka::metadata::MetadataPartition| {
        let ends = client.client().fetch_watermarks(metadata.name(), part.id(), TIMEOUT);
        let (low, high) = ends.map_err(|error| ProbeError::Down(error.to_string()))?;
        let next = next(part.id());
        let waiting = high - next.unwrap_or(low).max(low);
        Ok(Partition {
            partition: part.id(),
            leader: part.leader(),
            replicas: part.replicas().len(),
            low,
            high,
            next,
            lag_records: u64::try_from(waiting).unwrap_or(0),
            lag_seconds: None,
            per_second: before
                .get(&(metadata.name().to_owned(), part.id()))
                .and_then(|before| per_second(*before, low, high)),
        })
    };
    let mut partitions: Vec<_> =
        metadata.partitions().iter().map(one).collect::<Result<_, ProbeError>>()?;
    partitions.sort_unstable_by_key(|partition| partition.partition);
    Ok(partitions)
}

/// For each partition the first offset of the last minute.
fn before(
    settings: &Settings,
    names: &[&str],
    metadata: &Metadata,
) -> Result<BTreeMap<(String, i32), Offset>, rdkafka::error::KafkaError> {
    let client: BaseConsumer = settings.client(&[]).create()?;
    let since = record::now().plus(-WINDOW).millis();
    let mut asked = TopicPartitionList::new();
    for topic in metadata.topics().iter().filter(|topic| names.contains(&topic.name())) {
        for part in topic.partitions() {
            asked.add_partition_offset(topic.name(), part.id(), Offset::Offset(since))?;
        }
    }
    let answer = client.offsets_for_times(asked, TIMEOUT)?;
    let found = answer.elements().into_iter();
    Ok(found.map(|at| ((at.topic().to_owned(), at.partition()), at.offset())).collect())
}

/// Records a second since an offset; the end stands for none.
#[expect(clippy::cast_precision_loss, reason = "a rate on a screen")]
fn per_second(since: Offset, low: i64, high: i64) -> Option<f64> {
    let count = match since {
        Offset::Offset(offset) => high - offset.max(low),
        Offset::End => 0,
        _ => return None,
    };
    Some(count.max(0) as f64 * 1_000.0 / WINDOW as f64)
}

type Configs = BTreeMap<String, BTreeMap<String, String>>;

/// Every setting of each topic that has a value.
fn describe(settings: &Settings, names: &[&str]) -> Result<Configs, ProbeError> {
    if names.is_empty() {
        return Ok(Configs::new());
    }
    let admin: AdminClient<DefaultClientContext> =
        settings.client(&[]).create().map_err(|error| ProbeError::Config(refusal(&error)))?;
    admit(settings, admin.inner())?;
    let asked: Vec<_> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| ProbeError::Down(error.to_string()))?;
    let answers = runtime
        .block_on(admin.describe_configs(&asked, &options))
        .map_err(|error| ProbeError::Down(error.to_string()))?;
    let value = |entry: ConfigEntry| Some((entry.name, entry.value?));
    let mut configs = Configs::new();
    for (name, answer) in names.iter().zip(answers) {
        // A topic whose settings we may not read is told without them.
        let entries = answer.map(|found| found.entries).unwrap_or_default();
        configs.insert((*name).to_owned(), entries.into_iter().filter_map(value).collect());
    }
    Ok(configs)
}

fn assemble(
    settings: &Settings,
    topic: Topic,
    partitions: Vec<Partition>,
    all: &BTreeMap<String, String>,
) -> Surveyed {
    let configured = settings.topic_properties.keys().map(String::as_str);
    let told = TOLD.into_iter().chain(configured);
    let told = told.filter_map(|name| Some((name.to_owned(), all.get(name)?.clone())));
    let present = !partitions.is_empty();
    Surveyed {
        topic,
        name: settings.name(topic).to_owned(),
        present,
        skew: skew(&partitions),
        settings: told.collect(),
        drift: if present { drift(settings, &partitions, all) } else { Vec::new() },
        partitions,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio on a screen")]
fn skew(partitions: &[Partition]) -> Option<f64> {
    let kept = |partition: &Partition| partition.high - partition.low;
    let total: i64 = partitions.iter().map(kept).sum();
    let fullest = partitions.iter().map(kept).max()?;
    (total > 0).then(|| fullest as f64 * partitions.len() as f64 / total as f64)
}

fn drift(
    settings: &Settings,
    partitions: &[Partition],
    all: &BTreeMap<String, String>,
) -> Vec<Drift> {
    let copies = partitions.iter().map(|partition| partition.replicas).min().unwrap_or(0);
    let counts = [
        ("partitions", settings.partitions.to_string(), partitions.len().to_string()),
        ("replication", settings.replication.to_string(), copies.to_string()),
    ];
    let counts = counts.map(|(name, configured, actual)| (name.to_owned(), configured, actual));
    let properties = settings.topic_properties.iter();
    let properties = properties.filter_map(|(name, configured)| {
        Some((name.clone(), configured.clone(), all.get(name)?.clone()))
    });
    let drifted = counts.into_iter().chain(properties).filter(|(_, one, other)| one != other);
    drifted.map(|(setting, configured, actual)| Drift { setting, configured, actual }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(partition: i32, low: i64, high: i64) -> Partition {
        Partition {
            partition,
            leader: 1,
            replicas: 1,
            low,
            high,
            next: None,
            lag_records: 0,
            lag_seconds: None,
            per_second: None,
        }
    }

    #[test]
    fn throughput_is_what_the_last_minute_added() {
        let check = |since, low, high, expected| {
            assert_eq!(per_second(since, low, high), expected, "{since:?} {low} {high}");
        };
        check(Offset::Offset(40), 0, 100, Some(1.0));
        check(Offset::Offset(40), 70, 100, Some(0.5));
        check(Offset::End, 0, 100, Some(0.0));
        check(Offset::Invalid, 0, 100, None);
    }

    #[test]
    fn skew_is_the_fullest_against_an_even_share() {
        let check = |parts: &[(i64, i64)], expected: Option<f64>| {
            let parts = (0..).zip(parts).map(|(at, (low, high))| partition(at, *low, *high));
            assert_eq!(skew(&parts.collect::<Vec<_>>()), expected);
        };
        check(&[], None);
        check(&[(5, 5), (0, 0)], None);
        check(&[(0, 10), (90, 100)], Some(1.0));
        check(&[(0, 30), (0, 10), (0, 0), (0, 0)], Some(3.0));
    }

    #[test]
    fn drift_names_what_is_other_than_configured() {
        let mut settings = Settings::new("127.0.0.1:1", "g", "");
        settings.topic_properties.insert("retention.ms".into(), "1000".into());
        settings.topic_properties.insert("cleanup.policy".into(), "delete".into());
        let all = [("retention.ms", "2000"), ("cleanup.policy", "delete"), ("x", "y")];
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let found = assemble(&settings, Topic::Etl, vec![partition(0, 0, 1)], &all);
        let drift: Vec<_> =
            found.drift.iter().map(|it| (&*it.setting, &*it.configured, &*it.actual)).collect();
        assert_eq!(drift, [("partitions", "4", "1"), ("retention.ms", "1000", "2000")]);
        assert_eq!(found.settings.len(), 2, "{:?}", found.settings);
        let missing = assemble(&settings, Topic::Etl, vec![], &BTreeMap::new());
        assert_eq!((missing.present, missing.drift), (false, vec![]));
    }
}
