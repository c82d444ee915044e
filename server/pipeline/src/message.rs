//! What a source hands over, before anybody has looked inside.

use std::fmt;

use bytes::Bytes;
use model::{Event, Position, Timestamp, Topic};
use serde::{Deserialize, Serialize};

/// A message as it arrived, from Kafka, the simulator or HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The topic that it arrived on.
    pub topic: Topic,
    /// Its place in Kafka, where it came from there.
    pub position: Option<Position>,
    /// The key, as bytes.
    pub key: Option<Bytes>,
    /// The headers, in order; names may repeat.
    pub headers: Vec<(String, Bytes)>,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// The broker's or producer's record time, where there is one.
    pub record_time: Option<Timestamp>,
    /// When it reached Streamboard, by the wall clock.
    pub received: Timestamp,
}

/// What a source hands over at once, in order within each partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Partitions that do not go on where they stopped. The messages come after them.
    pub gaps: Vec<Gap>,
    /// Messages.
    pub messages: Vec<Message>,
}

impl Delivery {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.gaps.is_empty() && self.messages.is_empty()
    }
}

/// A partition that goes on at another place than the one that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// When that was noticed, by the wall clock.
    pub at: Timestamp,
    /// Topic.
    pub topic: Topic,
    /// Partition.
    pub partition: i32,
    /// The offset that was to be read next.
    pub expected: i64,
    /// The first offset that is there.
    pub found: i64,
}

impl Gap {
    /// Messages that were dropped before anybody read them: none where the topic was made anew.
    pub fn missed(&self) -> u64 {
        u64::try_from(self.found - self.expected).unwrap_or(0)
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Gap { topic, partition, expected, found, .. } = self;
        if found > expected {
            let missed = self.missed();
            write!(
                f,
                "Retention overtook {topic}, partition {partition}: {missed} messages were \
                dropped before they were read."
            )
        } else {
            write!(
                f,
                "{topic}, partition {partition}, was made anew: reading goes on at offset \
                {found} instead of {expected}."
            )
        }
    }
}

/// A message that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The event.
    pub event: Event,
    /// Its payload, exactly as it arrived: JSON.
    pub raw: Bytes,
    /// Its place in Kafka, where it came from there.
    pub position: Option<Position>,
    /// When it reached Streamboard.
    pub received: Timestamp,
}
