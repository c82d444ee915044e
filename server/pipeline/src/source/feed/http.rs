//! The poller: asks the address of a feed again and again, and hands over what has changed.
//!
//! An answer that is the same as before, by its version or to the byte, brings nothing. The rows of
//! another one that were there before are recognised by their id. A redirection is not followed,
//! since the headers may hold a secret that is meant for one host.

mod answer;

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use model::Timestamp;
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig, TlsProvider},
};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use self::answer::rows;
use super::{board::Line, gather, outlet::Outlet};
use crate::{
    feed::{Address, Feed, Format},
    flow::Arrived,
    store::FeedPosition,
};

/// Largest answer, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Rows that are handed over at once.
const ROWS: usize = 2_000;

/// Pause after the first attempt that failed; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Longest pause after an attempt that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Longest pause that an address may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(3_600);

/// Why an answer was not read.
#[derive(Debug)]
enum Stop {
    /// The feed ends.
    Closed,
    /// It cannot be read now; `after` is when the address wants to be asked again.
    Failed { reason: String, after: Option<Duration> },
}

impl Stop {
    fn failed(reason: impl Into<String>) -> Self {
        Stop::Failed { reason: reason.into(), after: None }
    }
}

/// Asks the address of one feed.
pub(super) struct Poller {
    feed: Feed,
    address: Address,
    outlet: Outlet,
    line: Line,
    agent: Agent,
    position: FeedPosition,
    /// The rows of the last answer that were refused, which are not kept once more.
    refused: HashSet<u128>,
}

impl Poller {
    pub fn new(
        feed: Feed,
        address: Address,
        outlet: Outlet,
        line: Line,
        positions: BTreeMap<String, FeedPosition>,
    ) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier);
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(address.timeout))
            .user_agent(concat!("streamboard/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        // Of another address, the position says nothing.
        let file = xxh3_64(address.url.as_bytes()).cast_signed();
        let stored = positions.get(address.shown()).filter(|position| position.file == file);
        let position = stored.cloned().unwrap_or(FeedPosition { file, ..FeedPosition::default() });
        let (agent, refused) = (agent.into(), HashSet::new());
        Self { feed, address, outlet, line, agent, position, refused }
    }

    /// Asks until it is told to end.
    pub fn run(mut self) {
        let mut failures = 0;
        loop {
            let pause = match self.ask() {
                Ok(()) => {
                    failures = 0;
                    self.line.waits(None);
                    self.address.every
                }
                Err(Stop::Closed) => return,
                Err(Stop::Failed { reason, after }) => {
                    failures += 1;
                    let pause = after.unwrap_or_else(|| pause(failures, rand::random()));
                    self.line.fails(&reason, pause);
                    pause
                }
            };
            if !self.outlet.pause(pause) {
                return;
            }
        }
    }

    /// Asks once, and hands over what has changed.
    fn ask(&mut self) -> Result<(), Stop> {
        let mut request = self.agent.get(&self.address.url);
        for (name, value) in &self.address.headers.0 {
            request = request.header(name, value);
        }
        let conditions = [
            ("if-none-match", &self.position.etag),
            ("if-modified-since", &self.position.modified),
        ];
        for (name, value) in conditions {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let mut response = request.call().map_err(|error| Stop::failed(error.to_string()))?;
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let status = response.status();
        match status.as_u16() {
            200 => {}
            304 => return Ok(()),
            301..=308 => {
                let to = header("location").unwrap_or_default();
                let to = to.split(['?', '#']).next().unwrap_or_default();
                let reason = format!("it answers {status}, which is not followed: use {to}");
                return Err(Stop::failed(reason));
            }
            _ => {
                let after = header("retry-after");
                let after = after.and_then(|text| retry_after(&text, (self.line.clock)()));
                return Err(Stop::Failed { reason: format!("it answers {status}"), after });
            }
        }
        let (etag, modified) = (header("etag"), header("last-modified"));
        let body = response.body_mut().with_config().limit(LARGEST).read_to_vec();
        let body = body.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => {
                Stop::failed(format!("its answer is larger than {LARGEST} bytes"))
            }
            error => Stop::failed(format!("its answer ended too early: {error}")),
        })?;
        let seal = xxh3_64(&body).cast_signed();
        let position = FeedPosition { seal, etag, modified, ..self.position.clone() };
        self.take(&body, position)
    }

    /// Hands the rows of an answer over. The position goes with the last of them.
    fn take(&mut self, body: &[u8], position: FeedPosition) -> Result<(), Stop> {
        if position == self.position {
            return Ok(());
        }
        let mut refused = HashSet::new();
        let mut arrived = Arrived::default();
        if position.seal != self.position.seal {
            let (header, rows) = rows(&self.feed, body).map_err(Stop::failed)?;
            let now = (self.line.clock)();
            let mark = if matches!(self.feed.format, Format::Json { .. }) { '#' } else { ':' };
            for raw in rows {
                let place = format!("{}{mark}{}", self.address.shown(), raw.line);
                let before = arrived.rejects.len();
                gather(&self.feed, &raw, header.as_ref(), (place, None), now, &mut arrived);
                if arrived.rejects.len() > before {
                    let content = xxh3_128(&raw.bytes);
                    if !refused.insert(content) || self.refused.contains(&content) {
                        arrived.rejects.pop();
                    }
                }
                if arrived.events.len() + arrived.rejects.len() >= ROWS {
                    self.send(std::mem::take(&mut arrived))?;
                }
            }
            self.refused = refused;
        }
        let place = self.address.shown().to_owned();
        arrived.feeds.insert((self.feed.name.clone(), place), position.clone());
        self.send(arrived)?;
        self.position = position;
        Ok(())
    }

    fn send(&self, arrived: Arrived) -> Result<(), Stop> {
        self.line.read(&arrived);
        if self.outlet.send(arrived) { Ok(()) } else { Err(Stop::Closed) }
    }
}

/// The pause after so many failures in a row; `draw`, from 0 to 1, keeps many from asking at once.
fn pause(failures: u32, draw: f64) -> Duration {
    let doubled = FIRST_PAUSE * 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE).mul_f64(0.5 + draw / 2.0)
}

/// What `Retry-After` asks for (RFC 9110, 10.2.3): seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let asked = match text.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(text).ok()?;
            let until = until.duration_since(std::time::UNIX_EPOCH).ok()?;
            let now = Duration::from_millis(u64::try_from(now.millis()).ok()?);
            until.saturating_sub(now)
        }
    };
    Some(asked.clamp(FIRST_PAUSE, LONGEST_ASKED))
}

#[cfg(test)]
mod tests;
