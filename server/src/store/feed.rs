//! How far feeds were read, bounded: the places that were read last.

use std::collections::BTreeMap;

use pipeline::store::{FeedPosition, FeedPositions};
use rusqlite::{Connection, Transaction, named_params, params};

use super::fault::Result;

/// Places kept of one feed.
const PLACES: u32 = 20_000;

/// A position replaces the one before, and becomes the newest.
const SET: &str = r#"
    INSERT OR REPLACE INTO feed_position (feed, place, file, "offset", line, seal, etag, modified)
    VALUES (:feed, :place, :file, :offset, :line, :seal, :etag, :modified)"#;

const TRIM: &str = "
    DELETE FROM feed_position WHERE id IN (
        SELECT id FROM feed_position WHERE feed = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)";

const LIST: &str = r#"
    SELECT place, file, "offset", line, seal, etag, modified FROM feed_position WHERE feed = ?1"#;

/// Keeps positions; now and then it forgets those of places that were not read for long.
pub(super) fn write(transaction: &Transaction<'_>, positions: &FeedPositions) -> Result<()> {
    for ((feed, place), position) in positions {
        transaction.prepare_cached(SET)?.execute(named_params! {
            ":feed": feed,
            ":place": place,
            ":file": position.file,
            ":offset": position.offset,
            ":line": position.line,
            ":seal": position.seal,
            ":etag": position.etag,
            ":modified": position.modified,
        })?;
        if transaction.last_insert_rowid() % 256 == 0 {
            transaction.execute(TRIM, params![feed, PLACES])?;
        }
    }
    Ok(())
}

/// The positions of a feed by place.
pub(super) fn read(connection: &Connection, feed: &str) -> Result<BTreeMap<String, FeedPosition>> {
    let mut statement = connection.prepare_cached(LIST)?;
    let mut rows = statement.query([feed])?;
    let mut positions = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let position = FeedPosition {
            file: row.get(1)?,
            offset: row.get(2)?,
            line: row.get(3)?,
            seal: row.get(4)?,
            etag: row.get(5)?,
            modified: row.get(6)?,
        };
        positions.insert(row.get(0)?, position);
    }
    Ok(positions)
}
