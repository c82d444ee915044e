//! Creates the topics that are missing. Never deletes or changes one.

use std::time::Duration;

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    error::RDKafkaErrorCode,
};

use super::{
    Settings,
    oauth::admit,
    probe::{ProbeError, connect},
    property::refusal,
};
use crate::store::Route;

/// A month of 30 days, in milliseconds.
const MONTH_MS: &str = "2592000000";

/// How long a request to a broker may take here.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why missing topics were not created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicsError {
    /// No broker answers.
    #[error(transparent)]
    Broker(#[from] ProbeError),
    /// A broker refused.
    #[error("topic {name} is missing and was not created: {reason}")]
    Refused {
        /// The topic's name in Kafka.
        name: String,
        /// What the broker said.
        reason: String,
    },
}

/// Creates the topics that are missing and answers their names. Blocks, and drives a runtime of
/// its own: not to be called from within one.
///
/// # Errors
/// When no broker answers or one refuses.
pub fn ensure_topics(settings: &Settings) -> Result<Vec<String>, TopicsError> {
    ensure(settings, settings.read().map(|topic| new_topic(settings, settings.name(topic))))
}

/// Creates the topic of a route where it is missing. Blocks, as above. Of an alert the newest state
/// is enough, for a month after its last step.
///
/// # Errors
/// When no broker answers or one refuses.
pub(super) fn ensure_route(
    settings: &Settings,
    route: Route,
    name: &str,
) -> Result<(), TopicsError> {
    let topic = new_topic(settings, name);
    let topic = match route {
        Route::DeadLetters => topic,
        Route::Alerts => {
            topic.set("cleanup.policy", "compact,delete").set("retention.ms", MONTH_MS)
        }
    };
    ensure(settings, [topic]).map(drop)
}

/// Creates a compacted topic of one partition where it is missing. Blocks, as above.
///
/// # Errors
/// When no broker answers or one refuses.
pub(super) fn ensure_compacted(settings: &Settings, name: &str) -> Result<(), TopicsError> {
    let topic = NewTopic::new(name, 1, TopicReplication::Fixed(settings.replication));
    ensure(settings, [topic.set("cleanup.policy", "compact")]).map(drop)
}

/// Creates those of the topics that are missing.
fn ensure<'a>(
    settings: &Settings,
    topics: impl IntoIterator<Item = NewTopic<'a>>,
) -> Result<Vec<String>, TopicsError> {
    let (_, found) = connect(settings, TIMEOUT)?;
    let is_there =
        |wanted: &NewTopic<'_>| found.topics().iter().any(|topic| topic.name() == wanted.name);
    let missing: Vec<_> = topics.into_iter().filter(|topic| !is_there(topic)).collect();
    if missing.is_empty() { Ok(Vec::new()) } else { create(settings, &missing) }
}

fn create(settings: &Settings, topics: &[NewTopic<'_>]) -> Result<Vec<String>, TopicsError> {
    let refused = |reason: String| TopicsError::Refused { name: topics[0].name.into(), reason };
    let config = settings.client(&[]);
    let admin: AdminClient<DefaultClientContext> =
        config.create().map_err(|error| ProbeError::Config(refusal(&error)))?;
    admit(settings, admin.inner())?;
    let options = AdminOptions::new().operation_timeout(Some(TIMEOUT));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| refused(error.to_string()))?;
    let results = runtime
        .block_on(admin.create_topics(topics, &options))
        .map_err(|error| refused(error.to_string()))?;
    let mut created = Vec::new();
    for result in results {
        match result {
            Ok(name) => created.push(name),
            // Somebody else was faster, which is as good.
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                return Err(TopicsError::Refused { name, reason: code.to_string() });
            }
        }
    }
    Ok(created)
}

fn new_topic<'a>(settings: &'a Settings, name: &'a str) -> NewTopic<'a> {
    let topic =
        NewTopic::new(name, settings.partitions, TopicReplication::Fixed(settings.replication));
    let properties = settings.topic_properties.iter();
    properties.fold(topic, |topic, (name, value)| topic.set(name, value))
}
