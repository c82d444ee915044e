//! Exchange rates: read, set for the real book, kept.

use model::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{App, command};

fn rate(currency: &str, per_usd: f64, as_of: Timestamp) -> Value {
    json!({ "currency": currency, "per_usd": per_usd, "as_of": as_of, "source": "ECB" })
}

#[test]
fn rates_are_stored_shown_logged_and_outlive_a_crash() {
    let data = TempDir::new().expect("a temporary directory");
    let log = data.path().join("log");
    let mut program = command(data.path());
    program.stderr(std::fs::File::create(&log).expect("a file"));
    let app = App::run(&mut program);
    let list = "/api/v1/rates?book=real";
    assert_eq!(app.get(list).ok(200)["items"], json!([]));
    let now = server::clock::now();
    let (ars, brl) = (rate("ARS", 1_400.5, now), rate("BRL", 5.5, now));
    app.post_json("/api/v1/rates", &json!({ "items": [ars] })).ok(200);
    app.post_json("/api/v1/rates", &json!({ "items": [brl] })).ok(200);
    app.until(|app| (app.get(list).ok(200)["items"] == json!([ars, brl])).then_some(()));

    let line = "exchange rate taken";
    let logged = std::fs::read_to_string(&log).expect("the log");
    let lines: Vec<Value> = logged
        .lines()
        .filter(|text| text.contains(line))
        .map(|text| serde_json::from_str(text).expect("a JSON line"))
        .collect();
    assert_eq!(lines.len(), 2, "{logged}");
    assert_eq!((&lines[0]["currency"], &lines[0]["source"]), (&json!("ARS"), &json!("ECB")));

    app.end("KILL");
    let app = App::on(data.path());
    assert_eq!(app.get(list).ok(200)["items"], json!([ars, brl]));
    // As the book goes on, so does its log: the figure in dollars is there with the rates.
    let schema = app.get("/api/v1/schemas/transactions").ok(200);
    app.post_json("/api/v1/events/transactions", &schema["examples"][0]).ok(202);
    let (status, _) = app.end("TERM");
    assert!(status.success());
    let app = App::on(data.path());
    assert_eq!(app.get(list).ok(200)["items"], json!([ars, brl]));
}

#[test]
fn the_simulation_quotes_for_itself() {
    let (app, _data) = App::new();
    let items = app.get("/api/v1/rates").ok(200)["items"].clone();
    let items = items.as_array().expect("items");
    assert_eq!(items.len(), 6);
    assert!(items.iter().all(|item| item["source"] == "simulation"), "{items:?}");
}

#[test]
fn a_rate_that_cannot_be_is_refused_by_its_field() {
    let (app, _data) = App::new();
    let now = server::clock::now();
    let good = rate("ARS", 1_400.0, now);
    let with = |field: &str, value: Value| {
        let mut rate = rate("BRL", 5.5, now);
        rate[field] = value;
        json!([good.clone(), rate])
    };
    for (items, field) in [
        (json!([]), "items"),
        (with("currency", json!("USD")), "items[1].currency"),
        (with("currency", json!("ARS")), "items[1].currency"),
        (with("currency", json!("XXX")), "items[1].currency"),
        (with("per_usd", json!(0)), "items[1].per_usd"),
        (with("per_usd", json!(-3)), "items[1].per_usd"),
        (with("per_usd", json!("three")), "items[1].per_usd"),
        (with("as_of", json!(now.plus(Timestamp::HOUR))), "items[1].as_of"),
        (with("as_of", json!("yesterday")), "items[1].as_of"),
        (with("source", json!(" ")), "items[1].source"),
        (with("colour", json!("red")), "items[1].colour"),
    ] {
        let problem = app.post_json("/api/v1/rates", &json!({ "items": items })).problem(422);
        assert_eq!(problem["field"], field, "{items}: {problem}");
    }
    assert_eq!(app.post_json("/api/v1/rates", &json!({})).problem(422)["field"], "items");
    assert_eq!(app.get("/api/v1/rates?book=real").ok(200)["items"], json!([]));
}
