//! Alerts read, acknowledged and given back.

use serde_json::{Value, json};

use crate::app::App;

/// An alert that nobody has taken: a department has used 95 % of its budget. The simulation has
/// alerts of its own, but which ones depends on the hour.
fn firing(app: &App) -> Value {
    let mut budget = app.get("/api/v1/schemas/budget").ok(200)["examples"][0].clone();
    let approved = budget["approved"]["minor"].as_i64().expect("an amount");
    budget["actual_to_date"]["minor"] = json!(approved / 100 * 95);
    app.post_json("/api/v1/events/budget", &budget).ok(202);
    app.until(|app| {
        let listed = app.get("/api/v1/alerts?book=real&state=firing&severity=critical").ok(200);
        let items = listed["items"].as_array().expect("items");
        items.iter().find(|alert| alert["rule"] == "budget.utilization").cloned()
    })
}

#[test]
fn an_alert_says_why_and_can_be_taken_once() {
    let (app, _data) = App::new();
    let alert = firing(&app);
    let id = alert["id"].as_str().expect("an id");
    let path = format!("/api/v1/alerts/{id}");
    let one = app.get(&path).ok(200);
    assert_eq!(one["book"], "real");
    assert!(!one["events"].as_array().expect("events").is_empty(), "{one}");
    assert!(one["escalation"]["next_at"].is_string(), "{one}");

    let act = json!({ "actor": "Devi Okafor", "comment": "On it" });
    let taken = app.post_json(&format!("{path}/acknowledge"), &act).ok(200);
    assert_eq!(taken["state"], "acknowledged");
    assert_eq!(taken["acknowledged_by"], "Devi Okafor");
    assert!(
        taken["escalation"]["next_at"].is_null(),
        "an acknowledgement stops the clock: {taken}"
    );
    assert_eq!(taken["history"][0]["what"], "acknowledged");
    assert_eq!(taken["history"][0]["note"], "On it");
    app.post_json(&format!("{path}/acknowledge"), &act).problem(409);

    let back = app.post_json(&format!("{path}/unacknowledge"), &act).ok(200);
    assert_eq!(back["state"], "firing");
    assert!(back["escalation"]["next_at"].is_string(), "{back}");
    app.post_json(&format!("{path}/unacknowledge"), &act).problem(409);
}

#[test]
fn the_status_counts_real_alerts_while_a_simulation_is_shown() {
    let (app, _data) = App::new();
    let status = app.get("/api/v1/status").ok(200);
    assert_eq!(
        (&status["book"], &status["real_alerts"]),
        (&json!("simulated"), &json!([0, 0, 0, 0]))
    );
    firing(&app);
    app.until(|app| {
        let status = app.get("/api/v1/status").ok(200);
        status["real_alerts"][2].as_u64().filter(|critical| *critical > 0)
    });
}

#[test]
fn a_command_needs_somebody_and_an_alert() {
    let (app, _data) = App::new();
    let alert = firing(&app);
    let path = format!("/api/v1/alerts/{}/acknowledge", alert["id"].as_str().expect("an id"));
    assert_eq!(app.post_json(&path, &json!({ "actor": " " })).problem(422)["field"], "actor");
    let long = json!({ "actor": "Devi", "comment": "x".repeat(501) });
    assert_eq!(app.post_json(&path, &long).problem(422)["field"], "comment");
    app.post_json(&path, &json!({})).problem(422);
    app.post_json(&path, &json!({ "actor": "Devi", "shout": true })).problem(422);
    app.post(&path, "text/plain", b"Devi").problem(415);
    app.post(&path, "application/json", b"{").problem(400);
    app.post_json("/api/v1/alerts/nobody/acknowledge", &json!({ "actor": "Devi" })).problem(404);
    app.get("/api/v1/alerts/nobody").problem(404);
    let still = app.get(&format!("/api/v1/alerts/{}", alert["id"].as_str().expect("an id")));
    assert_eq!(still.ok(200)["state"], "firing");
}

#[test]
fn an_acknowledgement_outlives_a_crash() {
    let data = tempfile::TempDir::new().expect("a temporary directory");
    let app = App::on(data.path());
    let id = firing(&app)["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/alerts/{id}");
    app.post_json(&format!("{path}/acknowledge"), &json!({ "actor": "Devi" })).ok(200);
    app.end("KILL");
    let app = App::on(data.path());
    let alert = app.get(&path).ok(200);
    assert_eq!(alert["acknowledged_by"], "Devi", "{alert}");
}
