//! The wall clock: the one place that reads it.

use model::Timestamp;

/// Now, in UTC.
pub fn now() -> Timestamp {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since_1970.map_or(0, |passed| passed.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
