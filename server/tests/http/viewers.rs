//! Viewers over a real WebSocket: what they are sent, how they resume, how they are shown out.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tungstenite::{
    Error, Message, WebSocket,
    client::{IntoClientRequest, client},
    http::{HeaderName, HeaderValue, Response},
    protocol::frame::coding::CloseCode,
};

use crate::app::{App, PATIENCE};

const JSON: &str = "streamboard.v1.json";

/// A viewer's side of a WebSocket.
struct Viewer(WebSocket<TcpStream>);

type Refused = Box<Response<Option<Vec<u8>>>>;

impl Viewer {
    fn connect(
        app: &App,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Viewer, Refused> {
        let mut request =
            format!("ws://{}/ws{query}", app.address).into_client_request().expect("a request");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header");
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        let stream = TcpStream::connect(&app.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        match client(request, stream) {
            Ok((socket, _)) => Ok(Viewer(socket)),
            Err(tungstenite::HandshakeError::Failure(Error::Http(response))) => Err(response),
            Err(error) => panic!("{error}"),
        }
    }

    fn open(app: &App, query: &str) -> Viewer {
        let headers = [("sec-websocket-protocol", JSON)];
        Viewer::connect(app, query, &headers).expect("an upgrade")
    }

    fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).expect("the socket is open");
    }

    /// The next message of a type.
    fn hear(&mut self, kind: &str) -> Value {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Message::Text(text) = self.0.read().expect("the socket is open") {
                let value: Value = serde_json::from_str(&text).expect("JSON");
                if value["type"] == kind {
                    return value;
                }
            }
        }
        panic!("no {kind} came");
    }

    /// The code and the reason with which the server closes.
    fn closed(&mut self) -> (CloseCode, String) {
        loop {
            match self.0.read() {
                Ok(Message::Close(Some(frame))) => return (frame.code, frame.reason.to_string()),
                Ok(Message::Close(None)) => panic!("closed without a reason"),
                Ok(_) => {}
                Err(error) => panic!("cut off: {error}"),
            }
        }
    }
}

#[test]
fn a_viewer_starts_from_the_state_and_hears_what_changes() {
    let (app, _data) = App::new();
    let mut viewer = Viewer::open(&app, "");
    let hello = viewer.hear("hello");
    assert_eq!(hello["snapshot"]["book"], "simulated");
    assert_eq!(viewer.hear("status")["state"], "simulating");
    let delta = viewer.hear("delta");
    assert!(delta["from"].as_u64() >= hello["snapshot"]["sequence"].as_u64(), "{delta}");
    assert!(delta["to"].as_u64() > delta["from"].as_u64());
}

#[test]
fn a_viewer_resumes_where_it_stood() {
    let (app, _data) = App::new();
    let mut viewer = Viewer::open(&app, "");
    let hello = viewer.hear("hello");
    let (epoch, at) = (&hello["epoch"], &hello["snapshot"]["sequence"]);
    let first = viewer.hear("delta");
    drop(viewer);
    let resume = json!({ "type": "resume", "epoch": epoch, "book": "simulated", "sequence": at });
    let mut again = Viewer::open(&app, "");
    again.say(&resume);
    assert_eq!(again.hear("delta")["from"], first["from"], "what was missed comes first");

    let mut stranger = Viewer::open(&app, "");
    stranger.say(&json!({ "type": "resume", "epoch": 1, "book": "simulated", "sequence": at }));
    stranger.hear("hello");
}

#[test]
fn a_viewer_can_ask_for_a_book_and_for_topics() {
    let (app, _data) = App::new();
    let mut viewer = Viewer::open(&app, "?book=real");
    viewer.say(&json!({ "type": "subscribe", "topics": ["budget"] }));
    assert_eq!(viewer.hear("hello")["snapshot"]["book"], "real");
    for topic in ["system", "budget"] {
        let schema = app.get(&format!("/api/v1/schemas/{topic}")).ok(200);
        app.post_json(&format!("/api/v1/events/{topic}"), &schema["examples"][0]).ok(202);
    }
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let delta = viewer.hear("delta").to_string();
        assert!(!delta.contains("latency_p99"), "not of a topic that was not asked for: {delta}");
        if delta.contains("retail-banking") {
            return;
        }
    }
    panic!("the change of the budget never came");
}

#[test]
fn viewers_are_counted_while_they_look() {
    let (app, _data) = App::new();
    let count = |wanted: u64| {
        app.until(|app| {
            let status = app.get("/api/v1/status").ok(200);
            (status["viewers"] == wanted).then_some(())
        });
    };
    count(0);
    let (first, second) = (Viewer::open(&app, ""), Viewer::open(&app, ""));
    count(2);
    drop(first);
    count(1);
    drop(second);
    count(0);
}

#[test]
fn whoever_breaks_the_protocol_is_told_why() {
    let (app, _data) = App::new();
    for junk in ["", "{", "[]", r#"{"type":"dance"}"#] {
        let mut viewer = Viewer::open(&app, "");
        viewer.0.send(Message::text(junk)).expect("the socket is open");
        let (code, reason) = viewer.closed();
        assert_eq!(code, CloseCode::Invalid, "{junk}");
        assert!(reason.contains("unreadable"), "{junk}: {reason}");
    }
    let mut viewer = Viewer::open(&app, "");
    viewer.0.send(Message::binary(vec![1, 2, 3])).expect("the socket is open");
    assert_eq!(viewer.closed().0, CloseCode::Invalid);

    let headers = [("sec-websocket-protocol", "chat.v7")];
    match Viewer::connect(&app, "", &headers) {
        Ok(mut viewer) => assert_eq!(viewer.closed().0, CloseCode::Protocol),
        Err(response) => panic!("refused with {}", response.status()),
    }
    let mut viewer = Viewer::open(&app, "?book=drill:nobody");
    assert!(viewer.closed().1.contains("no such book"));
}

#[test]
fn a_huge_message_closes_the_view_with_a_reason() {
    let (app, _data) = App::new();
    for bytes in [64 * 1024, 5_000_000] {
        let mut viewer = Viewer::open(&app, "");
        viewer.0.send(Message::text("x".repeat(bytes))).expect("the socket is open");
        let (code, reason) = viewer.closed();
        assert_eq!(code, CloseCode::Size);
        assert!(!reason.is_empty());
    }
}

#[test]
fn viewers_hear_that_the_server_stops_and_do_not_keep_it() {
    let (app, _data) = App::new();
    let mut viewer = Viewer::open(&app, "");
    viewer.hear("delta");
    let (status, took) = app.end("INT");
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    let (code, reason) = viewer.closed();
    assert_eq!((code, &*reason), (CloseCode::Away, "the server is stopping"));
}

#[test]
fn a_book_that_cannot_be_is_a_problem() {
    let (app, _data) = App::new();
    let refused = Viewer::connect(&app, "?book=shelf", &[]).err().expect("no upgrade");
    assert_eq!(refused.status().as_u16(), 400);
    let media = refused.headers().get("content-type").expect("a media type");
    assert_eq!(media, "application/problem+json");
}

#[test]
fn a_foreign_origin_is_refused() {
    let (app, _data) = App::new();
    let refused = Viewer::connect(&app, "", &[("origin", "https://evil.example")]).err();
    assert_eq!(refused.expect("no upgrade").status().as_u16(), 403);
    let own = format!("http://{}", app.address);
    let headers = [("origin", &*own), ("sec-websocket-protocol", JSON)];
    Viewer::connect(&app, "", &headers).expect("our own page may look").hear("hello");
}

#[test]
fn a_viewer_that_reads_nothing_harms_nobody() {
    let (app, _data) = App::new();
    let _asleep = Viewer::open(&app, "?book=real");
    let mut awake = Viewer::open(&app, "?book=real");
    awake.hear("hello");
    let schema = app.get("/api/v1/schemas/system").ok(200);
    for _ in 0..200 {
        app.post_json("/api/v1/events/system", &schema["examples"][0]).ok(202);
    }
    let last = app.get("/api/v1/snapshot?book=real").ok(200)["sequence"].as_u64();
    while awake.hear("delta")["to"].as_u64() < last {}
}
