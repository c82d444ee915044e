//! Feeds: files and addresses of systems without Kafka.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    thread::{sleep, spawn},
    time::Duration,
};

use model::Timestamp;
use rand::RngExt;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{App, command};

/// Fields of a transaction that are the same in every row.
const CONSTANTS: &str = r#"
customer = { value = "cus" }
type = { value = "purchase" }
channel = { value = "branch" }
status = { value = "approved" }
country = { value = "CL" }
card_present = { value = false }
"#;

/// The program with a file of feeds in its directory.
fn fed(data: &Path, feeds: &str) -> Command {
    fs::write(data.join("feeds.toml"), feeds).expect("a file of feeds");
    let mut command = command(data);
    command.env("STREAMBOARD_FEEDS__FILE", "feeds.toml");
    command
}

/// The same without a simulator, which would take the better part of each start, and without a
/// broker.
fn alone(data: &Path, feeds: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamboard"));
    fs::write(data.join("feeds.toml"), feeds).expect("a file of feeds");
    command.args(["--listen", "127.0.0.1:0", "--source", "kafka", "--brokers", "127.0.0.1:9"]);
    command.args(["--data", "."]).current_dir(data).env("STREAMBOARD_FEEDS__FILE", "feeds.toml");
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Every item of a listing.
fn all(app: &App, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{path}limit=1000{cursor}")).ok(200);
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn real(app: &App) -> Vec<Value> {
    all(app, "/api/v1/events?book=real&topic=transactions&")
}

fn letters(app: &App) -> Vec<Value> {
    all(app, "/api/v1/dead-letters?")
}

/// Rows of one file and what must become of them.
#[derive(Default)]
struct Written {
    rows: usize,
    ids: BTreeSet<String>,
    sum: i64,
    bad: BTreeSet<String>,
}

/// Appends a text in two parts, the second one after a moment.
fn append(path: &Path, text: &str) {
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file");
    file.write_all(first).expect("it is written");
    sleep(Duration::from_millis(5));
    file.write_all(second).expect("it is written");
}

/// Rows of each file.
const ROWS: usize = 2_000;

/// Writes rows as a system would that knows nothing of us: every now and then one is wrong, and
/// once its file is rotated. `row` makes one of id, time and amount in cents.
fn write(
    folder: &Path,
    name: &str,
    header: &str,
    row: impl Fn(&str, Timestamp, i64, bool) -> String,
) -> Written {
    let mut written = Written::default();
    let path = folder.join(name);
    let mut line = 0;
    while written.rows < ROWS {
        let mut text = String::new();
        if line == 0 {
            text += header;
            line = header.lines().count();
        }
        for _ in 0..50 {
            (written.rows, line) = (written.rows + 1, line + 1);
            let (id, good) = (format!("{name}-{}", written.rows), written.rows % 97 != 0);
            let cents = written.rows as i64 * 7 + 1;
            text += &row(&id, server::clock::now(), cents, good);
            if good {
                written.ids.insert(id);
                written.sum += cents;
            } else {
                written.bad.insert(format!("exports/{name}:{line}"));
            }
        }
        append(&path, &text);
        sleep(Duration::from_millis(50));
        if written.rows == ROWS / 2 {
            fs::rename(&path, folder.join(format!("{name}.1"))).expect("it is rotated");
            line = 0;
        }
    }
    written
}

#[test]
fn whatever_is_killed_each_row_is_stored_once_and_each_bad_one_is_a_letter_once() {
    let data = TempDir::new().expect("a directory");
    let exports = data.path().join("exports");
    fs::create_dir(&exports).expect("a folder");
    let feeds = format!(
        "[[feed]]\nname = 'csv'\ntopic = 'transactions'\npath = 'exports/bank.csv*'\n\
        format = 'csv'\ndelimiter = ';'\ntime = 'AT'\ncurrency = 'CUR'\n[feed.map]\n\
        transaction = 'ID'\naccount = 'ACC'\namount = {{ from = 'AMOUNT', as = 'minor' }}{CONSTANTS}\n\
        [[feed]]\nname = 'json'\ntopic = 'transactions'\npath = 'exports/bank.ndjson*'\n\
        format = 'ndjson'\ntime = '/at'\nid = '/tx/id'\ncurrency = {{ value = 'USD' }}\n[feed.map]\n\
        transaction = '/tx/id'\naccount = {{ value = 'acc-n' }}\n\
        amount = {{ from = '/tx/amount', as = 'minor' }}{CONSTANTS}"
    );
    let start = || App::serve(&mut alone(data.path(), &feeds));
    let dollars = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let folder = exports.clone();
    let csv = spawn(move || {
        write(&folder, "bank.csv", "ID;AT;ACC;AMOUNT;CUR;\"a\nnote\"\n", |id, at, cents, good| {
            let amount = if good { dollars(cents) } else { "12.345".to_owned() };
            format!("{id};{at};acc-{};{amount};USD;\"said \"\"so\"\"\"\n", cents % 10)
        })
    });
    let folder = exports.clone();
    let ndjson = spawn(move || {
        write(&folder, "bank.ndjson", "", |id, at, cents, good| {
            let amount = dollars(cents);
            let amount = if good { &*amount } else { "null" };
            format!(
                "{{\"at\": {}, \"tx\": {{\"id\": \"{id}\", \"amount\": {amount}}}}}\n",
                at.millis()
            )
        })
    });
    for _ in 0..6 {
        let mut program = alone(data.path(), &feeds).spawn().expect("it starts");
        sleep(Duration::from_millis(rand::rng().random_range(200..1_200)));
        program.kill().and_then(|()| program.wait()).expect("it is killed");
    }
    let app = start();
    let written = [csv, ndjson].map(|writer| writer.join().expect("it wrote"));
    let rows: usize = written.iter().map(|written| written.rows).sum();
    app.until(|app| {
        sleep(Duration::from_millis(300));
        (real(app).len() + letters(app).len() >= rows).then_some(())
    });
    sleep(Duration::from_millis(1_100));
    check(&app, &written);
    app.end("KILL");
    let app = start();
    check(&app, &written);
    let (status, took) = app.end("TERM");
    assert!(status.success() && took < Duration::from_secs(2), "{status} {took:?}");
}

/// Everything is there once.
fn check(app: &App, written: &[Written]) {
    let (events, letters) = (real(app), letters(app));
    let amount = |event: &Value| event["data"]["amount"]["minor"].as_i64().expect("an amount");
    let sum: i64 = written.iter().map(|written| written.sum).sum();
    assert_eq!(events.iter().map(amount).sum::<i64>(), sum);
    let same = |mut found: Vec<String>, expected: fn(&Written) -> &BTreeSet<String>| {
        let mut expected: Vec<_> = written.iter().flat_map(expected).cloned().collect();
        found.sort();
        expected.sort();
        assert!(found == expected, "{} of {}: {found:?}", found.len(), expected.len());
    };
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let ids = events.iter().map(|event| text(&event["data"]["transaction"]));
    same(ids.collect(), |written| &written.ids);
    // A file may have been read by the name that it was rotated to.
    let places = letters.iter().map(|letter| text(&letter["row"]["place"]).replace(".1:", ":"));
    same(places.collect(), |written| &written.bad);
    assert!(events.iter().all(|event| event["envelope"]["provenance"] == "real"));
}

/// An address that answers once and is silent from then on holds no end up.
#[test]
fn an_address_is_read_and_shown_and_holds_no_end_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    spawn(move || {
        let body = "[{\"id\": \"t-1\", \"at\": 1767225600000, \"cents\": 5}, {\"id\": \"t-2\"}]";
        let mut held = Vec::new();
        for (index, socket) in listener.incoming().enumerate() {
            let mut socket = socket.expect("a connection");
            if index == 0 {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                let request = BufReader::new(&socket).lines().map_while(Result::ok);
                assert!(request.into_iter().any(|line| line.is_empty()), "a request");
                socket.write_all((head + body).as_bytes()).expect("it is answered");
            } else {
                held.push(socket);
            }
        }
    });
    let data = TempDir::new().expect("a directory");
    let feeds = format!(
        "[[feed]]\nname = 'api'\ntopic = 'transactions'\nurl = 'http://{address}/tx?key=hush'\n\
        every = '1s'\ntimeout = '20s'\nformat = 'json'\ntime = '/at'\nid = '/id'\n[feed.map]\n\
        transaction = '/id'\naccount = {{ value = 'a' }}\namount.minor = '/cents'\n\
        amount.currency = {{ value = 'USD' }}{CONSTANTS}"
    );
    let app = App::run(&mut fed(data.path(), &feeds));
    let letter = app.until(|app| letters(app).pop());
    assert_eq!(letter["row"], json!({ "feed": "api", "place": format!("http://{address}/tx#2") }));
    let fed = app.until(|app| {
        let status = app.get("/api/v1/status").ok(200);
        Some(status["feeds"][0].clone()).filter(|feed| feed["rows"] == 2)
    });
    assert_eq!(
        (&fed["name"], &fed["topic"], &fed["rejects"]),
        (&json!("api"), &json!("transactions"), &json!(1))
    );
    assert_eq!(fed["place"], format!("http://{address}/tx"));
    assert_eq!(real(&app)[0]["envelope"]["id"], "t-1");
    let metrics = app.get("/metrics").text;
    assert!(
        metrics.contains("streamboard_feed_rows_total{feed=\"api\",outcome=\"event\"} 1"),
        "{metrics}"
    );
    let page = app.get("/operations").text;
    assert!(page.contains("Feeds") && page.contains("/tx") && !page.contains("hush"), "the table");
    sleep(Duration::from_millis(1_200));
    let (status, took) = app.end("TERM");
    assert!(status.success() && took < Duration::from_secs(2), "{status} {took:?}");
}

/// All that the mapping found is in the letter; what was wrong is corrected, and the id is kept.
#[test]
fn a_bad_row_is_corrected_and_replayed() {
    let data = TempDir::new().expect("a directory");
    let feeds = format!(
        "[[feed]]\nname = 'bank'\ntopic = 'transactions'\npath = 'bank.csv'\nformat = 'csv'\n\
        time = 'AT'\nid = 'ID'\ncurrency = {{ value = 'USD' }}\n[feed.map]\ntransaction = 'ID'\n\
        account = 'ACC'\namount = {{ from = 'AMOUNT', as = 'minor' }}{CONSTANTS}"
    );
    let rows = "ID,AT,ACC,AMOUNT\nt-1,2026-01-01T00:00:00Z,a,1.005\nt-2,2026-01-01T00:00:00Z\n";
    fs::write(data.path().join("bank.csv"), rows).expect("a file");
    let app = App::run(&mut fed(data.path(), &feeds));
    let letters = app.until(|app| Some(letters(app)).filter(|letters| letters.len() == 2));
    let [short, mapped] = &*letters else { panic!("{letters:?}") };
    assert_eq!(mapped["row"], json!({ "feed": "bank", "place": "bank.csv:2" }));
    assert_eq!(mapped["detail"], "amount: \"1.005\" is no amount: USD has 2 decimals, not 3");
    assert_eq!(short["row"]["place"], "bank.csv:3");
    let replay = |letter: &Value, body: &Value| {
        app.post_json(&format!("/api/v1/dead-letters/{}/replay", letter["id"]), body)
    };
    let problem = replay(mapped, &json!({})).problem(422);
    assert_eq!(problem["field"], "amount", "{problem}");
    let text = mapped["bytes"].as_str().expect("base64");
    let text = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text);
    let mut event: Value = serde_json::from_slice(&text.expect("base64")).expect("JSON");
    event["data"]["amount"] = json!({ "minor": 100, "currency": "USD" });
    let taken = replay(mapped, &json!({ "text": event.to_string() })).ok(202);
    assert_eq!(taken, json!({ "ids": ["t-1"], "known": 0 }));
    replay(short, &json!({})).problem(422);
    let payload = json!({ "text": event["data"].to_string() });
    let taken = replay(short, &payload).ok(202);
    assert!(taken["ids"][0].as_str().is_some_and(|id| id.starts_with("3-")), "{taken}");
    assert_eq!(real(&app).len(), 2);
    assert_eq!(
        app.get("/api/v1/snapshot?book=real").ok(200)["newest"].as_object().map(|map| map.len()),
        Some(1)
    );
}

#[test]
fn a_bad_file_of_feeds_is_a_bad_configuration() {
    let data = TempDir::new().expect("a directory");
    let feeds = "[[feed]]\nname = 'a'\ntopic = 'budgets'\npath = 'a.csv'\nformat = 'csv'\ntime = 'T'\nmap = {}\n";
    for verb in ["check", "serve"] {
        let ended = fed(data.path(), feeds).arg(verb).stderr(Stdio::piped()).output();
        let ended = ended.expect("it runs");
        let said = String::from_utf8(ended.stderr).expect("text");
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("feeds.toml:3:9: feed a: topic: \"budgets\" is none of"),
            "{said}"
        );
    }
    let good = format!(
        "[[feed]]\nname = 'a'\ntopic = 'transactions'\npath = 'later/a.csv'\nformat = 'csv'\n\
        time = 'T'\n[feed.map]\ntransaction = 'I'\naccount = 'A'\n\
        amount.minor = 'M'\namount.currency = 'C'{CONSTANTS}"
    );
    let ended = fed(data.path(), &good).arg("check").stderr(Stdio::piped()).output();
    let ended = ended.expect("it runs");
    assert!(ended.status.success(), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("feeds 1"), "{ended:?}");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("feeds.toml:1:1: feed a: the folder later is not there yet"), "{said}");
}
