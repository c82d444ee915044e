//! The port through which the view reaches its host: the first state that a page starts from,
//! and the calls that a browser can make. The server answers none of them.

use std::{future::Future, pin::Pin, sync::Arc};

use leptos::prelude::{provide_context, use_context};
use model::{
    AlertId, Book, Snapshot, SourceState, Status, Timestamp,
    scenario::{Name, Run},
    status::SourceMode,
    wire::{Hello, PROTOCOL},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What server rendering and hydration both start from, so that they draw the same page.
#[derive(Debug, Clone, PartialEq)]
pub struct Initial {
    /// The state of the book that the page shows.
    pub hello: Hello,
    /// Source and health.
    pub status: Status,
}

/// The empty page, from which the list of routes is made.
impl Default for Initial {
    fn default() -> Self {
        let status = Status {
            state: SourceState::Probing,
            mode: SourceMode::Auto,
            since: Timestamp::default(),
            book: Book::Real,
            brokers: String::new(),
            reason: None,
            last_real: None,
            real_events: 0,
            real_alerts: [0; 4],
            attempt: 0,
            next_attempt: None,
            seed: None,
            topics: Vec::new(),
            events_per_second: 0.0,
            latency_p99_ms: 0.0,
            catching_up: None,
            spool: None,
            feeds: Vec::new(),
            viewers: 0,
            store_bytes: 0,
            runs: Vec::new(),
            version: String::new(),
            now: Timestamp::default(),
        };
        let hello = Hello { protocol: PROTOCOL, epoch: 0, snapshot: Snapshot::default() };
        Self { hello, status }
    }
}

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light ink on a dark ground.
    Dark,
    /// Dark ink on a light ground.
    Light,
}

impl Theme {
    /// The name that is kept, and that stands in `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
        }
    }

    /// The theme that has this name.
    pub fn named(name: &str) -> Option<Theme> {
        [Theme::Dark, Theme::Light].into_iter().find(|theme| theme.name() == name)
    }
}

/// Key under which the browser keeps the chosen [`Theme`]; without one the system decides.
pub const THEME: &str = "theme";

/// Method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Changes something.
    Post,
    /// Takes something away.
    Delete,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The server could not be reached.
    #[error("the server did not answer")]
    Unreachable,
    /// The server refused, in its own words.
    #[error("{0}")]
    Refused(String),
    /// The answer is not what was asked for.
    #[error("the answer cannot be read")]
    Unreadable,
}

/// A call under way. It runs on the browser's one thread, so it need not be `Send`.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Fault>>>>;

/// What a host does for the view. The browser implements it; see [`Silent`] for the server.
pub trait Feed: Send + Sync {
    /// Calls the server: a path with its query, and a JSON body.
    fn call(&self, method: Method, path: String, body: Option<String>) -> Answer<String>;

    /// Follows another book; none follows the source.
    fn follow(&self, book: Option<Book>);

    /// Asks for the whole state of the book, since the page was served without a part of it.
    fn complete(&self);

    /// Keeps a small text for the next visit.
    fn keep(&self, key: &str, value: &str);

    /// The text that an earlier visit kept.
    fn recall(&self, key: &str) -> Option<String>;

    /// Puts a theme on the document and keeps it.
    fn wear(&self, theme: Theme);

    /// The theme that the document wears now.
    fn worn(&self) -> Theme;

    /// Writes an address as a new step of the browser's history, and shows the top of the page.
    fn step(&self, address: &str, to_top: bool);

    /// Gives the document its title.
    fn name(&self, title: &str);

    /// Loads the page of the address as a whole.
    fn reload(&self);
}

/// The feed of a page that is rendered on the server: it answers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Feed for Silent {
    fn call(&self, _: Method, _: String, _: Option<String>) -> Answer<String> {
        Box::pin(std::future::ready(Err(Fault::Unreachable)))
    }

    fn follow(&self, _: Option<Book>) {}

    fn complete(&self) {}

    fn keep(&self, _: &str, _: &str) {}

    fn recall(&self, _: &str) -> Option<String> {
        None
    }

    fn wear(&self, _: Theme) {}

    fn worn(&self) -> Theme {
        Theme::Dark
    }

    fn step(&self, _: &str, _: bool) {}

    fn name(&self, _: &str) {}

    fn reload(&self) {}
}

/// The feed as components hold it.
#[derive(Clone)]
pub struct Host(Arc<dyn Feed>);

impl Host {
    /// Wraps a feed.
    pub fn new(feed: impl Feed + 'static) -> Self {
        Self(Arc::new(feed))
    }

    /// The feed of this page; silent where none was given.
    pub fn expect() -> Host {
        use_context::<Host>().unwrap_or_else(|| Host::new(Silent))
    }

    /// Gives the feed to everything below.
    pub fn provide(self) {
        provide_context(self);
    }

    /// Takes an alert, which stops its escalation; `actor` is who does it.
    pub fn acknowledge(&self, alert: &AlertId, actor: &str) -> Answer<()> {
        self.act(alert, "acknowledge", actor)
    }

    /// Gives an alert back, which starts its escalation again.
    pub fn unacknowledge(&self, alert: &AlertId, actor: &str) -> Answer<()> {
        self.act(alert, "unacknowledge", actor)
    }

    fn act(&self, alert: &AlertId, verb: &str, actor: &str) -> Answer<()> {
        let path = format!("/api/v1/alerts/{}/{verb}", escape(alert.as_str()));
        let body = serde_json::to_string(&Act { actor }).ok();
        let answer = self.0.call(Method::Post, path, body);
        Box::pin(async move { answer.await.map(drop) })
    }

    /// Starts a drill.
    pub fn start(&self, scenario: Name, start: &Start) -> Answer<Run> {
        self.post(format!("/api/v1/scenarios/{}/runs", scenario.name()), start)
    }

    /// Stops, pauses, resumes or steps a drill: the `verb` of the API. What became of the run
    /// comes with the status.
    pub fn control(&self, run: &str, verb: &str) -> Answer<()> {
        let path = format!("/api/v1/scenarios/runs/{}/{verb}", escape(run));
        let answer = self.0.call(Method::Post, path, Some("{}".to_owned()));
        Box::pin(async move { answer.await.map(drop) })
    }

    /// Reads JSON from a path with its query.
    pub fn get<T: DeserializeOwned + 'static>(&self, path: impl Into<String>) -> Answer<T> {
        let answer = self.0.call(Method::Get, path.into(), None);
        Box::pin(async move { read(&answer.await?) })
    }

    /// Posts JSON to a path and reads JSON back.
    pub fn post<T: DeserializeOwned + 'static>(
        &self,
        path: impl Into<String>,
        body: &impl Serialize,
    ) -> Answer<T> {
        let body = serde_json::to_string(body).ok();
        let answer = self.0.call(Method::Post, path.into(), body);
        Box::pin(async move { read(&answer.await?) })
    }
}

impl std::ops::Deref for Host {
    type Target = dyn Feed;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::Unreadable)
}

/// What is posted with an act on an alert.
#[derive(Serialize)]
struct Act<'a> {
    actor: &'a str,
}

/// How a drill is started; what is absent takes its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Start {
    /// Seed of its world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Drill seconds that pass in one second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Events of a burst.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Events a second of a burst.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
}

/// One page of a list of the API.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Listing<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Cursor of the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// A text as one segment of a path or one value of a query (RFC 3986, unreserved characters).
pub fn escape(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string cannot fail");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_escaped() {
        let check = |from: &str, to: &str| assert_eq!(escape(from), to);
        check("budget-crisis_7.a~", "budget-crisis_7.a~");
        check("drill:a/b c", "drill%3Aa%2Fb%20c");
        check("ó", "%C3%B3");
    }

    #[test]
    fn themes_have_names() {
        assert_eq!(Theme::named("dark"), Some(Theme::Dark));
        assert_eq!(Theme::named(Theme::Light.name()), Some(Theme::Light));
        assert_eq!(Theme::named("blue"), None);
    }
}
