//! The topic of dead letters in the contract: what Streamboard writes there.

use model::Topic;
use pipeline::decode::Reason;
use serde_json::{Map, Value, json};

/// Key of its channel, its operation and its message.
const KEY: &str = "dead-letters";

/// Adds the topic of this name.
pub fn add(
    name: &str,
    channels: &mut Map<String, Value>,
    operations: &mut Map<String, Value>,
    messages: &mut Map<String, Value>,
) {
    let message = json!({ "$ref": format!("#/components/messages/{KEY}") });
    let channel = json!({ "address": name, "title": "Dead letters", "messages": { KEY: message } });
    channels.insert(KEY.into(), channel);
    let operation = json!({
        "action": "send",
        "channel": { "$ref": format!("#/channels/{KEY}") },
        "summary": "Streamboard writes a copy of each message that it refused.",
    });
    operations.insert(format!("produce-{KEY}"), operation);
    messages.insert(KEY.into(), self::message());
}

fn message() -> Value {
    json!({
        "name": KEY,
        "title": "A refused message: key, headers and value as they arrived",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "description": "The headers of the message, at most 32 and 64 KiB of them, and these.",
            "required": ["dead_topic", "dead_received", "dead_reason", "dead_detail"],
            "properties": {
                "dead_topic": { "enum": Topic::ALL.map(Topic::name) },
                "dead_partition": { "type": "string", "pattern": "^[0-9]+$" },
                "dead_offset": { "type": "string", "pattern": "^[0-9]+$" },
                "dead_received": { "type": "string", "format": "date-time" },
                "dead_reason": { "enum": Reason::ALL.map(Reason::name) },
                "dead_detail": { "type": "string", "maxLength": 1_000 },
                "dead_truncated": { "const": "true", "description": "Only the first 512 KiB." }
            }
        },
        "payload": { "type": "string", "description": "Any bytes." },
        "examples": [{
            "name": "first",
            "headers": {
                "dead_topic": "budget", "dead_partition": "3", "dead_offset": "9",
                "dead_received": "2026-11-23T12:00:00Z", "dead_reason": "not_json",
                "dead_detail": "expected value at line 1 column 1"
            },
            "payload": "{"
        }]
    })
}
