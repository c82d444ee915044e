//! The contract of the Kafka topics as AsyncAPI 3.0, made from the configuration and from the
//! types themselves: whatever is configured is what stands there.

mod told;

use std::sync::Arc;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use model::{EventId, Provenance, Timestamp, Topic, event};
use pipeline::source::kafka::Settings;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Shared, schema};

/// Version of the bindings to Kafka that are used.
const BINDING: &str = "0.5.0";

/// The three encodings of a message: name, title, media type.
const ENCODINGS: [(&str, &str, &str); 3] = [
    ("binary", "CloudEvents, binary mode: attributes in headers ce_*", "application/json"),
    ("structured", "CloudEvents, structured mode", "application/cloudevents+json"),
    ("bare", "Bare payload, known by topic, partition and offset", "application/json"),
];

/// The contract under these settings. Nothing secret is read of them.
pub fn asyncapi(settings: &Settings) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let headers = headers(&mut generator);
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for topic in Topic::ALL {
        let name = topic.name();
        channels.insert(name.into(), channel(settings, topic));
        operations.insert(format!("consume-{name}"), operation(settings, topic));
        let payload = payload(topic, &mut generator);
        for encoding in ENCODINGS {
            let key = format!("{name}-{}", encoding.0);
            messages.insert(key, message(topic, encoding, &payload, &headers));
        }
    }
    told::add(settings, &mut generator, &mut channels, &mut operations, &mut messages);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Streamboard",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Topics of Kafka that Streamboard reads. The same `source` and `id` \
                            twice is one event. What cannot be read becomes a dead letter.",
            "license": { "name": "Apache-2.0" }
        },
        "defaultContentType": "application/json",
        "servers": servers(settings),
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": generator.take_definitions(true) }
    })
}

/// Answers with the contract.
pub async fn handle(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let kind = "application/vnd.aai.asyncapi+json;version=3.0.0";
    ([(header::CONTENT_TYPE, kind)], Json(asyncapi(&shared.kafka)))
}

fn servers(settings: &Settings) -> Map<String, Value> {
    let secure = settings.properties.get("security.protocol");
    let secure = secure.is_some_and(|protocol| protocol.to_ascii_uppercase().ends_with("SSL"));
    let protocol = if secure { "kafka-secure" } else { "kafka" };
    let server = |(index, host): (usize, &str)| {
        (format!("broker-{}", index + 1), json!({ "host": host.trim(), "protocol": protocol }))
    };
    settings.brokers.split(',').enumerate().map(server).collect()
}

fn channel(settings: &Settings, topic: Topic) -> Value {
    let reference = |(name, ..): (&str, &str, &str)| {
        let reference = format!("#/components/messages/{topic}-{name}");
        (name.to_owned(), json!({ "$ref": reference }))
    };
    let messages: Map<String, Value> = ENCODINGS.into_iter().map(reference).collect();
    json!({
        "address": settings.name(topic),
        "title": topic.title(),
        "messages": messages,
        "bindings": { "kafka": {
            "topic": settings.name(topic),
            "partitions": settings.partitions,
            "replicas": settings.replication,
            "bindingVersion": BINDING
        } }
    })
}

fn operation(settings: &Settings, topic: Topic) -> Value {
    let group = json!({ "type": "string", "enum": [settings.group] });
    json!({
        "action": "receive",
        "channel": { "$ref": format!("#/channels/{topic}") },
        "summary": format!("Streamboard reads events of the topic {topic}."),
        "bindings": { "kafka": { "groupId": group, "bindingVersion": BINDING } }
    })
}

fn message(
    topic: Topic,
    (name, title, media): (&str, &str, &str),
    payload: &Value,
    headers: &Value,
) -> Value {
    let example = &schema::payload(topic)["examples"][0];
    let entity = topic.entity();
    let key = json!({
        "type": "string",
        "description": format!("The {entity} of the payload, byte for byte; it decides the \
                                partition. A message may come without a key."),
    });
    let mut message = json!({
        "name": format!("{topic}-{name}"),
        "title": title,
        "contentType": media,
        "payload": payload,
        "bindings": { "kafka": { "key": key, "bindingVersion": BINDING } },
        "examples": [{ "name": "first", "payload": example }]
    });
    match name {
        "binary" => {
            message["headers"] = headers.clone();
            message["examples"][0]["headers"] = json!({
                "ce_specversion": "1.0", "ce_id": "b-1", "ce_source": "/erp",
                "ce_type": format!("streamboard.{topic}.v1"),
            });
        }
        "structured" => {
            message["payload"] = structured(payload, headers);
            message["examples"][0]["payload"] = json!({
                "specversion": "1.0", "id": "b-1", "source": "/erp",
                "type": format!("streamboard.{topic}.v1"), "data": example,
            });
        }
        _ => {}
    }
    message
}

/// The attributes as headers, which are texts.
fn headers(generator: &mut SchemaGenerator) -> Value {
    let text = || json!({ "type": "string", "minLength": 1, "maxLength": 1024 });
    let id: Value = generator.subschema_for::<EventId>().into();
    let time: Value = generator.subschema_for::<Timestamp>().into();
    let provenance: Value = generator.subschema_for::<Provenance>().into();
    json!({
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
        "properties": {
            "ce_specversion": { "const": "1.0" },
            "ce_id": id,
            "ce_source": text(),
            "ce_type": text(),
            "ce_subject": text(),
            "ce_time": time,
            "ce_provenance": provenance,
            "ce_dataschema": text(),
            "ce_tenant": text(),
            "ce_correlation": text(),
            "ce_scenario": text(),
            "ce_sequence": { "type": "string", "pattern": "^[0-9]+$" },
            "content-type": text()
        }
    })
}

/// The same attributes around the payload.
fn structured(payload: &Value, headers: &Value) -> Value {
    let mut properties = Map::new();
    for (name, schema) in headers["properties"].as_object().into_iter().flatten() {
        if let Some(attribute) = name.strip_prefix("ce_") {
            properties.insert(attribute.to_owned(), schema.clone());
        }
    }
    properties.insert("sequence".into(), json!({ "type": ["string", "integer"] }));
    properties.insert("data".into(), payload.clone());
    let required = ["specversion", "id", "source", "type", "data"];
    json!({ "type": "object", "required": required, "properties": properties })
}

/// A topic's payload, as its JSON Schema has it.
fn payload(topic: Topic, generator: &mut SchemaGenerator) -> Value {
    fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
        generator.subschema_for::<T>().into()
    }
    match topic {
        Topic::Budget => of::<event::Budget>(generator),
        Topic::Projects => of::<event::Project>(generator),
        Topic::Compliance => of::<event::Compliance>(generator),
        Topic::Transactions => of::<event::Transaction>(generator),
        Topic::Risk => of::<event::Risk>(generator),
        Topic::System => of::<event::System>(generator),
        Topic::Etl => of::<event::Etl>(generator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let mut settings = Settings::new("a:9092,b:9093", "desk", "bank.");
        settings.names[Topic::Etl.index()] = "lineage".into();
        settings.dead_letters = Some("bank.dead-letters".into());
        settings.alerts = Some("bank.alerts".into());
        settings.properties.insert("security.protocol".into(), "SASL_SSL".into());
        settings.properties.insert("sasl.password".into(), "hunter2".into());
        settings
    }

    #[test]
    fn what_is_configured_stands_there_and_nothing_secret() {
        let document = asyncapi(&settings());
        assert_eq!(document["servers"]["broker-2"]["host"], "b:9093");
        assert_eq!(document["servers"]["broker-1"]["protocol"], "kafka-secure");
        assert_eq!(document["channels"]["etl"]["address"], "lineage");
        assert_eq!(document["channels"]["budget"]["address"], "bank.budget");
        assert_eq!(document["channels"]["dead-letters"]["address"], "bank.dead-letters");
        assert_eq!(document["channels"]["alerts"]["address"], "bank.alerts");
        let group = &document["operations"]["consume-risk"]["bindings"]["kafka"]["groupId"];
        assert_eq!(group["enum"], json!(["desk"]));
        assert!(!document.to_string().contains("hunter2"));
        let plain = asyncapi(&Settings::new("a:9092", "g", ""));
        assert_eq!(plain["channels"].as_object().expect("channels").len(), 7);
        assert_eq!(plain["servers"]["broker-1"]["protocol"], "kafka");
    }

    /// Every reference leads somewhere.
    #[test]
    fn references_are_kept() {
        fn follow(document: &Value, value: &Value) -> usize {
            match value {
                Value::Object(members) => {
                    let found =
                        members.get("$ref").and_then(Value::as_str).map_or(0, |reference| {
                            let pointer = reference.strip_prefix('#').expect("a reference to here");
                            assert!(
                                document.pointer(pointer).is_some(),
                                "{reference} leads nowhere"
                            );
                            1
                        });
                    found + members.values().map(|inner| follow(document, inner)).sum::<usize>()
                }
                Value::Array(items) => items.iter().map(|item| follow(document, item)).sum(),
                _ => 0,
            }
        }
        let document = asyncapi(&settings());
        assert!(follow(&document, &document) > 50);
    }

    #[test]
    fn examples_are_of_their_schemas() {
        let document = asyncapi(&settings());
        for (name, message) in document["components"]["messages"].as_object().expect("messages") {
            for part in ["payload", "headers"] {
                let Some(schema) = message.get(part) else { continue };
                let mut schema = schema.clone();
                schema["components"] = json!({ "schemas": document["components"]["schemas"] });
                let validator = jsonschema::draft202012::new(&schema).expect("a schema");
                let example = &message["examples"][0][part];
                let fault = validator.validate(example).err().map(|fault| fault.to_string());
                assert_eq!(fault, None, "{name} {part}");
                assert!(!validator.is_valid(&json!(7)), "{name} {part} would take anything");
            }
        }
    }
}
