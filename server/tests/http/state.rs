//! Status, snapshot, series, health, metrics and pages.

use crate::app::App;

#[test]
fn status_and_snapshot_say_what_is_shown() {
    let (app, _data) = App::new();
    let status = app.get("/api/v1/status").ok(200);
    assert_eq!(status["state"], "simulating");
    assert_eq!(status["book"], "simulated");
    assert_eq!(status["seed"], 4127);
    assert_eq!(status["topics"].as_array().expect("topics").len(), 7);
    let snapshot = app.get("/api/v1/snapshot").ok(200);
    assert_eq!(snapshot["book"], "simulated");
    assert!(snapshot["sequence"].as_u64() > Some(0));
    assert!(snapshot["epoch"].is_u64());
    let real = app.get("/api/v1/snapshot?book=real").ok(200);
    assert_eq!((real["book"].as_str(), real["sequence"].as_u64()), (Some("real"), Some(0)));
    app.get("/api/v1/snapshot?book=drill:nobody").problem(404);
    app.get("/api/v1/nothing").problem(404);
}

#[test]
fn a_series_goes_back_an_hour_in_steps() {
    let (app, _data) = App::new();
    let series = app.get("/api/v1/series?topic=system&figure=latency_p99&step=60").ok(200);
    let items = series["items"].as_array().expect("items");
    assert!(items.len() >= 50, "{}", items.len());
    let unknown = app.get("/api/v1/series?topic=system&figure=utilization").problem(400);
    assert_eq!(unknown["field"], "figure");
    let zero = app.get("/api/v1/series?topic=system&figure=latency_p99&step=0").problem(400);
    assert_eq!(zero["field"], "step");
}

#[test]
fn health_and_metrics_are_text() {
    let (app, _data) = App::new();
    assert_eq!(app.get("/healthz").text, "ok\n");
    assert_eq!(app.get("/readyz").text, "ready\n");
    let metrics = app.get("/metrics");
    assert_eq!(metrics.status, 200);
    for name in [
        "streamboard_events_total{",
        "streamboard_event_latency_seconds_bucket{",
        "streamboard_source_state{",
        "streamboard_viewers",
        "streamboard_alerts_firing{",
        "streamboard_store_bytes",
    ] {
        assert!(metrics.text.contains(name), "{name} is missing:\n{}", metrics.text);
    }
}

#[test]
fn pages_hold_the_figures_and_refuse_strangers() {
    let (app, _data) = App::new();
    for path in ["/", "/budget", "/transactions", "/alerts", "/scenarios", "/operations"] {
        let page = app.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.media.starts_with("text/html"), "{path}: {}", page.media);
        assert!(page.text.contains("simulated"), "{path} says what it shows");
    }
    assert_eq!(app.get("/nowhere").status, 404);
    app.get("/?book=green").problem(400);
    app.get("/?book=drill:nobody").problem(404);
}

#[test]
fn the_history_says_when_the_source_changed_over_and_why() {
    let (simulation, _data) = App::new();
    let none = simulation.get("/api/v1/status/history").ok(200);
    assert_eq!(none, serde_json::json!({ "items": [], "next": null }));
}

#[test]
fn a_simulation_asks_no_broker_for_topics() {
    let (app, _data) = App::new();
    let problem = app.get("/api/v1/topics").problem(503);
    assert!(problem["detail"].as_str().is_some_and(|why| why.contains("no broker")), "{problem}");
}
