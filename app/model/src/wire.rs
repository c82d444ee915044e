//! What server and viewer say to each other over the WebSocket: one set of types, as postcard
//! for our own browser and as JSON for anyone.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    book::Book,
    snapshot::{Change, Snapshot},
    status::Status,
    topic::Topic,
    unit::Timestamp,
};

/// Version of the binary form; postcard does not describe itself, so a browser that finds
/// another version reloads the page.
pub const PROTOCOL: u16 = 5;

/// Subprotocol with binary frames of postcard.
pub const POSTCARD: &str = "streamboard.v1.postcard";

/// Subprotocol with text frames of JSON.
pub const JSON: &str = "streamboard.v1.json";

/// Changes of one book between two places of its log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delta {
    /// The book.
    pub book: Book,
    /// Applies to the state after this entry of the log.
    pub from: u64,
    /// Gives the state after this entry of the log.
    pub to: u64,
    /// What changed, in order.
    pub changes: Vec<Change>,
}

impl Delta {
    /// Brings a snapshot from `from` to `to`; does nothing when the snapshot is already there.
    ///
    /// # Errors
    /// When the snapshot is of another book or stands before `from`: entries between are missing.
    pub fn apply(&self, snapshot: &mut Snapshot) -> Result<(), Gap> {
        if snapshot.book != self.book || snapshot.sequence < self.from {
            return Err(Gap { at: snapshot.sequence, from: self.from });
        }
        if snapshot.sequence < self.to {
            for change in &self.changes {
                snapshot.apply(change);
            }
            snapshot.sequence = self.to;
        }
        Ok(())
    }
}

/// Entries of the log are missing between a snapshot and a delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delta from {from} does not follow a snapshot at {at}")]
pub struct Gap {
    /// Where the snapshot stands.
    pub at: u64,
    /// Where the delta begins.
    pub from: u64,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ServerMessage {
    /// The state now. First message of a view, and again where a viewer fell behind or the view
    /// changed to another book.
    Hello(Box<Hello>),
    /// What changed since.
    Delta(Delta),
    /// Source and health.
    Status(Box<Status>),
    /// Nothing changed; the connection is alive.
    Heartbeat {
        /// The server's wall clock.
        now: Timestamp,
    },
}

/// The state of a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hello {
    /// See [`PROTOCOL`].
    pub protocol: u16,
    /// Random at each start of the server; sequences of another epoch mean nothing.
    pub epoch: u64,
    /// The state; its `sequence` is the place in its book's log.
    pub snapshot: Snapshot,
}

/// What a viewer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ClientMessage {
    /// I hold the state of this book after this entry of this epoch: send what came since.
    Resume {
        /// The epoch of the state.
        epoch: u64,
        /// The book of the state.
        book: Book,
        /// The place in its log.
        sequence: u64,
    },
    /// Send only changes of these topics, and what belongs to no topic.
    Subscribe {
        /// The topics; none means all.
        topics: Vec<Topic>,
    },
}

/// A message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unreadable message: {0}")]
pub struct Unreadable(String);

/// Writes a message as postcard.
pub fn to_postcard<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_stdvec(message).expect("messages hold nothing that postcard refuses")
}

/// Reads a message of postcard.
///
/// # Errors
/// When the bytes are no such message.
pub fn from_postcard<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    postcard::from_bytes(bytes).map_err(|error| Unreadable(error.to_string()))
}

/// Writes a message as one JSON object with its kind under `type`.
pub fn to_json<T: Serialize>(message: &T) -> String {
    let value = serde_json::to_value(message).expect("messages have only text for keys");
    match value {
        serde_json::Value::Object(outer) if outer.len() == 1 => {
            let (kind, content) = outer.into_iter().next().expect("one member");
            let mut fields = serde_json::Map::new();
            fields.insert("type".into(), kind.into());
            if let serde_json::Value::Object(content) = content {
                fields.extend(content);
            }
            serde_json::Value::Object(fields).to_string()
        }
        other => other.to_string(),
    }
}

/// Reads a message from a JSON object with its kind under `type`.
///
/// # Errors
/// When the text is no such message.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let unreadable = |error: serde_json::Error| Unreadable(error.to_string());
    let mut fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(unreadable)?;
    let Some(serde_json::Value::String(kind)) = fields.remove("type") else {
        return Err(Unreadable("a message is an object with a \"type\"".into()));
    };
    let outer = serde_json::Map::from_iter([(kind, serde_json::Value::Object(fields))]);
    serde_json::from_value(serde_json::Value::Object(outer)).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_its_kind() {
        let resume = ClientMessage::Resume { epoch: 7, book: Book::Real, sequence: 9 };
        let text = to_json(&resume);
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let object =
            serde_json::json!({ "type": "resume", "epoch": 7, "book": "real", "sequence": 9 });
        assert_eq!(value, object);
        assert_eq!(from_json(&text), Ok(resume));
        for junk in ["", "[]", "{}", r#"{"type":"dance"}"#, r#"{"type":7}"#] {
            assert!(from_json::<ClientMessage>(junk).is_err(), "{junk}");
        }
    }

    #[test]
    fn postcard_and_back() {
        let subscribe = ClientMessage::Subscribe { topics: vec![Topic::Risk] };
        assert_eq!(from_postcard(&to_postcard(&subscribe)), Ok(subscribe));
        assert!(from_postcard::<ClientMessage>(&[0xff; 9]).is_err());
    }
}
