//! A running program, and how to talk to it.

use std::{
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;

/// How long anything may take that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A program on the simulator with a fixed seed. It ends with this value.
pub struct App {
    child: Child,
    agent: Agent,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

/// An answer: status, media type, and the body as JSON where it is JSON.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub media: String,
    pub text: String,
}

impl Answer {
    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body, after a check of the status.
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Checks that this is a problem of a status (RFC 9457) and gives its detail.
    pub fn problem(self, status: u16) -> Value {
        assert_eq!((self.status, &*self.media), (status, "application/problem+json"), "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], status);
        assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body}");
        body
    }
}

/// The program, not started, on a data directory and any port.
pub fn command(data: &Path) -> Command {
    listening(data, "127.0.0.1:0")
}

fn listening(data: &Path, address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamboard"));
    command
        .args(["--listen", address, "--source", "simulation", "--data"])
        .arg(data)
        .env("STREAMBOARD_SIMULATION__SEED", "4127")
        .current_dir(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

impl App {
    /// Starts the program on a new data directory, which outlives it with the second value.
    pub fn new() -> (App, TempDir) {
        let data = TempDir::new().expect("a temporary directory");
        (App::on(data.path()), data)
    }

    /// Starts the program on a data directory, and waits until it serves figures.
    pub fn on(data: &Path) -> App {
        App::run(&mut command(data))
    }

    /// Starts a program that serves, and waits until it serves figures.
    pub fn run(command: &mut Command) -> App {
        let app = App::serve(command);
        app.ready();
        app
    }

    /// Starts a program that serves, and waits until it says where.
    pub fn serve(command: &mut Command) -> App {
        let mut child = command.spawn().expect("the program starts");
        let out = child.stdout.take().expect("its output is taken");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("it says where it serves");
        let address = line.trim().strip_prefix("http://").expect("a URL").to_owned();
        App { child, agent: agent(), address }
    }

    /// Starts a program on a data directory that another one holds, and waits until it answers.
    pub fn beside(data: &Path) -> App {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
        let address = port.expect("a port").to_string();
        let child = listening(data, &address).spawn().expect("the program starts");
        let app = App { child, agent: agent(), address };
        app.until(|app| TcpStream::connect(&app.address).ok());
        app
    }

    /// Waits until it serves figures.
    pub fn ready(&self) {
        self.until(|app| (app.get("/readyz").status == 200).then_some(()));
    }

    /// Asks again until there is an answer.
    pub fn until<T>(&self, mut ask: impl FnMut(&App) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(answer) = ask(self) {
                return answer;
            }
            assert!(start.elapsed() < PATIENCE, "it never came");
            sleep(Duration::from_millis(20));
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        answer(self.agent.get(self.url(path)).call())
    }

    pub fn post(&self, path: &str, media: &str, body: &[u8]) -> Answer {
        answer(self.agent.post(self.url(path)).content_type(media).send(body))
    }

    pub fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.post(path, "application/json", body.to_string().as_bytes())
    }

    pub fn delete(&self, path: &str) -> Answer {
        answer(self.agent.delete(self.url(path)).call())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a signal by its name and waits for the end; answers how it ended and how long it took.
    pub fn end(mut self, signal: &str) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("kill");
        assert!(sent.success());
        let status = self.child.wait().expect("it ends");
        (status, start.elapsed())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Each request has a connection of its own: one that is kept ends with what served it.
fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .max_idle_connections(0);
    config.build().into()
}

fn answer(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.expect("the program answers");
    let media = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().expect("text");
    Answer { status, media, text }
}
