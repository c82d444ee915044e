//! Alerts: whole, as compressed JSON, beside the columns that listings choose by. JSON, because
//! alerts outlive versions of the program.

use model::{Alert, AlertId};
use pipeline::store::{AlertQuery, Page, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use super::{
    block::{Packer, Unpacker},
    cursor::Cursor,
    fault::{Fault, Result},
};

const SET: &str = "
    INSERT INTO alert (id, book, topic, severity, state, fired_at, changed_at, sequence, data)
    VALUES (:id, :book, :topic, :severity, :state, :fired_at, :changed_at, :sequence, :data)
    ON CONFLICT (id, book) DO UPDATE SET topic = excluded.topic, severity = excluded.severity,
        state = excluded.state, fired_at = excluded.fired_at, changed_at = excluded.changed_at,
        sequence = excluded.sequence, data = excluded.data";

/// Alerts are bounded in number, so a walk along the order of change is bounded too.
const LIST: &str = "
    SELECT data, changed_at, rank FROM alert
    WHERE (changed_at, rank) < (:changed_at, :rank)
        AND (:state IS NULL OR state = :state)
        AND (:severity IS NULL OR severity = :severity)
        AND (:topic IS NULL OR topic = :topic)
        AND (:book IS NULL OR book = :book)
        AND (:from IS NULL OR fired_at >= :from)
        AND (:to IS NULL OR fired_at < :to)
    ORDER BY changed_at DESC, rank DESC LIMIT :limit";

const GET: &str =
    "SELECT data FROM alert WHERE id = ?1 ORDER BY changed_at DESC, rank DESC LIMIT 1";

const DROP_RESOLVED: &str = "
    DELETE FROM alert WHERE rank IN (
        SELECT rank FROM alert WHERE book = ?1 AND state = 'resolved'
        ORDER BY changed_at DESC LIMIT -1 OFFSET ?2)";

/// Keeps alerts as they are now.
pub(super) fn write(
    transaction: &Transaction<'_>,
    alerts: &[Alert],
    packer: &mut Packer,
) -> Result<()> {
    for alert in alerts {
        let json =
            serde_json::to_vec(alert).map_err(|error| StoreError::Failed(error.to_string()))?;
        let mut data = u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
        data.extend_from_slice(packer.bytes(&json)?);
        transaction.prepare_cached(SET)?.execute(named_params! {
            ":id": alert.id.as_str(),
            ":book": alert.book.to_string(),
            ":topic": alert.topic.name(),
            ":severity": alert.severity.name(),
            ":state": alert.state.name(),
            ":fired_at": alert.fired_at.millis(),
            ":changed_at": alert.changed_at.millis(),
            ":sequence": alert.sequence,
            ":data": data,
        })?;
    }
    Ok(())
}

/// Forgets the resolved alerts of a book that changed longest ago, all but so many.
pub(super) fn drop_resolved(transaction: &Transaction<'_>, book: &str, keep: u32) -> Result<()> {
    transaction.prepare_cached(DROP_RESOLVED)?.execute(params![book, keep])?;
    Ok(())
}

/// The alerts that are asked for, last changed first. One that changes while somebody turns the
/// pages moves to the front, where the next listing begins.
pub(super) fn list(connection: &Connection, query: &AlertQuery) -> Result<Page<Alert>> {
    let (changed_at, rank) = match query.cursor.as_deref().map(Cursor::from_text).transpose()? {
        None => (i64::MAX, i64::MAX),
        Some(Cursor::Alerts(changed_at, rank)) => (changed_at, rank),
        Some(_) => return Err(StoreError::Cursor.into()),
    };
    let limit = query.limit.clamp(1, 1_000);
    let mut statement = connection.prepare_cached(LIST)?;
    let rows = statement.query_map(
        named_params! {
            ":changed_at": changed_at,
            ":rank": rank,
            ":state": query.state.map(|state| state.name()),
            ":severity": query.severity.map(|severity| severity.name()),
            ":topic": query.topic.map(|topic| topic.name()),
            ":book": query.book.as_ref().map(ToString::to_string),
            ":from": query.from.map(|from| from.millis()),
            ":to": query.to.map(|to| to.millis()),
            ":limit": limit + 1,
        },
        |row| Ok((blob(row)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut rows: Vec<(Vec<u8>, i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|(_, changed_at, rank)| Cursor::Alerts(*changed_at, *rank).to_text());
    let mut unpacker = Unpacker::new()?;
    let items = rows.iter().map(|(data, ..)| unpack(data, &mut unpacker));
    Ok(Page { items: items.collect::<Result<_>>()?, next })
}

/// The alert of this identity; where several books have it, the one that changed last.
pub(super) fn get(connection: &Connection, id: &AlertId) -> Result<Option<Alert>> {
    let mut statement = connection.prepare_cached(GET)?;
    let data = statement.query_row([id.as_str()], blob).optional()?;
    data.map(|data| unpack(&data, &mut Unpacker::new()?)).transpose()
}

fn blob(row: &Row<'_>) -> rusqlite::Result<Vec<u8>> {
    row.get(0)
}

fn unpack(data: &[u8], unpacker: &mut Unpacker) -> Result<Alert> {
    let (size, data) =
        data.split_first_chunk().ok_or_else(|| Fault::Damaged("an alert is empty".into()))?;
    let json = unpacker.unpack(data, u32::from_le_bytes(*size) as usize)?;
    serde_json::from_slice(&json).map_err(|error| Fault::Damaged(format!("an alert: {error}")))
}
