//! Asking for the event, and for the one before it of the same entity.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::{Recorded, Timestamp};

use crate::feed::{Fault, Host, Listing, escape};

/// Longest wait for an answer; the page says so then.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the question.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Found {
    /// No answer yet.
    #[default]
    Asked,
    /// The event, and the one before it where there is one.
    Here {
        /// The event.
        event: Box<Recorded>,
        /// The one before it.
        before: Option<Box<Recorded>>,
    },
    /// Why there is none.
    Failed(String),
}

impl Found {
    /// The event.
    pub fn event(&self) -> Option<&Recorded> {
        match self {
            Found::Here { event, .. } => Some(event),
            Found::Asked | Found::Failed(_) => None,
        }
    }

    /// The one before it.
    pub fn before(&self) -> Option<&Recorded> {
        match self {
            Found::Here { before, .. } => before.as_deref(),
            Found::Asked | Found::Failed(_) => None,
        }
    }
}

/// Asks once more. Holds what it asks with: a handler of a press knows no context.
#[derive(Clone)]
pub struct Retry {
    host: Host,
    found: RwSignal<Found>,
}

impl Retry {
    /// Asks for the event again.
    pub fn run(&self, id: &str) {
        self.found.set(Found::Asked);
        ask(self.host.clone(), id.to_owned(), self.found);
    }
}

/// Asks for an event, in the browser alone.
pub fn load(id: &str) -> RwSignal<Found> {
    let found = RwSignal::new(Found::Asked);
    let host = Host::expect();
    provide_context(Retry { host: host.clone(), found });
    let id = id.to_owned();
    Effect::new(move |_| ask(host.clone(), id.clone(), found));
    found
}

fn ask(host: Host, id: String, found: RwSignal<Found>) {
    let path = format!("/api/v1/events/{}", escape(&id));
    let one = host.get::<Recorded>(path);
    let timeout = set_timeout_with_handle(
        move || {
            let waits = found.try_with_untracked(|found| *found == Found::Asked);
            if waits == Some(true) {
                found.set(Found::Failed("did not arrive within 5 s".to_owned()));
            }
        },
        PATIENCE,
    );
    spawn_local(async move {
        let answer = match one.await {
            Ok(event) => {
                let before = host.get::<Listing<Recorded>>(query(&event)).await;
                let before = before.ok().and_then(|list| previous(list.items, &event));
                Found::Here { event: Box::new(event), before: before.map(Box::new) }
            }
            Err(fault) => Found::Failed(words(&fault)),
        };
        if let Ok(timeout) = timeout {
            timeout.clear();
        }
        found.try_set(answer);
    });
}

/// The newest events of the entity up to the moment of this one.
fn query(event: &Recorded) -> String {
    format!(
        "/api/v1/events?topic={}&entity={}&book={}&to={}&limit=10",
        event.topic,
        escape(&event.envelope.subject),
        escape(&event.book.to_string()),
        escape(&event.envelope.time.plus(Timestamp::SECOND).to_string()),
    )
}

/// The newest that stands before the event in the log.
fn previous(items: Vec<Recorded>, event: &Recorded) -> Option<Recorded> {
    let earlier = items.into_iter().filter(|item| item.log_sequence < event.log_sequence);
    earlier.max_by_key(|item| item.log_sequence)
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::Unreachable => "the server did not answer".to_owned(),
        Fault::Refused(reason) => format!("the server answered: {reason}"),
        Fault::Unreadable => "the answer cannot be read".to_owned(),
    }
}
