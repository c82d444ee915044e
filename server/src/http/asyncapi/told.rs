//! What Streamboard itself tells in Kafka, in the contract: copies of dead letters, and alerts.

use std::sync::Arc;

use model::{Alert, Book, Timestamp, Topic};
use pipeline::{
    decode::Reason,
    ledger::{Entry, Ledger},
    message::Gap,
    rule::Rules,
    source::kafka::Settings,
    store::Route,
};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// Adds the topics that are configured.
pub fn add(
    settings: &Settings,
    generator: &mut SchemaGenerator,
    channels: &mut Map<String, Value>,
    operations: &mut Map<String, Value>,
    messages: &mut Map<String, Value>,
) {
    for route in Route::ALL {
        let Some(name) = settings.route(route) else { continue };
        let key = route.name();
        let (title, summary, message) = match route {
            Route::DeadLetters => (
                "Dead letters",
                "Streamboard writes a copy of each message that it refused.",
                dead_letter(),
            ),
            Route::Alerts => (
                "Alerts",
                "Streamboard writes an alert of the real book at each step of its life.",
                alert(generator),
            ),
        };
        let reference = json!({ "$ref": format!("#/components/messages/{key}") });
        let channel = json!({ "address": name, "title": title, "messages": { key: reference } });
        channels.insert(key.into(), channel);
        let operation = json!({
            "action": "send",
            "channel": { "$ref": format!("#/channels/{key}") },
            "summary": summary,
        });
        operations.insert(format!("produce-{key}"), operation);
        messages.insert(key.into(), message);
    }
}

fn alert(generator: &mut SchemaGenerator) -> Value {
    let payload: Value = generator.subschema_for::<Alert>().into();
    let key = json!({
        "type": "string",
        "description": "The identity of the alert: the topic is compacted to its newest state.",
    });
    json!({
        "name": Route::Alerts.name(),
        "title": "An alert as it is after a step",
        "contentType": "application/json",
        "payload": payload,
        "bindings": { "kafka": { "key": key, "bindingVersion": super::BINDING } },
        "examples": [{ "name": "first", "payload": example() }]
    })
}

/// An alert of the built-in rules.
fn example() -> Value {
    let at = Timestamp::from_millis(1_763_900_000_000);
    let gap = Gap { at, topic: Topic::Budget, partition: 2, expected: 30, found: 42 };
    let mut ledger = Ledger::new(Book::Real, Vec::new(), Arc::new(Rules::builtin()));
    ledger.fold(Entry::Missed(&gap), &mut Vec::new());
    json!(ledger.snapshot().alerts.values().next())
}

fn dead_letter() -> Value {
    json!({
        "name": Route::DeadLetters.name(),
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
                "dead_feed": { "type": "string", "description": "The feed, where it is a row." },
                "dead_place": { "type": "string", "description": "File and line, or address." },
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
