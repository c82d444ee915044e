//! A list that the page asks the server for, in the browser alone, and how far it has come.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use markup::view;
use serde::de::DeserializeOwned;

use crate::{
    components::{
        button::Button,
        mark::{Mark, Shape},
    },
    erased::Derived,
    feed::{Host, Listing, Method},
    node::Node,
};

/// Longest wait for an answer; the page says so then.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far a list has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody asked.
    Never,
    /// No answer yet.
    Waiting,
    /// The answer, as JSON: read where it is drawn, so that lists of all kinds share this type.
    Here(String),
    /// Why there is none.
    Failed(String),
}

/// A list of the API; a cheap copy.
#[derive(Clone, Copy)]
pub struct List {
    path: &'static str,
    host: StoredValue<Host>,
    state: RwSignal<State>,
}

impl List {
    /// The list at a path, as far as it has come at first.
    pub fn new(path: &'static str, state: State) -> Self {
        let host = StoredValue::new(Host::expect());
        Self { path, host, state: RwSignal::new(state) }
    }

    /// How far it has come, followed.
    pub fn state(self) -> State {
        self.state.get()
    }

    /// Asks for it, once more where it is there.
    pub fn ask(self) {
        let state = self.state;
        state.set(State::Waiting);
        let answer = self.host.with_value(|host| host.call(Method::Get, self.path.into(), None));
        let timeout = set_timeout_with_handle(
            move || {
                let waits = state.try_with_untracked(|state| *state == State::Waiting);
                if waits == Some(true) {
                    state.set(State::Failed("did not arrive within 5 s".to_owned()));
                }
            },
            PATIENCE,
        );
        spawn_local(async move {
            let found = match answer.await {
                Ok(text) => State::Here(text),
                Err(fault) => State::Failed(fault.to_string()),
            };
            if let Ok(timeout) = timeout {
                timeout.clear();
            }
            state.try_set(found);
        });
    }
}

/// The button that asks for a list, in other words once it is there; none while an answer is
/// awaited or the failure has a button of its own.
pub fn ask_button(list: List, first: &'static str, again: &'static str) -> Node {
    let words = move || match list.state() {
        State::Never => Some(first),
        State::Here(_) => Some(again),
        State::Waiting | State::Failed(_) => None,
    };
    let button = move |words: &'static str| {
        view! { <p class="more"><Button on_press=move || list.ask()>{words}</Button></p> }
    };
    view! { {move || words().map(button)} }.into_any()
}

/// The head of a column, and the classes of its cells.
pub type Head = (&'static str, Option<&'static str>);

/// The table of a list, in a frame that scrolls; `body` is one part of it or several.
pub fn table(label: &'static str, caption: &'static str, heads: &[Head], body: Node) -> Node {
    let head = |&(words, class): &Head| view! { <th scope="col" class=class>{words}</th> };
    let heads: Vec<_> = heads.iter().map(head).collect();
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label=label>
            <table class="grid">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                {body}
            </table>
        </div>
    }
    .into_any()
}

/// Draws what is there of a list: its items, blocks where they will be, or why there are none.
pub fn draw<T: DeserializeOwned>(
    state: State,
    list: List,
    items: impl FnOnce(Listing<T>) -> Node,
) -> Node {
    match state {
        State::Never => Node::Empty,
        State::Waiting => waiting(),
        State::Failed(reason) => failed(reason, list),
        State::Here(text) => match serde_json::from_str(&text) {
            Ok(listing) => items(listing),
            Err(_) => failed("the answer cannot be read".to_owned(), list),
        },
    }
}

fn waiting() -> Node {
    view! {
        <div class="blocks" role="status">
            <span class="unseen">"Loading"</span>
            <p></p>
            <p></p>
            <p></p>
        </div>
    }
    .into_any()
}

fn failed(reason: String, list: List) -> Node {
    view! {
        <div class="failed" role="alert">
            <p>
                <Mark shape=Derived::from(Shape::Missed)/>
                <b>"Not loaded"</b>
                <span>": " {reason} ". The figures on the page are unaffected."</span>
            </p>
            <p><Button on_press=move || list.ask()>"Try again"</Button></p>
        </div>
    }
    .into_any()
}
