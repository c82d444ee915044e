//! What reading costs by itself: the loop that the flow is measured against.

use std::time::{Duration, Instant};

use rdkafka::{
    Message as _,
    consumer::{BaseConsumer, Consumer as _},
    message::Headers as _,
};

use super::{Settings, consumer::PROPERTIES, oauth::admit};
use crate::source::kafka::ProbeError;

/// How long a message may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads so many messages with the tuning of our own consumer, takes the headers, parses the JSON
/// into the topic's payload, and drops both. Answers the time from the start of the client.
///
/// # Errors
/// When the client cannot start, or messages are missing.
pub fn parse_only(settings: &Settings, count: usize) -> Result<Duration, ProbeError> {
    let down = |error: &dyn std::fmt::Display| ProbeError::Down(error.to_string());
    let start = Instant::now();
    let mut config = settings.client(&PROPERTIES);
    config.set("group.id", format!("{}-baseline", settings.group));
    // Ours begins where the store says; this one has no store.
    config.set("auto.offset.reset", "earliest");
    let client: BaseConsumer = config.create().map_err(|error| down(&error))?;
    admit(settings, client.client())?;
    let names: Vec<&str> = settings.names.iter().map(String::as_str).collect();
    client.subscribe(&names).map_err(|error| down(&error))?;
    let mut read = 0;
    let mut heard = start;
    while read < count {
        // A change of partitions ends a poll as well, without a message.
        let Some(message) = client.poll(PATIENCE) else {
            if heard.elapsed() < PATIENCE {
                continue;
            }
            return Err(down(&format!("only {read} of {count} messages came")));
        };
        heard = Instant::now();
        let message = message.map_err(|error| down(&error))?;
        let headers = message.headers().map_or(0, |headers| {
            headers.iter().filter(|header| header.key.starts_with("ce_")).count()
        });
        std::hint::black_box(headers);
        let topic = settings.topic(message.topic());
        if let (Some(topic), Some(value)) = (topic, message.payload()) {
            std::hint::black_box(model::Payload::from_json(topic, value).ok());
        }
        read += 1;
    }
    Ok(start.elapsed())
}
