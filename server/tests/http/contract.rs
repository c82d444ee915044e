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
            Method::Delete => app.delete(&path),
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
        check(&contract, ("get", path), "200", &answer);
    }
    let budget = app.get("/api/v1/schemas/budget").ok(200)["examples"][0].clone();
    let rate = json!({ "currency": "ARS", "per_usd": 1_400, "as_of": server::clock::now(),
        "source": "desk" });
    let ingest = "/api/v1/events/{topic}";
    let runs = "/api/v1/scenarios/{name}/runs";
    let mut run = String::new();
    for (path, body, status) in [
        (ingest, budget, 202),
        ("/api/v1/rates", json!({ "items": [rate] }), 200),
        (runs, json!({ "count": 100, "rate": 100 }), 201),
    ] {
        let answer = app.post_json(&filled(path), &body).ok(status);
        check(&contract, ("post", path), &status.to_string(), &answer);
        run = answer["id"].as_str().unwrap_or_default().to_owned();
    }
    let stop = "/api/v1/scenarios/runs/{id}/stop";
    let answer = app.post_json(&stop.replace("{id}", &run), &json!({})).ok(200);
    check(&contract, ("post", stop), "200", &answer);
    let one = "/api/v1/scenarios/runs/{id}";
    check(&contract, ("get", one), "200", &app.get(&one.replace("{id}", &run)).ok(200));
    let problem = app.get("/api/v1/events?limit=0").problem(400);
    let mut schema = contract.clone();
    schema["$ref"] = json!("#/components/schemas/Problem");
    assert!(jsonschema::draft202012::is_valid(&schema, &problem), "{problem}");
}

/// Validates a JSON answer against what the contract says of an operation.
fn check(contract: &Value, (method, path): (&str, &str), status: &str, answer: &Value) {
    let response = &contract["paths"][path][method]["responses"][status];
    let schema = &response["content"]["application/json"]["schema"];
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
