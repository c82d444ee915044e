//! What can be done with a refused message: it is handed in once more, corrected or as it is, or
//! deleted. The server's reason stands beside what was typed, and nothing typed is lost.

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys::HtmlElement};
use markup::view;
use serde_json::json;

use super::{bytes::Shown, rejects::Refused};
use crate::{
    components::button::{Button, Weight},
    feed::{Host, Method},
    node::Node,
};

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was asked for.
    Idle,
    /// The message is being corrected.
    Editing,
    /// Whether it shall really go is asked.
    Confirming,
    /// The server has not answered yet.
    Sending,
    /// It is no letter any more.
    Settled(&'static str),
}

/// A message that may be settled; a cheap copy.
#[derive(Clone, Copy)]
struct Letter {
    id: i64,
    host: StoredValue<Host>,
    stage: RwSignal<Stage>,
    /// What the server said last.
    fault: RwSignal<Option<String>>,
    key: RwSignal<String>,
    /// The value, where it is a text.
    text: RwSignal<Option<String>>,
}

impl Letter {
    fn new(item: &Refused) -> Self {
        let shown = Shown::of(&item.bytes, item.size);
        let whole = !shown.dump && shown.body.len() as u64 == item.size;
        Self {
            id: item.id,
            host: StoredValue::new(Host::expect()),
            stage: RwSignal::new(Stage::Idle),
            fault: RwSignal::new(None),
            key: RwSignal::new(item.key.clone().unwrap_or_default()),
            text: RwSignal::new(whole.then_some(shown.body)),
        }
    }

    fn go(self, stage: Stage) {
        self.fault.set(None);
        self.stage.set(stage);
        self.focus();
    }

    /// What had the focus is gone with the stage before: it moves to the first control of this one.
    fn focus(self) {
        let first = format!("#letter-{} :is(input, button)", self.id);
        request_animation_frame(move || {
            let found = document().query_selector(&first).ok().flatten();
            if let Some(control) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
                control.focus().ok();
            }
        });
    }

    fn replay(self) {
        let key = Some(self.key.get_untracked()).filter(|key| !key.is_empty());
        let mut body = json!({ "key": key });
        if let Some(text) = self.text.get_untracked() {
            body["text"] = text.into();
        }
        let path = format!("/api/v1/dead-letters/{}/replay", self.id);
        let settled = "Replayed: the event is stored.";
        self.send(Method::Post, path, Some(body.to_string()), Stage::Editing, settled);
    }

    fn delete(self) {
        let path = format!("/api/v1/dead-letters/{}", self.id);
        self.send(Method::Delete, path, None, Stage::Confirming, "Deleted.");
    }

    /// Asks the server; a refusal leads back to where it was asked from.
    fn send(
        self,
        method: Method,
        path: String,
        body: Option<String>,
        back: Stage,
        settled: &'static str,
    ) {
        self.go(Stage::Sending);
        let answer = self.host.with_value(|host| host.call(method, path, body));
        spawn_local(async move {
            let answer = answer.await;
            let stage = if answer.is_ok() { Stage::Settled(settled) } else { back };
            // The message may be closed by now.
            self.fault.try_set(answer.err().map(|fault| fault.to_string()));
            self.stage.try_set(stage);
            self.focus();
        });
    }
}

/// What can be done with a message.
pub fn settle(item: &Refused) -> Node {
    let letter = Letter::new(item);
    let status = move || match letter.stage.get() {
        Stage::Sending => Some("Asking the server"),
        Stage::Settled(words) => Some(words),
        Stage::Idle | Stage::Editing | Stage::Confirming => None,
    };
    let fault =
        move || letter.fault.get().map(|words| view! { <p class="wrong">"Refused: " {words}</p> });
    let form = move || match letter.stage.get() {
        Stage::Idle => idle(letter),
        Stage::Editing => editor(letter),
        Stage::Confirming => question(letter),
        Stage::Sending | Stage::Settled(_) => Node::Empty,
    };
    view! {
        <div class="settle" id=format!("letter-{}", letter.id)>
            <div role="alert">{fault}</div>
            {form}
            <p role="status">{status}</p>
        </div>
    }
    .into_any()
}

fn idle(letter: Letter) -> Node {
    view! {
        <p class="choices">
            <Button on_press=move || letter.go(Stage::Editing)>"Replay"</Button>
            <Button weight=Weight::Quiet on_press=move || letter.go(Stage::Confirming)>
                "Delete"
            </Button>
        </p>
    }
    .into_any()
}

fn editor(letter: Letter) -> Node {
    let text = letter.text.get_untracked();
    let rows = text.as_ref().map_or(0, |text| text.lines().count().clamp(3, 16)).to_string();
    let value = match text {
        Some(text) => view! {
            <label>
                <span>"Value"</span>
                <textarea
                    rows=rows
                    spellcheck="false"
                    prop:value=text
                    on:input=move |event| letter.text.set(Some(event_target_value(&event)))
                ></textarea>
            </label>
        }
        .into_any(),
        None => {
            view! { <p class="small">"The value is no whole text and is sent as it is kept."</p> }
                .into_any()
        }
    };
    view! {
        <div class="editor">
            <label>
                <span>"Key"</span>
                <input
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=letter.key.get_untracked()
                    on:input=move |event| letter.key.set(event_target_value(&event))
                />
            </label>
            {value}
            <p class="choices">
                <Button weight=Weight::Primary on_press=move || letter.replay()>"Send"</Button>
                <Button weight=Weight::Quiet on_press=move || letter.go(Stage::Idle)>
                    "Cancel"
                </Button>
            </p>
        </div>
    }
    .into_any()
}

fn question(letter: Letter) -> Node {
    view! {
        <p class="choices">
            <span>"Delete the message and its bytes for good?"</span>
            <Button on_press=move || letter.delete()>"Delete for good"</Button>
            <Button weight=Weight::Quiet on_press=move || letter.go(Stage::Idle)>"Keep"</Button>
        </p>
    }
    .into_any()
}
