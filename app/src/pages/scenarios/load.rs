//! Finding a run: in the status, which names every run that is kept, else by asking the server,
//! since a run that was just started is not in the status yet.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::scenario::Run;

use crate::{
    erased::Derived,
    feed::{Host, escape},
    state::{Connection, Live},
};

/// Longest wait for an answer; the page says so then.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the question.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    /// Nobody asked: what the server rendered is certain.
    Never,
    /// No answer yet.
    Waiting,
    /// The run.
    Here(Box<Run>),
    /// Why there is none.
    Failed(String),
}

/// What a page can show of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The run of this id.
    Here(String),
    /// Blocks where it will be.
    Waiting,
    /// There is no such run.
    Unknown,
    /// Why it could not be read.
    Failed(String),
}

/// A run that a page looks for.
#[derive(Clone, Copy)]
pub struct Found {
    id: Derived<String>,
    asked: RwSignal<Asked>,
    host: StoredValue<Host>,
    /// The run, where it is there.
    pub run: Derived<Option<Run>>,
    /// What can be shown.
    pub seen: Derived<Seen>,
}

impl Found {
    /// Looks for the run of an id, and asks for it in the browser alone.
    pub fn new(id: Derived<String>) -> Self {
        let live = Live::expect();
        let served = untrack(|| live.connection()) == Connection::Served;
        let asked = RwSignal::new(if served { Asked::Never } else { Asked::Waiting });
        let run =
            Derived::new(move || id.with(|id| told(live, id).or_else(|| answered(asked, id))));
        let seen = Derived::new(move || match (run.with(Option::is_some), asked.get()) {
            (true, _) => Seen::Here(id.get()),
            (false, Asked::Waiting | Asked::Here(_)) => Seen::Waiting,
            (false, Asked::Failed(reason)) => Seen::Failed(reason),
            (false, Asked::Never) => Seen::Unknown,
        });
        let found = Self { id, asked, host: StoredValue::new(Host::expect()), run, seen };
        Effect::new(move |before: Option<String>| {
            let id = id.get();
            let certain = id.is_empty() || (served && before.is_none());
            let other = before.as_ref() != Some(&id);
            if other && !certain && untrack(|| told(live, &id)).is_none() {
                found.ask();
            }
            id
        });
        found
    }

    /// Asks the server, once more where it was asked before.
    pub fn ask(self) {
        let id = self.id.get_untracked();
        let path = format!("/api/v1/scenarios/runs/{}", escape(&id));
        let answer = self.host.with_value(|host| host.get::<Run>(path));
        let asked = self.asked;
        asked.set(Asked::Waiting);
        let timeout = set_timeout_with_handle(
            move || {
                let waits = asked.try_with_untracked(|asked| *asked == Asked::Waiting);
                if waits == Some(true) {
                    asked.set(Asked::Failed("it did not arrive within 5 s".to_owned()));
                }
            },
            PATIENCE,
        );
        spawn_local(async move {
            let answer = match answer.await {
                Ok(run) => Asked::Here(Box::new(run)),
                Err(fault) => Asked::Failed(fault.to_string()),
            };
            if let Ok(timeout) = timeout {
                timeout.clear();
            }
            asked.try_set(answer);
        });
    }
}

fn told(live: Live, id: &str) -> Option<Run> {
    live.status(|status| status.runs.iter().find(|run| run.id == id).cloned())
}

fn answered(asked: RwSignal<Asked>, id: &str) -> Option<Run> {
    asked.with(|asked| match asked {
        Asked::Here(run) if run.id == id => Some((**run).clone()),
        _ => None,
    })
}
