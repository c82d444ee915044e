use std::{
    io::{Read, Write},
    net::TcpListener,
    thread::{JoinHandle, sleep, spawn},
};

use tokio::sync::mpsc;

use super::*;
use crate::{
    feed::Headers,
    flow::{Input, Request},
    source::feed::{Board, testing::monitor},
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A server that answers each connection with the next of these texts, as they are; `|` is a pause
/// of a second and a half, after which it hangs up. Ends with the requests that it got.
fn server(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/items?token=hush", listener.local_addr().expect("an address"));
    let serve = move |answer: String| {
        let (mut socket, _) = listener.accept().expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).expect("a request");
            request.extend(byte);
        }
        // It may have hung up, as with what is too large.
        socket.write_all(answer.trim_end_matches('|').as_bytes()).ok();
        if answer.ends_with('|') {
            sleep(Duration::from_millis(1_500));
        }
        String::from_utf8(request).expect("text").to_ascii_lowercase()
    };
    (url, spawn(move || answers.into_iter().map(serve).collect()))
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn ok(headers: &str, body: &str) -> String {
    answer("200 OK", headers, body)
}

fn item(service: &str, cpu: &str) -> String {
    format!("{{\"at\": 1789999999000, \"service\": \"{service}\", \"cpu\": {cpu}}}")
}

/// The ids that came and the places that were refused, or why there are none and when again.
type Asked = Result<(Vec<String>, Vec<String>), (String, Option<u64>)>;

struct Bench {
    poller: Poller,
    requests: mpsc::Receiver<Request>,
}

impl Bench {
    fn new(url: &str, format: Format, positions: BTreeMap<String, FeedPosition>) -> Self {
        let (sender, requests) = mpsc::channel(64);
        let feed = monitor(format);
        let line = Line::new(Board::new([&feed].into_iter()), 0, "monitor", || NOW);
        let headers = Headers(vec![("x-key".into(), "hush".into())]);
        let (every, timeout) = (Duration::from_secs(1), Duration::from_secs(1));
        let address = Address { url: url.to_owned(), every, timeout, headers };
        let outlet = Outlet::new(Input::new(sender));
        Self { poller: Poller::new(feed, address, outlet, line, positions), requests }
    }

    fn json(url: &str) -> Self {
        Self::new(url, Format::Json { items: "/items".into() }, BTreeMap::new())
    }

    /// Asks once.
    fn ask(&mut self) -> Asked {
        self.poller.ask().map_err(|stop| match stop {
            Stop::Closed => panic!("closed"),
            Stop::Failed { reason, after } => (reason, after.map(|after| after.as_secs())),
        })?;
        let (mut events, mut rejects) = (Vec::new(), Vec::new());
        while let Ok(Request::Arrived(arrived)) = self.requests.try_recv() {
            events.extend(arrived.events.iter().map(|event| event.event.envelope.id.to_string()));
            let places = arrived.rejects.into_iter().filter_map(|reject| reject.row);
            rejects.extend(places.filter_map(|row| Some(row.place.rsplit_once('/')?.1.to_owned())));
        }
        Ok((events, rejects))
    }
}

fn items(items: &[String]) -> String {
    format!("{{\"items\": [{}]}}", items.join(", "))
}

#[test]
fn only_what_has_changed_is_read() {
    let first = items(&[item("a", "0.5"), item("b", "7"), item("c", "0.1")]);
    let second = items(&[item("b", "7"), item("a", "0.5"), item("d", "0.2"), item("e", "9")]);
    let (url, served) = server(vec![
        ok("etag: \"one\"\r\nlast-modified: Mon, 21 Sep 2026 10:00:00 GMT\r\n", &first),
        answer("304 Not Modified", "", ""),
        ok("", &first),
        ok("", &second),
        ok("", &second),
    ]);
    let mut bench = Bench::json(&url);
    let (ids, rejects) = bench.ask().unwrap();
    assert_eq!((ids.len(), &*rejects), (2, &["items#2".to_owned()][..]));
    assert_eq!(bench.ask().unwrap(), (vec![], vec![]), "304");
    assert_eq!(bench.ask().unwrap(), (vec![], vec![]), "the same bytes");
    let (again, rejects) = bench.ask().unwrap();
    assert_eq!(again[0], ids[0], "what came before has the id of before");
    assert_eq!(
        (again.len(), &*rejects),
        (2, &["items#4".to_owned()][..]),
        "the other one is known"
    );
    let stored =
        BTreeMap::from([(bench.poller.address.shown().to_owned(), bench.poller.position.clone())]);
    let mut bench = Bench::new(&url, Format::Json { items: "/items".into() }, stored);
    assert_eq!(bench.ask().unwrap(), (vec![], vec![]), "after a restart");
    let requests = served.join().unwrap();
    assert!(requests.iter().all(|request| request.contains("x-key: hush\r\n")), "{requests:?}");
    assert!(requests.iter().all(|request| request.starts_with("get /items?token=hush ")));
    assert!(!requests[0].contains("if-"), "{}", requests[0]);
    assert!(requests[1].contains("if-none-match: \"one\"\r\n"), "{}", requests[1]);
    assert!(requests[1].contains("if-modified-since: mon, 21 sep 2026 10:00:00 gmt\r\n"));
}

#[test]
fn what_cannot_be_read_says_why_and_when_again() {
    let check = |text: String, reason: &str, after: Option<u64>| {
        let (url, served) = server(vec![text]);
        let (found, again) = Bench::json(&url).ask().unwrap_err();
        assert!(found.contains(reason) && !found.contains("hush"), "{found:?}, not {reason:?}");
        assert_eq!(again, after, "{reason}");
        served.join().unwrap();
    };
    check(answer("500 Internal Server Error", "", "oops"), "it answers 500", None);
    check(answer("429 Too Many Requests", "retry-after: 7\r\n", ""), "it answers 429", Some(7));
    check(
        answer("503 Service Unavailable", "retry-after: 999999\r\n", ""),
        "it answers 503",
        Some(3_600),
    );
    check(
        answer("503 Service Unavailable", "retry-after: Mon, 21 Sep 2026 14:14:20 GMT\r\n", ""),
        "it answers 503",
        Some(60),
    );
    check(
        answer("302 Found", "location: http://other/x?token=hush\r\n", ""),
        "use http://other/x",
        None,
    );
    let cut = ok("", &items(&[item("a", "0.5")])).replace("content-length: ", "content-length: 9");
    check(cut, "its answer ended too early", None);
    check(ok("", "{\"items\": [") + "|", "its answer has nothing at \"/items\"", None);
    check(
        "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{|".to_owned(),
        "its answer ended too early",
        None,
    );
    check("|".to_owned(), "timeout", None);
    check(ok("", "{\"items\": 7}"), "no array at \"/items\"", None);
    check(ok("", &" ".repeat(16 * 1024 * 1024 + 1)), "larger than 16777216 bytes", None);
    let unreachable = Bench::json("http://127.0.0.1:9/").ask().unwrap_err().0;
    assert!(unreachable.contains("refused"), "{unreachable}");
}

#[test]
fn lines_and_cells_are_answers_as_well() {
    let csv = "at,service,cpu\n2026-09-21T10:00:00Z,a,0.5\n2026-09-21T10:00:00Z,b,5\n2026-09-21T10:00:00Z,c,0.5";
    let (url, _served) = server(vec![ok("", csv), ok("", "at,service\n")]);
    let mut bench = Bench::new(&url, Format::Csv { delimiter: b',' }, BTreeMap::new());
    let (ids, rejects) = bench.ask().unwrap();
    assert_eq!((ids.len(), &*rejects), (2, &["items:3".to_owned()][..]));
    assert!(bench.ask().unwrap_err().0.contains("no column is named \"cpu\""));
    let (url, _served) = server(vec![ok("", &format!("{}\n\n{{\n", item("a", "0.5")))]);
    let mut bench = Bench::new(&url, Format::Ndjson, BTreeMap::new());
    let (ids, rejects) = bench.ask().unwrap();
    assert_eq!((ids.len(), &*rejects), (1, &["items:3".to_owned()][..]));
}

#[test]
fn many_rows_go_in_parts_and_the_position_with_the_last() {
    let many: Vec<_> = (0..4_500).map(|index| item(&format!("s{index}"), "0.5")).collect();
    let (url, _served) = server(vec![ok("", &items(&many))]);
    let mut bench = Bench::json(&url);
    bench.poller.ask().unwrap();
    let mut parts = Vec::new();
    while let Ok(Request::Arrived(arrived)) = bench.requests.try_recv() {
        parts.push((arrived.events.len(), arrived.feeds.len()));
    }
    assert_eq!(parts, [(2_000, 0), (2_000, 0), (500, 1)]);
}

#[test]
fn pauses_double_up_to_a_bound() {
    let check = |failures, draw, millis| {
        assert_eq!(pause(failures, draw), Duration::from_millis(millis), "{failures} {draw}");
    };
    check(1, 1.0, 1_000);
    check(1, 0.0, 500);
    check(4, 1.0, 8_000);
    check(40, 1.0, 300_000);
    check(u32::MAX, 0.0, 150_000);
}
