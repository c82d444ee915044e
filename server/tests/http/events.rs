//! Events handed in and read back; what is refused, and how.

use serde_json::{Value, json};

use crate::app::{Answer, App};

const BATCH: &str = "application/cloudevents-batch+json";
const ONE: &str = "application/cloudevents+json";

/// An example of a topic's payload, from the program itself.
fn example(app: &App, topic: &str) -> Value {
    app.get(&format!("/api/v1/schemas/{topic}")).ok(200)["examples"][0].clone()
}

fn event(app: &App, id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/erp", "type": "streamboard.budget.v1",
        "data": example(app, "budget"),
    })
}

fn batch(app: &App, events: &Value) -> Answer {
    app.post("/api/v1/events/budget", BATCH, events.to_string().as_bytes())
}

#[test]
fn every_example_of_a_schema_is_taken_and_read_back() {
    let (app, _data) = App::new();
    for topic in ["budget", "projects", "compliance", "transactions", "risk", "system", "etl"] {
        let schema = app.get(&format!("/api/v1/schemas/{topic}")).ok(200);
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let examples = schema["examples"].as_array().expect("examples");
        assert!(examples.len() >= 2, "{topic}");
        for example in examples {
            assert!(validator.is_valid(example), "{topic}: {example}");
            let taken = app.post_json(&format!("/api/v1/events/{topic}"), example).ok(202);
            let id = taken["ids"][0].as_str().expect("an id");
            let stored = app.get(&format!("/api/v1/events/{id}")).ok(200);
            assert_eq!(stored["topic"], topic);
            assert_eq!(stored["envelope"]["provenance"], "real");
            let listed =
                app.get(&format!("/api/v1/events?topic={topic}&book=real&limit=1")).ok(200);
            assert_eq!(listed["items"][0]["envelope"]["id"], id);
        }
    }
}

#[test]
fn the_same_id_twice_is_stored_once() {
    let (app, _data) = App::new();
    let events = json!([event(&app, "a-1"), event(&app, "a-2")]);
    assert_eq!(batch(&app, &events).ok(202), json!({ "ids": ["a-1", "a-2"], "known": 0 }));
    let again = json!([event(&app, "a-2"), event(&app, "a-3")]);
    assert_eq!(batch(&app, &again).ok(202), json!({ "ids": ["a-2", "a-3"], "known": 1 }));
    let listed = app.get("/api/v1/events?book=real").ok(200);
    assert_eq!(listed["items"].as_array().expect("items").len(), 3);
}

#[test]
fn a_batch_with_a_fault_stores_nothing_and_names_each() {
    let (app, _data) = App::new();
    let mut wrong = event(&app, "b-2");
    wrong["data"]["approved"]["currency"] = json!("XXX");
    let mut missing = event(&app, "b-3");
    missing["data"].as_object_mut().expect("a payload").remove("svp");
    let problem = batch(&app, &json!([event(&app, "b-1"), wrong, missing])).problem(422);
    let errors = problem["errors"].as_array().expect("errors");
    let places: Vec<_> = errors.iter().map(|error| error["index"].as_u64()).collect();
    assert_eq!(places, [Some(1), Some(2)]);
    assert!(
        errors[0]["field"].as_str().is_some_and(|field| field.contains("currency")),
        "{errors:?}"
    );
    assert!(errors[1]["detail"].as_str().is_some_and(|text| text.contains("svp")), "{errors:?}");
    let listed = app.get("/api/v1/events?book=real").ok(200);
    assert_eq!(listed["items"], json!([]));
}

#[test]
fn bad_input_is_refused_by_its_kind() {
    let (app, _data) = App::new();
    let path = "/api/v1/events/budget";
    app.post(path, "application/json", b"{").problem(400);
    app.post(path, "application/json", &[b'"', 0xff, b'"']).problem(400);
    app.post(path, "application/json", b"").problem(400);
    app.post(path, "text/plain", b"{}").problem(415);
    app.post(path, "application/json", &vec![b' '; 5 * 1024 * 1024]).problem(413);
    app.post_json("/api/v1/events/weather", &json!({})).problem(404);
    app.post(path, BATCH, b"[").problem(400);
    app.post(path, BATCH, b"{}").problem(422);

    let refused = |change: &dyn Fn(&mut Value)| {
        let mut payload = example(&app, "budget");
        change(&mut payload);
        app.post_json(path, &payload).problem(422)
    };
    let another = refused(&|payload| *payload = json!({ "job": "fx_rates" }));
    assert!(
        another["detail"].as_str().is_some_and(|text| text.contains("department")),
        "{another}"
    );
    let negative = refused(&|payload| payload["approved"]["minor"] = json!(-1));
    assert_eq!(negative["field"], "approved", "{negative}");

    let mut future = event(&app, "c-1");
    future["time"] = json!("2099-01-01T00:00:00Z");
    let future = app.post(path, ONE, future.to_string().as_bytes()).problem(422);
    assert_eq!(future["field"], "time", "{future}");
    let mut drill = event(&app, "c-2");
    drill["provenance"] = json!("drill");
    app.post(path, ONE, drill.to_string().as_bytes()).problem(422);
    // What was refused left nothing behind.
    assert_eq!(app.get("/api/v1/events?book=real").ok(200)["items"], json!([]));
}

#[test]
fn a_listing_goes_on_where_its_page_ended() {
    let (app, _data) = App::new();
    let events: Vec<Value> = (0..25).map(|n| event(&app, &format!("d-{n}"))).collect();
    batch(&app, &json!(events)).ok(202);
    let (mut path, mut ids) = ("/api/v1/events?book=real&limit=10".to_owned(), Vec::new());
    for size in [10, 10, 5] {
        let page = app.get(&path).ok(200);
        let items = page["items"].as_array().expect("items");
        assert_eq!(items.len(), size);
        ids.extend(
            items.iter().map(|item| item["envelope"]["id"].as_str().expect("an id").to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/events?book=real&limit=10&cursor={next}"),
            None => assert_eq!(size, 5),
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|n| format!("d-{n}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn parameters_that_mean_nothing_are_named() {
    let (app, _data) = App::new();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("topic=weather", "topic"),
        ("book=green", "book"),
        ("from=yesterday", "from"),
        ("cursor=%00", "cursor"),
    ] {
        let problem = app.get(&format!("/api/v1/events?{query}")).problem(400);
        assert_eq!(problem["field"], field, "{query}: {problem}");
    }
    app.get("/api/v1/events/nobody").problem(404);
}
