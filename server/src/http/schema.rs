//! JSON Schemas (2020-12) of what people write: the payload of each topic and the configuration.

mod example;

use axum::{Json, http::header, response::IntoResponse};
use model::{Topic, event};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use super::query::Segment;

/// What [`by_name`] knows besides topics.
pub const OTHER_NAMES: [&str; 2] = ["config", "openapi"];

/// The schema of a topic's payload, with examples that ingest accepts.
pub fn payload(topic: Topic) -> Value {
    let mut schema = match topic {
        Topic::Budget => of::<event::Budget>(),
        Topic::Projects => of::<event::Project>(),
        Topic::Compliance => of::<event::Compliance>(),
        Topic::Transactions => of::<event::Transaction>(),
        Topic::Risk => of::<event::Risk>(),
        Topic::System => of::<event::System>(),
        Topic::Etl => of::<event::Etl>(),
    };
    schema["$id"] = json!(path(topic));
    schema["title"] = json!(format!("Payload of the topic {topic}"));
    schema["examples"] = Value::Array(example::of(topic).iter().map(as_json).collect());
    schema
}

/// Answers with the schema of a topic's payload.
pub async fn handle(Segment(topic): Segment<Topic>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/schema+json")], Json(payload(topic)))
}

/// Where a topic's schema is published: the `dataschema` of its events.
pub fn path(topic: Topic) -> String {
    format!("/api/v1/schemas/{topic}")
}

/// A schema or contract by the name of a topic, or one of [`OTHER_NAMES`].
pub fn by_name(name: &str) -> Option<Value> {
    match name {
        "config" => Some(crate::config::json_schema()),
        "openapi" => Some(super::openapi::openapi()),
        name => name.parse().ok().map(payload),
    }
}

fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().into()
}

/// A payload as a producer sends it: what is not known is left out.
fn as_json(payload: &event::Payload) -> Value {
    let mut value = serde_json::to_value(payload).expect("payloads have only text for keys");
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a value as the decoder would.
    fn read(topic: Topic, value: Value) -> serde_json::Result<event::Payload> {
        use event::Payload;
        use serde_json::from_value as from;
        match topic {
            Topic::Budget => from(value).map(Payload::Budget),
            Topic::Projects => from(value).map(Payload::Project),
            Topic::Compliance => from(value).map(Payload::Compliance),
            Topic::Transactions => from(value).map(Payload::Transaction),
            Topic::Risk => from(value).map(Payload::Risk),
            Topic::System => from(value).map(Payload::System),
            Topic::Etl => from(value).map(Payload::Etl),
        }
    }

    #[test]
    fn examples_validate_and_are_accepted() {
        for topic in Topic::ALL {
            let schema = payload(topic);
            let validator = jsonschema::draft202012::new(&schema).expect("a schema");
            let examples = schema["examples"].as_array().expect("examples");
            assert!(examples.len() >= 2, "{topic}");
            for example in examples {
                assert!(validator.is_valid(example), "{topic}: {:?}", validator.validate(example));
                let payload = read(topic, example.clone()).expect("the shape of its topic");
                assert_eq!(payload.validate(), Ok(()), "{topic}");
                assert_eq!(payload.topic(), topic);
            }
        }
    }

    #[test]
    fn schemas_are_published_under_their_names() {
        for topic in Topic::ALL {
            let schema = by_name(topic.name()).expect("a topic has a schema");
            assert_eq!(schema["$id"], path(topic));
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert!(schema["description"].as_str().is_some_and(|text| text.len() > 10), "{topic}");
        }
        assert!(OTHER_NAMES.iter().all(|name| by_name(name).is_some()));
        assert_eq!(by_name("weather"), None);
    }

    /// A field is required exactly when an example without it cannot be read.
    #[test]
    fn required_is_what_the_decoder_requires() {
        for topic in Topic::ALL {
            let schema = payload(topic);
            let required = schema["required"].as_array().expect("required fields");
            for name in schema["properties"].as_object().expect("properties").keys() {
                let mut example = schema["examples"][0].clone();
                example.as_object_mut().expect("an object").remove(name);
                let needed = required.iter().any(|field| field == name);
                assert_eq!(read(topic, example).is_err(), needed, "{topic}.{name}");
            }
        }
    }

    #[test]
    fn schemas_refuse_what_the_types_refuse() {
        let check = |topic: Topic, pointer: &str, value: Value| {
            let schema = payload(topic);
            let mut example = schema["examples"][0].clone();
            *example.pointer_mut(pointer).expect("a field of the example") = value.clone();
            assert!(read(topic, example.clone()).is_err(), "{topic}{pointer} = {value}");
            assert!(!jsonschema::is_valid(&schema, &example), "{topic}{pointer} = {value}");
        };
        check(Topic::Budget, "/approved/currency", json!("EUR"));
        check(Topic::Budget, "/approved/minor", json!(1.5));
        check(Topic::Budget, "/fiscal_period", json!("2026-Q5"));
        check(Topic::Projects, "/percent_complete", json!(1.2));
        check(Topic::Compliance, "/jurisdiction", json!("Chile"));
        check(Topic::Transactions, "/type", json!("gift"));
        check(Topic::Risk, "/probability", json!("high"));
        check(Topic::System, "/system.cpu.utilization", json!(-0.1));
        check(Topic::Etl, "/eventType", json!("complete"));
    }

    #[test]
    fn unknown_fields_are_allowed() {
        for topic in Topic::ALL {
            let schema = payload(topic);
            let mut example = schema["examples"][0].clone();
            example["x_trace"] = json!("7f3a");
            assert!(jsonschema::is_valid(&schema, &example), "{topic}");
        }
    }
}
