//! What a source hands over, before anybody has looked inside.

use bytes::Bytes;
use model::{Event, Position, Timestamp, Topic};

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
