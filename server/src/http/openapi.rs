//! The contract of the HTTP interface as OpenAPI 3.1, made from one table of operations and from
//! the types themselves.

mod operation;
pub mod shape;

use axum::{Json, http::header, response::IntoResponse};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

pub use self::operation::{Body, Method, OPERATIONS, Operation, Parameter, Place, Response};

/// The contract.
pub fn openapi() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method.name()] = described(operation, &mut generator);
    }
    let problem: Value = generator.subschema_for::<super::error::Problem>().into();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Streamboard",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A live dashboard for a bank.",
            "description": "Money is whole minor units of an ISO 4217 currency, ratios lie between \
                            0 and 1, times are RFC 3339 in UTC. Errors are problem details \
                            (RFC 9457). Lists are pages: `next` of one is `cursor` of the following.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": {
                "Problem": {
                    "description": "What is wrong, as problem details (RFC 9457).",
                    "content": { "application/problem+json": { "schema": problem } }
                }
            }
        }
    })
}

/// Answers with the contract.
pub async fn handle() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/openapi+json")], Json(openapi()))
}

fn described(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let parameters: Vec<_> =
        operation.parameters.iter().map(|parameter| parameter.describe(generator)).collect();
    let mut value = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": parameters,
        "responses": responses(operation, generator)
    });
    if !operation.request.is_empty() {
        let content = content(operation.request, generator);
        value["requestBody"] = json!({ "required": !operation.body_optional, "content": content });
    }
    value
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let Response { status, description, body } = operation.response;
    let mut responses = Map::new();
    let mut success = json!({ "description": description });
    if let Some(body) = body {
        success["content"] = content(&[body], generator);
    }
    responses.insert(status.to_string(), success);
    for error in operation.errors {
        let problem = json!({ "$ref": "#/components/responses/Problem" });
        responses.insert(error.to_string(), problem);
    }
    Value::Object(responses)
}

fn content(bodies: &[Body], generator: &mut SchemaGenerator) -> Value {
    let mut content = Map::new();
    for body in bodies {
        let schema: Value = (body.shape)(generator).into();
        content.insert(body.media.into(), json!({ "schema": schema }));
    }
    Value::Object(content)
}

#[cfg(test)]
mod tests;
