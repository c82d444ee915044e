//! The spool: messages on their way to Kafka, and which ingested events have come back from there.

use std::borrow::Cow;

use bytes::Bytes;
use model::{Position, Timestamp, Topic};
use pipeline::{
    message::Message,
    store::{Depth, Outbound, Returned, Route, Waiting, spooled},
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use super::{
    fault::{Fault, Result},
    read::named,
};

const ADD: &str = "
    INSERT INTO spool (topic, at, key, headers, value, size)
    VALUES (:topic, :at, :key, :headers, :value, :size)";

const AWAIT: &str = "INSERT INTO awaited (key, sequence) VALUES (?1, ?2)";

const PLACE: &str = r#"
    INSERT OR REPLACE INTO placed (sequence, partition, "offset")
    SELECT sequence, ?2, ?3 FROM awaited WHERE key = ?1"#;

const ARRIVED: &str = "DELETE FROM awaited WHERE key = ?1";

const MEASURE: &str = "SELECT count(*), coalesce(sum(size), 0) FROM spool";

const OLDEST: &str = "SELECT at FROM spool ORDER BY number LIMIT 1";

const LIST: &str = "
    SELECT number, topic, at, key, headers, value, size FROM spool
    WHERE number > ?1 ORDER BY number LIMIT ?2";

const GONE: &str = "SELECT count(*), coalesce(sum(size), 0) FROM spool WHERE number <= ?1";

const DROP: &str = "DELETE FROM spool WHERE number <= ?1";

const PLACED: &str = r#"SELECT partition, "offset" FROM placed WHERE sequence = ?1"#;

/// Events of the real book that retention has dropped need no place any more.
const DROP_PLACED: &str = "
    DELETE FROM placed WHERE sequence < (
        SELECT min(first_sequence) FROM block WHERE book = 'real')";

/// Adds messages, and answers how much waits then.
pub(super) fn add(
    transaction: &Transaction<'_>,
    messages: &[Outbound],
    before: Depth,
) -> Result<Depth> {
    let mut depth = before;
    for outbound in messages {
        let message = outbound.message();
        let topic = match outbound {
            Outbound::Event { .. } => Cow::Borrowed(message.topic.name()),
            Outbound::Copy(route, _) => Cow::Owned(format!("{}/{}", route.name(), message.topic)),
        };
        let size = spooled(message);
        transaction.prepare_cached(ADD)?.execute(named_params! {
            ":topic": topic,
            ":at": message.received.millis(),
            ":key": message.key.as_deref(),
            ":headers": postcard::to_stdvec(&headers(message))?,
            ":value": message.value.as_deref().unwrap_or_default(),
            ":size": size,
        })?;
        if let Outbound::Event { key, sequence, .. } = outbound {
            transaction.prepare_cached(AWAIT)?.execute(params![key.to_le_bytes(), sequence])?;
        }
        depth.records += 1;
        depth.bytes += size;
        depth.oldest = depth.oldest.or(Some(message.received));
    }
    Ok(depth)
}

fn headers(message: &Message) -> Vec<(&str, &[u8])> {
    message.headers.iter().map(|(name, value)| (name.as_str(), &value[..])).collect()
}

/// Notes where events stand in Kafka that came back from there.
pub(super) fn returned(transaction: &Transaction<'_>, events: &[Returned]) -> Result<()> {
    for Returned { key, position } in events {
        let key = key.to_le_bytes();
        let place = params![key, position.partition, position.offset];
        transaction.prepare_cached(PLACE)?.execute(place)?;
        transaction.prepare_cached(ARRIVED)?.execute([key])?;
    }
    Ok(())
}

/// Forgets what is delivered, and answers how much waits then.
pub(super) fn drop_to(connection: &mut Connection, number: u64, before: Depth) -> Result<Depth> {
    let transaction = connection.transaction()?;
    let gone = |row: &Row<'_>| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?));
    let (records, bytes) = transaction.prepare_cached(GONE)?.query_row([number], gone)?;
    transaction.prepare_cached(DROP)?.execute([number])?;
    let oldest = oldest(&transaction)?;
    transaction.commit()?;
    let (records, bytes) = (before.records - records, before.bytes - bytes);
    Ok(Depth { records, bytes, oldest })
}

fn oldest(connection: &Connection) -> Result<Option<Timestamp>> {
    let mut statement = connection.prepare_cached(OLDEST)?;
    let oldest = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(oldest.map(Timestamp::from_millis))
}

/// How much waits.
pub(super) fn measure(connection: &Connection) -> Result<Depth> {
    let mut statement = connection.prepare_cached(MEASURE)?;
    let (records, bytes) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Depth { records, bytes, oldest: oldest(connection)? })
}

/// What waits behind a number.
pub(super) fn list(
    connection: &Connection,
    after: u64,
    records: usize,
    bytes: u64,
) -> Result<Vec<Waiting>> {
    let mut statement = connection.prepare_cached(LIST)?;
    let mut rows = statement.query(params![after, records])?;
    let (mut messages, mut total) = (Vec::new(), 0);
    while total < bytes {
        let Some(row) = rows.next()? else { break };
        total += row.get::<_, u64>(6)?;
        messages.push(waiting(row)?);
    }
    Ok(messages)
}

fn waiting(row: &Row<'_>) -> Result<Waiting> {
    let topic: String = row.get(1)?;
    let (route, topic) = match topic.split_once('/') {
        Some((route, topic)) => (Some(named_route(route)?), topic),
        None => (None, &*topic),
    };
    Ok(Waiting { number: row.get(0)?, route, message: message(row, named(topic)?)? })
}

fn named_route(name: &str) -> Result<Route> {
    let found = Route::ALL.into_iter().find(|route| route.name() == name);
    found.ok_or_else(|| Fault::Damaged(format!("no route is named {name:?}")))
}

fn message(row: &Row<'_>, topic: Topic) -> Result<Message> {
    let headers: Vec<u8> = row.get(4)?;
    let headers: Vec<(String, Vec<u8>)> = postcard::from_bytes(&headers)?;
    Ok(Message {
        topic,
        position: None,
        key: row.get::<_, Option<Vec<u8>>>(3)?.map(Bytes::from),
        headers: headers.into_iter().map(|(name, value)| (name, value.into())).collect(),
        value: Some(row.get::<_, Vec<u8>>(5)?.into()),
        record_time: None,
        received: Timestamp::from_millis(row.get(2)?),
    })
}

/// Hands what recognises each event that has not come back to `each`.
pub(super) fn awaited(connection: &Connection, each: &mut dyn FnMut(u128)) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT key FROM awaited")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(u128::from_le_bytes(row.get(0)?));
    }
    Ok(())
}

/// Where an ingested event of the real book stands in Kafka.
pub(super) fn place(connection: &Connection, sequence: u64) -> Result<Option<Position>> {
    let mut statement = connection.prepare_cached(PLACED)?;
    let position = statement
        .query_row([sequence], |row| Ok(Position { partition: row.get(0)?, offset: row.get(1)? }));
    Ok(position.optional()?)
}

/// Forgets the places of events that are gone.
pub(super) fn drop_placed(transaction: &Transaction<'_>) -> Result<()> {
    transaction.prepare_cached(DROP_PLACED)?.execute([])?;
    Ok(())
}
