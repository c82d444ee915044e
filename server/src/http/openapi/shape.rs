//! Shapes for the contract that no type of ours has.

use std::borrow::Cow;

use model::{EventId, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// How many items a page may have.
#[derive(Debug)]
pub struct Limit;

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 })
    }
}

/// An event in CloudEvents' JSON format.
#[derive(Debug)]
pub struct CloudEvent;

impl JsonSchema for CloudEvent {
    fn schema_name() -> Cow<'static, str> {
        "CloudEvent".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let id = generator.subschema_for::<EventId>();
        let time = generator.subschema_for::<Timestamp>();
        let provenance = generator.subschema_for::<model::Provenance>();
        let data = generator.subschema_for::<model::event::Payload>();
        json_schema!({
            "type": "object",
            "description": "An event in the JSON format of CloudEvents 1.0. The same `source` and \
                            `id` twice is one event. Without `provenance` it is real.",
            "required": ["specversion", "id", "source", "type", "data"],
            "properties": {
                "specversion": { "const": "1.0" },
                "id": id,
                "source": { "type": "string", "minLength": 1, "format": "uri-reference" },
                "type": { "type": "string", "minLength": 1 },
                "subject": { "type": "string" },
                "time": time,
                "datacontenttype": { "const": "application/json" },
                "dataschema": { "type": "string" },
                "provenance": provenance,
                "correlation": { "type": "string" },
                "data": data
            }
        })
    }
}
