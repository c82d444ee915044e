//! A frame: a delta, and its bytes for each form and filter, made once and shared.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use model::{
    Topic,
    wire::{self, Delta, ServerMessage},
};

/// How a viewer reads messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Binary frames of postcard.
    Postcard,
    /// Text frames of JSON.
    Json,
}

impl Form {
    /// Writes a message in this form.
    pub fn encode(self, message: &ServerMessage) -> Bytes {
        match self {
            Form::Postcard => wire::to_postcard(message).into(),
            Form::Json => wire::to_json(message).into(),
        }
    }
}

/// The topics that a viewer wants; what belongs to no topic is always sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Topics(u8);

impl Topics {
    /// All of them.
    pub const ALL: Topics = Topics(0x7f);

    /// These, or all for an empty list.
    pub fn of(topics: &[Topic]) -> Self {
        match topics {
            [] => Self::ALL,
            topics => Self(topics.iter().fold(0, |mask, topic| mask | 1 << topic.index())),
        }
    }

    fn holds(self, topic: Option<Topic>) -> bool {
        topic.is_none_or(|topic| self.0 & 1 << topic.index() != 0)
    }
}

/// A delta on its way to viewers.
#[derive(Debug)]
pub struct Frame {
    delta: Delta,
    encoded: Mutex<HashMap<(Form, Topics), Bytes>>,
}

impl Frame {
    /// A frame that nobody has asked for yet.
    pub fn new(delta: Delta) -> Self {
        Self { delta, encoded: Mutex::default() }
    }

    /// What changed.
    pub fn delta(&self) -> &Delta {
        &self.delta
    }

    /// The bytes of this frame; the first to ask makes them for all.
    pub fn bytes(&self, form: Form, topics: Topics) -> Bytes {
        let mut encoded = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        encoded
            .entry((form, topics))
            .or_insert_with(|| form.encode(&ServerMessage::Delta(self.filtered(topics))))
            .clone()
    }

    fn filtered(&self, topics: Topics) -> Delta {
        let mut delta = self.delta.clone();
        delta.changes.retain(|change| topics.holds(change.topic()));
        delta
    }
}

#[cfg(test)]
mod tests {
    use model::{Book, Change, Timestamp};

    use super::*;

    #[test]
    fn a_filter_drops_other_topics_and_keeps_the_sequence() {
        let changes = vec![
            Change::Now(Timestamp::from_millis(1)),
            Change::Newest(Topic::Risk, Timestamp::from_millis(2)),
            Change::Newest(Topic::Etl, Timestamp::from_millis(3)),
        ];
        let frame = Frame::new(Delta { book: Book::Real, from: 1, to: 4, changes });
        let bytes = frame.bytes(Form::Postcard, Topics::of(&[Topic::Risk]));
        let ServerMessage::Delta(delta) = wire::from_postcard(&bytes).expect("a delta") else {
            panic!("a frame is a delta")
        };
        assert_eq!((delta.from, delta.to), (1, 4));
        assert_eq!(delta.changes.len(), 2);
        assert_eq!(frame.filtered(Topics::of(&[])).changes.len(), 3);
        assert_eq!(bytes, frame.bytes(Form::Postcard, Topics::of(&[Topic::Risk])));
    }
}
