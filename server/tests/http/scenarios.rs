//! Scenarios over HTTP: started, watched, held and stopped.

use serde_json::{Value, json};

use crate::app::App;

fn start(app: &App, name: &str, body: &Value) -> Value {
    app.post_json(&format!("/api/v1/scenarios/{name}/runs"), body).ok(201)
}

/// The run once it is over.
fn over(app: &App, run: &Value) -> Value {
    let path = format!("/api/v1/scenarios/runs/{}", run["id"].as_str().expect("an id"));
    app.until(|app| {
        let run = app.get(&path).ok(200);
        (run["state"] != "running").then_some(run)
    })
}

/// Topic and entity of incidents, in order.
fn who(incidents: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let incidents = incidents.as_array().expect("incidents").iter();
    let mut who: Vec<_> =
        incidents.map(|one| (text(&one["topic"]), text(&one["entity"]))).collect();
    who.sort();
    who
}

#[test]
fn each_scenario_raises_exactly_what_it_promises() {
    let (app, _data) = App::new();
    for (name, count) in [
        ("budget-crisis", 5),
        ("project-deadlines", 3),
        ("compliance-audit", 4),
        ("market-volatility", 6),
    ] {
        let run = start(&app, name, &json!({ "seed": 7, "speed": 200 }));
        assert_eq!((&run["name"], &run["seed"]), (&json!(name), &json!(7)));
        let run = over(&app, &run);
        assert_eq!(run["state"], "finished", "{name}: {run}");
        assert_eq!(who(&run["raised"]).len(), count, "{name}: {run}");
        assert_eq!(who(&run["raised"]), who(&run["expected"]), "{name}");
        // Nothing of it is in another book.
        let drill = format!("drill:{}", run["id"].as_str().expect("an id"));
        let snapshot = app.get(&format!("/api/v1/snapshot?book={drill}")).ok(200);
        assert_eq!(snapshot["book"], drill);
        let real = app.get("/api/v1/snapshot?book=real").ok(200);
        assert_eq!(real["sequence"], 0, "{name}");
    }
}

#[test]
fn a_burst_counts_its_events() {
    let (app, _data) = App::new();
    let run = start(&app, "burst", &json!({ "count": 5000, "rate": 5000 }));
    let run = over(&app, &run);
    assert_eq!(run["state"], "finished", "{run}");
    let drill = run["id"].as_str().expect("an id");
    let snapshot = app.get(&format!("/api/v1/snapshot?book=drill:{drill}")).ok(200);
    assert!(snapshot["sequence"].as_u64() >= Some(5_000), "{}", snapshot["sequence"]);
}

#[test]
fn a_run_is_held_let_go_on_and_stopped() {
    let (app, _data) = App::new();
    let run = start(&app, "market-volatility", &json!({ "speed": 1 }));
    let path = format!("/api/v1/scenarios/runs/{}", run["id"].as_str().expect("an id"));
    let after = |verb: &str| app.post_json(&format!("{path}/{verb}"), &json!({}));
    assert_eq!(after("pause").ok(200)["state"], "paused");
    assert_eq!(after("resume").ok(200)["state"], "running");
    assert_eq!(after("stop").ok(200)["state"], "stopped");
    after("stop").problem(409);
    after("resume").problem(409);
}

#[test]
fn a_run_that_cannot_be_is_refused() {
    let (app, _data) = App::new();
    for (name, body, status, field) in [
        ("flood", json!({}), 404, None),
        ("budget-crisis", json!({ "speed": 0 }), 422, Some("speed")),
        ("budget-crisis", json!({ "count": 9 }), 422, Some("count")),
        ("burst", json!({ "rate": 1 }), 422, Some("rate")),
        ("burst", json!({ "count": 0 }), 422, Some("count")),
        ("burst", json!({ "loudness": 11 }), 422, Some("loudness")),
        ("burst", json!({ "count": "many" }), 422, Some("count")),
    ] {
        let path = format!("/api/v1/scenarios/{name}/runs");
        let problem = app.post_json(&path, &body).problem(status);
        assert_eq!(problem.get("field").and_then(Value::as_str), field, "{name} {body}: {problem}");
    }
    app.get("/api/v1/scenarios/runs/nobody").problem(404);
    app.post_json("/api/v1/scenarios/runs/nobody/stop", &json!({})).problem(404);
    let runs = app.get("/api/v1/scenarios").ok(200);
    let items = runs["items"].as_array().expect("items");
    assert_eq!(items.len(), 5);
    assert!(items.iter().all(|item| item["runs"] == json!([])), "{runs}");
}
