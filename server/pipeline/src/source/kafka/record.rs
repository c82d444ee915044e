//! Kafka's records on their way in and out.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::BytesMut;
use model::{Position, Timestamp, Topic};
use rdkafka::{
    message::{BorrowedMessage, Header, Headers, Message as _, OwnedHeaders},
    producer::BaseRecord,
};

use crate::message::Message;

/// A record as a message. Its key, header values and value share one allocation.
pub(super) fn message(record: &BorrowedMessage<'_>, topic: Topic, received: Timestamp) -> Message {
    let headers = || record.headers().into_iter().flat_map(Headers::iter);
    let (key, value) = (record.key(), record.payload());
    let length = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
    let in_headers: usize = headers().map(|header| length(header.value)).sum();
    let mut space = BytesMut::with_capacity(length(key) + length(value) + in_headers);
    for part in [key, value].into_iter().chain(headers().map(|header| header.value)) {
        space.extend_from_slice(part.unwrap_or_default());
    }
    let mut rest = space.freeze();
    let mut take = |part: Option<&[u8]>| rest.split_to(length(part));
    Message {
        topic,
        position: Some(Position { partition: record.partition(), offset: record.offset() }),
        key: key.map(|key| take(Some(key))),
        value: value.map(|value| take(Some(value))),
        headers: headers().map(|header| (header.key.to_owned(), take(header.value))).collect(),
        record_time: record.timestamp().to_millis().map(Timestamp::from_millis),
        received,
    }
}

/// A message as a record for the topic of that name.
pub(super) fn record<'a>(message: &'a Message, name: &'a str) -> BaseRecord<'a, [u8], [u8]> {
    let empty = OwnedHeaders::new_with_capacity(message.headers.len());
    let headers = message.headers.iter().fold(empty, |headers, (key, value)| {
        headers.insert(Header { key, value: Some(&value[..]) })
    });
    let mut record = BaseRecord::to(name).headers(headers);
    record.key = message.key.as_deref();
    record.payload = message.value.as_deref();
    record.timestamp = message.record_time.map(Timestamp::millis);
    record
}

/// The wall clock: a message that arrives is stamped with it.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
