//! When the source changed over, and why: the newest of it.

use model::{SourceState, Timestamp, status::ChangeOver};
use rusqlite::{Connection, params};

use super::fault::{Fault, Result};

/// Kept, at most.
const KEPT: u32 = 200;

/// Characters kept of a reason.
const TEXT: usize = 400;

const ADD: &str = r#"INSERT INTO change_over (at, "from", "to", why) VALUES (?1, ?2, ?3, ?4)"#;

const TRIM: &str = "
    DELETE FROM change_over WHERE id <= (
        SELECT id FROM change_over ORDER BY id DESC LIMIT 1 OFFSET ?1)";

const LIST: &str = r#"SELECT at, "from", "to", why FROM change_over ORDER BY id DESC"#;

/// Keeps one, in place of the oldest where there is no room.
pub(super) fn add(connection: &mut Connection, change: &ChangeOver) -> Result<()> {
    let transaction = connection.transaction()?;
    let why: String = change.why.chars().take(TEXT).collect();
    let row = params![change.at.millis(), change.from.name(), change.to.name(), why];
    transaction.prepare_cached(ADD)?.execute(row)?;
    transaction.prepare_cached(TRIM)?.execute([KEPT])?;
    Ok(transaction.commit()?)
}

/// All that are kept, newest first.
pub(super) fn list(connection: &Connection) -> Result<Vec<ChangeOver>> {
    let mut statement = connection.prepare_cached(LIST)?;
    let mut rows = statement.query([])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        changes.push(ChangeOver {
            at: Timestamp::from_millis(row.get(0)?),
            from: state(&row.get::<_, String>(1)?)?,
            to: state(&row.get::<_, String>(2)?)?,
            why: row.get(3)?,
        });
    }
    Ok(changes)
}

fn state(name: &str) -> Result<SourceState> {
    let found = SourceState::ALL.into_iter().find(|state| state.name() == name);
    found.ok_or_else(|| Fault::Damaged(format!("the source has no state {name:?}")))
}
