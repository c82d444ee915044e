//! The program itself: its end, its restart, and what keeps it from starting.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use model::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::app::{App, command};

/// Runs a program that is to end by itself.
fn fails(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } =
        command.stderr(Stdio::piped()).output().expect("the program starts");
    (status.code(), String::from_utf8(stderr).expect("text"))
}

#[test]
fn a_signal_ends_it_within_two_seconds_and_loses_nothing() {
    for signal in ["TERM", "INT"] {
        let data = TempDir::new().expect("a temporary directory");
        let app = App::on(data.path());
        let schema = app.get("/api/v1/schemas/budget").ok(200);
        let taken = app.post_json("/api/v1/events/budget", &schema["examples"][0]).ok(202);
        let (status, took) = app.end(signal);
        assert!(status.success(), "{signal}: {status}");
        assert!(took < Duration::from_secs(2), "{signal}: {took:?}");
        let app = App::on(data.path());
        let id = taken["ids"][0].as_str().expect("an id");
        app.get(&format!("/api/v1/events/{id}")).ok(200);
    }
}

#[test]
fn what_was_acknowledged_outlives_a_crash() {
    let data = TempDir::new().expect("a temporary directory");
    let app = App::on(data.path());
    let schema = app.get("/api/v1/schemas/transactions").ok(200);
    let ids: Vec<_> = (0..50)
        .map(|_| {
            let path = "/api/v1/events/transactions";
            app.post_json(path, &schema["examples"][0]).ok(202)["ids"][0].clone()
        })
        .collect();
    let before = app.get("/api/v1/snapshot?book=real").ok(200);
    app.end("KILL");
    let app = App::on(data.path());
    let listed = app.get("/api/v1/events?book=real&limit=1000").ok(200);
    let mut stored: Vec<_> = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["envelope"]["id"].clone())
        .collect();
    stored.reverse();
    assert_eq!(stored, ids);
    let after = app.get("/api/v1/snapshot?book=real").ok(200);
    let rows = |snapshot: &Value| snapshot["transactions"].as_object().expect("rows").clone();
    assert_eq!(rows(&after).len(), 50);
    for (place, row) in rows(&before) {
        assert_eq!(after["transactions"][&place], row);
    }
    assert_ne!(after["epoch"], before["epoch"]);
}

#[test]
fn a_taken_port_is_named() {
    let data = TempDir::new().expect("a temporary directory");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut program = Command::new(env!("CARGO_BIN_EXE_streamboard"));
    let (code, said) =
        fails(program.args(["--listen", &address, "--data"]).arg(data.path()).current_dir(&data));
    assert_eq!(code, Some(1));
    assert!(said.contains(&address), "{said}");
    assert_eq!(fs::read_dir(&data).expect("it is there").count(), 0, "nothing was begun");
}

#[test]
fn a_data_directory_has_one_owner_and_a_second_program_takes_over() {
    let (app, data) = App::new();
    let schema = app.get("/api/v1/schemas/risk").ok(200);
    let id = app.post_json("/api/v1/events/risk", &schema["examples"][0]).ok(202)["ids"][0].clone();
    let id = id.as_str().expect("an id");
    let second = App::beside(data.path());
    assert_eq!(second.get("/healthz").status, 200);
    let detail = second.get("/readyz").problem(503)["detail"].clone();
    assert!(detail.as_str().is_some_and(|why| why.contains("another process")), "{detail}");
    second.post_json("/api/v1/events/risk", &schema["examples"][0]).problem(503);
    let page = second.get("/");
    assert!(page.status == 503 && page.text.contains("Standing by"), "{page:?}");
    // One that is not needed any more ends like any other.
    let (status, took) = App::beside(data.path()).end("TERM");
    assert!(status.success() && took < Duration::from_secs(2), "{status} {took:?}");
    app.end("KILL");
    let killed = Instant::now();
    second.ready();
    assert!(killed.elapsed() < Duration::from_secs(10), "{:?}", killed.elapsed());
    second.get(&format!("/api/v1/events/{id}")).ok(200);
    second.post_json("/api/v1/events/risk", &schema["examples"][0]).ok(202);
}

#[test]
fn a_data_directory_must_be_usable() {
    let folder = TempDir::new().expect("a temporary directory");
    let file = folder.path().join("data");
    fs::write(&file, "not a folder").expect("a file");
    let (code, said) = fails(command(&file).current_dir(&folder));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("data"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("as it was"), "not a folder");
}

#[test]
fn a_bad_configuration_is_told_whole() {
    let folder = TempDir::new().expect("a temporary directory");
    let file = folder.path().join("streamboard.toml");
    let text = "[http]\nlisten = \"nowhere\"\n[simulation]\nseed = \"x\"\ncolour = \"red\"\n";
    fs::write(&file, text).expect("a file");
    for verb in ["check", "serve"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_streamboard"));
        let (code, said) = fails(program.arg(verb).current_dir(&folder));
        assert_eq!(code, Some(2), "{said}");
        for fault in ["streamboard.toml:2", "streamboard.toml:4", "streamboard.toml:5"] {
            assert!(said.contains(fault), "{verb}: {fault} is missing in:\n{said}");
        }
    }
}

#[test]
fn bad_rules_are_a_bad_configuration() {
    let folder = TempDir::new().expect("a temporary directory");
    let file = folder.path().join("rules.toml");
    fs::write(&file, "[[rule]]\nid = 7\n").expect("a file");
    for verb in ["check", "serve"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_streamboard"));
        let (code, said) =
            fails(program.args([verb, "--rules", "rules.toml"]).current_dir(&folder));
        assert_eq!(code, Some(2), "{verb}: {said}");
        assert!(said.starts_with("rules.toml:"), "{said}");
    }
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1, "nothing was begun");
}

/// The one contract that depends on the configuration, printed and served.
#[test]
fn the_contract_of_the_topics_has_their_configured_names() {
    let data = TempDir::new().expect("a temporary directory");
    let names = |command: &mut Command| {
        command.env("STREAMBOARD_KAFKA__PREFIX", "bank.").env("STREAMBOARD_KAFKA__GROUP", "desk");
    };
    let mut program = Command::new(env!("CARGO_BIN_EXE_streamboard"));
    names(program.args(["schema", "asyncapi"]).current_dir(data.path()));
    let printed = program.output().expect("it runs");
    assert!(printed.status.success(), "{printed:?}");
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(printed["channels"]["risk"]["address"], "bank.risk");
    let mut serve = command(data.path());
    names(&mut serve);
    let served = App::run(&mut serve).get("/api/v1/asyncapi.json").ok(200);
    assert_eq!(served, printed);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_streamboard"));
    let program = program.args(["schema", "openapi"]).stdout(Stdio::piped());
    let mut program = program.stderr(Stdio::piped()).spawn().expect("it starts");
    drop(program.stdout.take());
    let ended = program.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{ended:?}");
}

#[test]
fn a_full_disk_refuses_with_503_and_holds_nothing_up() {
    let data = TempDir::new().expect("a temporary directory");
    let program = command(data.path());
    // The signal that a too large file raises is ignored, so that the write fails.
    let limited = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\"";
    let mut shell = Command::new("bash");
    shell.args(["-c", limited]).arg(program.get_program()).args(program.get_args());
    shell.current_dir(&data).stdout(Stdio::piped()).stderr(Stdio::null());
    let app = App::run(&mut shell);
    let schema = app.get("/api/v1/schemas/compliance").ok(200);
    let mut taken = 0;
    let refused = app.until(|app| {
        let mut batch = Vec::new();
        for item in 0..200 {
            // What does not compress fills the disk soon.
            let noise: String = (0..40).map(|_| format!("{:x}", rand::random::<u64>())).collect();
            let mut payload = schema["examples"][0].clone();
            payload["note"] = noise.into();
            batch.push(serde_json::json!({
                "specversion": "1.0", "id": format!("{taken}-{item}"), "source": "test",
                "type": "streamboard.compliance", "data": payload,
            }));
        }
        let body = serde_json::to_vec(&batch).expect("JSON");
        let media = "application/cloudevents-batch+json";
        let answer = app.post("/api/v1/events/compliance", media, &body);
        taken += usize::from(answer.status == 202);
        (answer.status != 202).then_some(answer)
    });
    refused.problem(503);
    app.get("/api/v1/status").ok(200);
    let (status, took) = app.end("TERM");
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    let app = App::on(data.path());
    let last = app.get(&format!("/api/v1/events/{}-199", taken - 1));
    last.ok(200);
    app.get(&format!("/api/v1/events/{taken}-0")).problem(404);
}

#[test]
fn the_same_seed_makes_the_same_past_and_another_seed_another() {
    let now = server::clock::now();
    let window = format!("from={}&to={}", now.plus(-Timestamp::HOUR), now.plus(-Timestamp::MINUTE));
    let past = |seed: &str| {
        let data = TempDir::new().expect("a temporary directory");
        let app = App::run(command(data.path()).env("STREAMBOARD_SIMULATION__SEED", seed));
        let path = format!("/api/v1/events?topic=budget&book=simulated&limit=1000&{window}");
        let listed = app.get(&path).ok(200);
        let items = listed["items"].as_array().expect("items").iter();
        items.map(|item| (item["envelope"].clone(), item["data"].clone())).collect::<Vec<_>>()
    };
    let eleven = past("11");
    assert!(eleven.len() > 300, "{}", eleven.len());
    assert!(past("11") == eleven, "the same seed");
    assert!(past("12") != eleven, "another seed");
}
