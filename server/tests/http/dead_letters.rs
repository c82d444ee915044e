//! Messages that were refused: listed, deleted, corrected and handed in once more.

use std::path::Path;

use model::{Position, Timestamp, Topic};
use pipeline::{
    decode::Reason,
    message::Message,
    store::{Batch, KEPT_BYTES, Rejected, Writer},
};
use serde_json::{Value, json};
use server::store::{Options, open};
use tempfile::TempDir;

use crate::app::App;

/// A message of a budget that Kafka brought and nobody could read.
fn refused(offset: i64, value: impl Into<Vec<u8>>) -> Rejected {
    let message = Message {
        topic: Topic::Budget,
        position: Some(Position { partition: 2, offset }),
        key: None,
        headers: vec![],
        value: Some(value.into().into()),
        record_time: None,
        received: server::clock::now(),
    };
    Rejected { message, row: None, reason: Reason::NotJson, detail: "it is no JSON".into() }
}

/// Puts dead letters into a store that no program uses yet, and a position beyond theirs.
fn keep(data: &Path, rejects: Vec<Rejected>) {
    let (mut writer, _reader) = open(data, Options::default()).expect("a new store");
    let positions = [((Topic::Budget, 2), 1_000)].into();
    writer.commit(&Batch { rejects, positions, ..Batch::default() }).expect("they are kept");
}

fn letters(app: &App) -> Vec<Value> {
    app.get("/api/v1/dead-letters").ok(200)["items"].as_array().expect("items").clone()
}

fn real_events(app: &App) -> Vec<Value> {
    app.get("/api/v1/events?book=real").ok(200)["items"].as_array().expect("items").clone()
}

fn example(app: &App) -> Value {
    app.get("/api/v1/schemas/budget").ok(200)["examples"][0].clone()
}

#[test]
fn a_letter_that_is_deleted_is_gone() {
    let data = TempDir::new().expect("a directory");
    keep(data.path(), vec![refused(1, "{"), refused(2, "{")]);
    let app = App::on(data.path());
    let id = letters(&app)[0]["id"].clone();
    let path = format!("/api/v1/dead-letters/{id}");
    assert_eq!(app.delete(&path).status, 204);
    app.delete(&path).problem(404);
    app.delete("/api/v1/dead-letters/nobody").problem(404);
    let left: Vec<_> = letters(&app).iter().map(|letter| letter["position"].clone()).collect();
    assert_eq!(left, [json!({ "partition": 2, "offset": 1 })]);
}

#[test]
fn a_corrected_letter_becomes_an_event_with_its_position() {
    let data = TempDir::new().expect("a directory");
    keep(data.path(), vec![refused(7, "not JSON")]);
    let app = App::on(data.path());
    let letter = letters(&app)[0].clone();
    let path = format!("/api/v1/dead-letters/{}/replay", letter["id"]);
    let problem = app.post_json(&path, &json!({})).problem(422);
    assert_eq!(problem["reason"], "not_json", "{problem}");
    let mut wrong = example(&app);
    wrong["approved"]["minor"] = json!(-1);
    let problem = app.post_json(&path, &json!({ "text": wrong.to_string() })).problem(422);
    assert_eq!((&problem["reason"], &problem["field"]), (&json!("invalid"), &json!("approved")));
    app.post_json(&path, &json!({ "words": "" })).problem(422);
    assert_eq!(letters(&app), [letter], "what is still refused stays as it was");
    assert_eq!(real_events(&app), Vec::<Value>::new());

    let corrected = json!({ "text": example(&app).to_string() });
    let taken = app.post_json(&path, &corrected).ok(202);
    assert_eq!(taken, json!({ "ids": ["streamboard.budget-2-7"], "known": 0 }));
    assert_eq!(letters(&app), Vec::<Value>::new());
    let events = real_events(&app);
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((&events[0]["partition"], &events[0]["offset"]), (&json!(2), &json!(7)));
    app.post_json(&path, &corrected).problem(404);
}

#[test]
fn the_same_event_from_two_letters_is_stored_once() {
    let data = TempDir::new().expect("a directory");
    let ahead = server::clock::now().plus(-Timestamp::SECOND);
    let event = |app: &App| {
        json!({ "specversion": "1.0", "id": "b-1", "source": "/erp", "time": ahead,
            "type": "streamboard.budget.v1", "data": example(app) })
    };
    keep(data.path(), vec![refused(1, "{"), refused(2, "{")]);
    let app = App::on(data.path());
    let text = event(&app).to_string();
    for (letter, known) in letters(&app).iter().zip(0..) {
        let path = format!("/api/v1/dead-letters/{}/replay", letter["id"]);
        let taken = app.post_json(&path, &json!({ "text": text })).ok(202);
        assert_eq!(taken, json!({ "ids": ["b-1"], "known": known }));
    }
    assert_eq!((letters(&app).len(), real_events(&app).len()), (0, 1));
}

/// A rule changed, or the clock moved on: the bytes are right as they are.
#[test]
fn a_letter_is_replayed_as_it_is_without_a_body() {
    let data = TempDir::new().expect("a directory");
    let example = server::http::schema::payload(Topic::Budget)["examples"][0].to_string();
    let long = format!("{example}{}", " ".repeat(KEPT_BYTES));
    keep(data.path(), vec![refused(1, example), refused(2, long)]);
    let app = App::on(data.path());
    let paths: Vec<_> = letters(&app)
        .iter()
        .map(|letter| format!("/api/v1/dead-letters/{}/replay", letter["id"]))
        .collect();
    let problem = app.post(&paths[0], "text/plain", b"").problem(409);
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("whole")), "{problem}");
    let taken = app.post(&paths[1], "text/plain", b"").ok(202);
    assert_eq!(taken["ids"], json!(["streamboard.budget-2-1"]));
    assert_eq!(letters(&app).len(), 1, "the one that is cut stays");
    app.post(&paths[0], "text/plain", b"{}").problem(415);
}

/// Killed at once after the answer, the event is there and the letter is not.
#[test]
fn what_was_replayed_survives() {
    let data = TempDir::new().expect("a directory");
    keep(data.path(), vec![refused(1, "{")]);
    let app = App::on(data.path());
    let path = format!("/api/v1/dead-letters/{}/replay", letters(&app)[0]["id"]);
    app.post_json(&path, &json!({ "text": example(&app).to_string() })).ok(202);
    app.end("KILL");
    let app = App::on(data.path());
    assert_eq!((letters(&app).len(), real_events(&app).len()), (0, 1));
}
