//! What goes wrong below the port, and how it looks above it.

use pipeline::store::StoreError;
use rusqlite::{ErrorCode, ffi};

/// A fault of the database, of the disk, or of what is stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// SQLite refused.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// The operating system refused, or a block cannot be unpacked.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// What is stored cannot be read.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A fault that the port has a name for.
    #[error(transparent)]
    Port(#[from] StoreError),
}

/// Result of everything below the port.
pub(super) type Result<T> = std::result::Result<T, Fault>;

impl From<postcard::Error> for Fault {
    fn from(error: postcard::Error) -> Self {
        Fault::Damaged(error.to_string())
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Port(error) => error,
            Fault::Sql(error) if is_full(&error) => StoreError::Full(error.to_string()),
            Fault::Sql(error) if is_damage(&error) => {
                StoreError::Failed(format!("the database is damaged: {error}"))
            }
            Fault::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                StoreError::Full(error.to_string())
            }
            other => StoreError::Failed(other.to_string()),
        }
    }
}

/// A full disk is `SQLITE_FULL`. A quota that is used up reaches us as a failed write, because
/// SQLite knows only `ENOSPC`.
fn is_full(error: &rusqlite::Error) -> bool {
    let Some(code) = error.sqlite_error() else { return false };
    code.code == ErrorCode::DiskFull || code.extended_code == ffi::SQLITE_IOERR_WRITE
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
