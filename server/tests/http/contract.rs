//! The contract and the router say the same, in both directions that a client can see.

use serde_json::{Value, json};
use server::http::openapi::{Method, OPERATIONS};

use crate::app::App;

/// A path with something in place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{topic}", "budget").replace("{name}", "burst").replace("{id}", "nobody")
}

/// Whether two paths are one to the router, whatever their parameters are called.
fn same(one: &str, other: &str) -> bool {
    let parts = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { "{}" } else { part }.to_owned())
            .collect::<Vec<_>>()
    };
    parts(one) == parts(other)
}

#[test]
fn every_operation_is_routed_and_every_other_method_is_not() {
    let (app, _data) = App::new();
    for operation in OPERATIONS {
        let path = filled(operation.path);
        let answer = match operation.method {
            Method::Get => app.get(&path),
            Method::Post => app.post_json(&path, &json!(null)),
        };
        assert_ne!(answer.status, 405, "{path}");
        assert_ne!(answer.status, 500, "{path}: {}", answer.text);
        assert!(!answer.text.contains("no such resource"), "{path}: {}", answer.text);
        let mut methods = OPERATIONS
            .iter()
            .filter(|other| same(other.path, operation.path))
            .map(|other| other.method);
        if methods.all(|method| method == Method::Get) && path.starts_with("/api/") {
            app.post_json(&path, &json!({})).problem(405);
        }
    }
}

#[test]
fn answers_have_the_shape_of_the_contract() {
    let (app, _data) = App::new();
    let contract = app.get("/api/v1/openapi.json").ok(200);
    let query = "?topic=system&figure=latency_p99";
    for (path, query) in [
        ("/api/v1/status", ""),
        ("/api/v1/snapshot", ""),
        ("/api/v1/events", ""),
        ("/api/v1/alerts", ""),
        ("/api/v1/scenarios", ""),
        ("/api/v1/rates", ""),
        ("/api/v1/rules", ""),
        ("/api/v1/dead-letters", ""),
        ("/api/v1/series", query),
    ] {
        let answer = app.get(&format!("{path}{query}")).ok(200);
        check(&contract, path, "200", "application/json", &answer);
    }
    let problem = app.get("/api/v1/events?limit=0").problem(400);
    let mut schema = contract.clone();
    schema["$ref"] = json!("#/components/schemas/Problem");
    assert!(jsonschema::draft202012::is_valid(&schema, &problem), "{problem}");
}

/// Validates an answer against what the contract says of a path.
fn check(contract: &Value, path: &str, status: &str, media: &str, answer: &Value) {
    let schema = &contract["paths"][path]["get"]["responses"][status]["content"][media]["schema"];
    assert!(schema.is_object(), "{path} is not described");
    let mut whole = schema.clone();
    whole["components"] = contract["components"].clone();
    let validator = jsonschema::draft202012::new(&whole).expect("a schema");
    let faults: Vec<String> = validator
        .iter_errors(answer)
        .take(3)
        .map(|fault| format!("{} at {}", fault, fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{path}: {faults:?}");
    assert!(!validator.is_valid(&json!(7)), "{path} would take anything");
}
