//! Where a listing goes on: a place as text that means nothing to anybody else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Book, Topic};
use pipeline::store::StoreError;
use serde::{Deserialize, Serialize};

/// Characters of a cursor at most; one of a thousand books is shorter.
const LONGEST: usize = 128 << 10;

/// For each book and topic with more: the sequence before which the listing goes on.
pub(super) type Places = Vec<(Book, Vec<(Topic, u64)>)>;

/// A place in one of the listings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Cursor {
    /// Of events.
    Events(Places),
    /// Before this change (milliseconds) and, among equals, this row.
    Alerts(i64, i64),
    /// Before this id.
    DeadLetters(i64),
}

impl Cursor {
    pub(super) fn to_text(&self) -> String {
        let bytes = postcard::to_stdvec(self).expect("a cursor holds nothing postcard refuses");
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn from_text(text: &str) -> Result<Self, StoreError> {
        if text.len() > LONGEST {
            return Err(StoreError::Cursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| StoreError::Cursor)?;
        match postcard::take_from_bytes(&bytes) {
            Ok((cursor, [])) => Ok(cursor),
            _ => Err(StoreError::Cursor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let check = |cursor: Cursor| {
            assert_eq!(Cursor::from_text(&cursor.to_text()).unwrap(), cursor);
        };
        check(Cursor::Events(vec![(Book::Drill("a-1".into()), vec![(Topic::Etl, 7)])]));
        check(Cursor::Alerts(-1, 3));
        check(Cursor::DeadLetters(9));
        for junk in ["", "!", "AAAA", "zzzzzz", "\u{e9}"] {
            assert!(matches!(Cursor::from_text(junk), Err(StoreError::Cursor)), "{junk}");
        }
    }
}
