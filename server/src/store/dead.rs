//! Dead letters: messages that were refused, the newest of them, bounded in number and bytes.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use model::{Position, Timestamp};
use pipeline::store::{DeadLetter, FeedRow, KEPT_HEADERS, Page, Rejected, StoreError, kept};
use rusqlite::{Connection, Row, Transaction, named_params, params};

use super::{
    Options,
    cursor::Cursor,
    fault::{Fault, Result},
};

/// Characters kept of a key, a header's name or value, and the detail.
const TEXT: usize = 1_024;

const ADD: &str = r#"
    INSERT INTO dead_letter (topic, partition, "offset", reason, detail, received, key, headers,
        size, weight, bytes, feed, place)
    VALUES (:topic, :partition, :offset, :reason, :detail, :received, :key, :headers,
        :size, :weight, :bytes, :feed, :place)"#;

const MEASURE: &str = "SELECT count(*), coalesce(sum(weight), 0) FROM dead_letter";

/// Forgets every row below which the newer ones alone reach one of the limits.
const TRIM: &str = "
    DELETE FROM dead_letter WHERE id <= (
        SELECT max(id) FROM (
            SELECT id, row_number() OVER newer AS rows, sum(weight) OVER newer AS bytes
            FROM dead_letter WINDOW newer AS (ORDER BY id DESC))
        WHERE rows > ?1 OR bytes > ?2)";

const LIST: &str = r#"
    SELECT id, topic, partition, "offset", reason, detail, received, key, headers, size, bytes,
        feed, place
    FROM dead_letter WHERE id < ?1 ORDER BY id DESC LIMIT ?2"#;

const ONE: &str = r#"
    SELECT id, topic, partition, "offset", reason, detail, received, key, headers, size, bytes,
        feed, place
    FROM dead_letter WHERE id = ?1"#;

const REMOVE: &str = "DELETE FROM dead_letter WHERE id = ?1";

/// How much is kept now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    rows: u64,
    bytes: u64,
}

impl Kept {
    pub(super) fn measure(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached(MEASURE)?;
        Ok(statement.query_row([], |row| Ok(Self { rows: row.get(0)?, bytes: row.get(1)? }))?)
    }

    /// Takes messages out; one that has gone already is no fault.
    pub(super) fn remove(self, transaction: &Transaction<'_>, ids: &[i64]) -> Result<Self> {
        if ids.is_empty() {
            return Ok(self);
        }
        for id in ids {
            transaction.prepare_cached(REMOVE)?.execute([id])?;
        }
        Self::measure(transaction)
    }

    /// Adds messages; of more than fit, the newest. At a limit a tenth makes room at once, so that
    /// a flood does not trim on every batch.
    pub(super) fn add(
        self,
        transaction: &Transaction<'_>,
        rejects: &[Rejected],
        options: &Options,
    ) -> Result<Self> {
        let (rows, bytes) = (u64::from(options.dead_letters), options.dead_letter_bytes);
        let mut kept = self;
        for rejected in newest(rejects, rows, bytes) {
            kept.rows += 1;
            kept.bytes += insert(transaction, rejected)?;
        }
        if kept.rows <= rows && kept.bytes <= bytes {
            return Ok(kept);
        }
        transaction.execute(TRIM, params![rows - rows / 10, bytes - bytes / 10])?;
        Self::measure(transaction)
    }
}

fn newest(rejects: &[Rejected], rows: u64, bytes: u64) -> &[Rejected] {
    let mut total = 0;
    let fits = |rejected: &&Rejected| {
        total += weight(rejected);
        total <= bytes
    };
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let count = rejects.iter().rev().take(rows).take_while(fits).count();
    &rejects[rejects.len() - count..]
}

/// Bytes that a message takes, about.
fn weight(rejected: &Rejected) -> u64 {
    let value = rejected.message.value.as_ref().map_or(0, |value| kept(value).len());
    let key = rejected.message.key.as_ref().map_or(0, |key| key.len().min(TEXT));
    let headers = rejected.message.headers.iter().take(KEPT_HEADERS);
    let headers: usize =
        headers.map(|(name, value)| name.len().min(TEXT) + value.len().min(TEXT)).sum();
    (value + key + headers + rejected.detail.len().min(TEXT) + 128) as u64
}

fn insert(transaction: &Transaction<'_>, rejected: &Rejected) -> Result<u64> {
    let message = &rejected.message;
    let headers: Vec<(String, String)> = message
        .headers
        .iter()
        .take(KEPT_HEADERS)
        .map(|(name, value)| (name.chars().take(TEXT).collect(), text(value)))
        .collect();
    let weight = weight(rejected);
    let value = message.value.clone().unwrap_or_default();
    transaction.prepare_cached(ADD)?.execute(named_params! {
        ":topic": message.topic.name(),
        ":partition": message.position.map(|position| position.partition),
        ":offset": message.position.map(|position| position.offset),
        ":reason": to_json(&rejected.reason)?,
        ":detail": rejected.detail.chars().take(TEXT).collect::<String>(),
        ":received": message.received.millis(),
        ":key": message.key.as_ref().map(text),
        ":headers": to_json(&headers)?,
        ":size": value.len(),
        ":weight": weight,
        ":bytes": &*kept(&value),
        ":feed": rejected.row.as_ref().map(|row| &row.feed),
        ":place": rejected.row.as_ref().map(|row| &row.place),
    })?;
    Ok(weight)
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT)]).into_owned()
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(|error| StoreError::Failed(error.to_string()))?)
}

/// Newest first.
pub(super) fn list(
    connection: &Connection,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<DeadLetter>> {
    let before = match cursor.map(Cursor::from_text).transpose()? {
        None => i64::MAX,
        Some(Cursor::DeadLetters(before)) => before,
        Some(_) => return Err(StoreError::Cursor.into()),
    };
    let limit = limit.clamp(1, 1_000);
    let mut statement = connection.prepare_cached(LIST)?;
    let mut rows = statement.query(params![before, limit + 1])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read(row)?);
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next = last.map(|letter| Cursor::DeadLetters(letter.id).to_text());
    Ok(Page { items, next })
}

/// One message.
pub(super) fn one(connection: &Connection, id: i64) -> Result<Option<DeadLetter>> {
    let mut statement = connection.prepare_cached(ONE)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<DeadLetter> {
    let damaged = |what: &dyn std::fmt::Display| Fault::Damaged(format!("a dead letter: {what}"));
    let (partition, offset) = (row.get::<_, Option<i32>>(2)?, row.get::<_, Option<i64>>(3)?);
    let (reason, headers) = (row.get::<_, String>(4)?, row.get::<_, String>(8)?);
    let size: u64 = row.get(9)?;
    let (feed, place) = (row.get::<_, Option<String>>(11)?, row.get::<_, Option<String>>(12)?);
    let bytes: Vec<u8> = row.get(10)?;
    Ok(DeadLetter {
        id: row.get(0)?,
        topic: row.get::<_, String>(1)?.parse().map_err(|error| damaged(&error))?,
        position: partition.zip(offset).map(|(partition, offset)| Position { partition, offset }),
        row: feed.zip(place).map(|(feed, place)| FeedRow { feed, place }),
        reason: serde_json::from_str(&reason).map_err(|error| damaged(&error))?,
        detail: row.get(5)?,
        received: Timestamp::from_millis(row.get(6)?),
        key: row.get(7)?,
        headers: serde_json::from_str(&headers).map_err(|error| damaged(&error))?,
        size,
        truncated: size > bytes.len() as u64,
        bytes: STANDARD.encode(bytes),
    })
}
