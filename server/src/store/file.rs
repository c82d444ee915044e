//! The files: who holds the directory, whether the database is one that this program knows, and
//! how it is opened.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read},
    path::Path,
    time::Duration,
};

use pipeline::store::StoreError;
use rusqlite::{Connection, OpenFlags};

use super::fault::{Fault, Result};

/// Name of the database in the data directory.
pub(super) const NAME: &str = "streamboard.db";

/// Name of the file whose lock is held as long as the store is open.
const LOCK: &str = "lock";

/// Every schema step, oldest first; the position of a step, from 1, is its version.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../migrations/1.sql"),
    include_str!("../../migrations/2.sql"),
    include_str!("../../migrations/3.sql"),
    include_str!("../../migrations/4.sql"),
    include_str!("../../migrations/5.sql"),
];

const BUSY: Duration = Duration::from_secs(5);

/// A page cache of 2 MB. `auto_vacuum` takes effect only before the first table is made; the
/// write-ahead log is the business of [`super::wal`].
const WRITER_SETTINGS: &str = "
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = OFF;
    PRAGMA journal_size_limit = 1048576;
    PRAGMA cache_size = -2048;
    PRAGMA temp_store = MEMORY;";

const READER_SETTINGS: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -512;";

/// Makes the directory and takes its lock.
pub(super) fn lock(directory: &Path) -> std::result::Result<File, StoreError> {
    let name = directory.display();
    let refused = |error| StoreError::Failed(format!("cannot use data directory {name}: {error}"));
    std::fs::create_dir_all(directory).map_err(refused)?;
    let path = directory.join(LOCK);
    let file = OpenOptions::new().create(true).write(true).truncate(false).open(path);
    let file = file.map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(name.to_string())),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}

/// Opens the database for writing, after a look at it that changes nothing.
pub(super) fn open(path: &Path) -> std::result::Result<Connection, StoreError> {
    let result = check(path).and_then(|()| prepare(path));
    result.map_err(|fault| match StoreError::from(fault) {
        StoreError::Failed(why) => StoreError::Failed(format!("{}: {why}", path.display())),
        other => other,
    })
}

/// Opens the database for reading.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch(READER_SETTINGS)?;
    Ok(connection)
}

/// Refuses a newer schema and a file that is no database, without touching either: first by the
/// header's bytes, then through a read-only connection, because a newer version may stand in the
/// write-ahead log alone.
fn check(path: &Path) -> Result<()> {
    let Some(version) = version_in_header(path)? else { return Ok(()) };
    refuse_newer(version)?;
    let wal = path.with_extension("db-wal");
    if wal.metadata().is_ok_and(|wal| wal.len() > 0) {
        refuse_newer(version_of(&open_reader(path)?)?)?;
    }
    Ok(())
}

/// Format: <https://www.sqlite.org/fileformat.html#the_database_header>. Nothing where the file is
/// missing or empty.
fn version_in_header(path: &Path) -> Result<Option<i64>> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut header)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if header.is_empty() {
        return Ok(None);
    }
    let version = header.get(60..64).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    match version {
        Some(bytes) if header.len() == 100 && header.starts_with(b"SQLite format 3\0") => {
            Ok(Some(i32::from_be_bytes(bytes).into()))
        }
        _ => Err(Fault::Damaged("the file is no SQLite database".into())),
    }
}

fn refuse_newer(found: i64) -> Result<()> {
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::Newer { found, known }.into());
    }
    Ok(())
}

fn version_of(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

fn prepare(path: &Path) -> Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(WRITER_SETTINGS)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Forward only. The version reaches the file's header at once, for [`check`].
fn migrate(connection: &mut Connection) -> Result<()> {
    let version = version_of(connection)?;
    let done = usize::try_from(version).unwrap_or(0);
    for (index, step) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    if done < MIGRATIONS.len() {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(())
}
