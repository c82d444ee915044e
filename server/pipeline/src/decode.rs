//! Decoding at the edge.

use serde::{Deserialize, Serialize};

/// Why a message was refused, as a class for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A tombstone: no value.
    Tombstone,
    /// Longer than the limit.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON.
    NotJson,
    /// JSON of another shape: a field is missing or has another type.
    Shape,
    /// The right shape and impossible content: a negative amount, mixed currencies.
    Invalid,
    /// A CloudEvents attribute is missing or malformed.
    Envelope,
    /// More than five minutes ahead of the clock.
    Future,
    /// A drill or replay that was not made here.
    ForeignBook,
}
