//! Toasts: what became of a command. Errors stay until closed.

use std::time::Duration;

use leptos::prelude::*;
use markup::view;

use super::mark::{Mark, Shape};
use crate::{
    node::Node,
    node::{Listed, list},
};

/// Most toasts on the screen.
const MOST: usize = 3;

/// How long a toast stays.
const STAY: Duration = Duration::from_secs(6);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Toast {
    id: u64,
    text: String,
    failed: bool,
}

/// The toasts of a page; a cheap copy in the context.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toasts {
    /// No toasts yet.
    pub fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// The toasts of this page.
    ///
    /// # Panics
    /// Outside of `App`, which provides them.
    pub fn expect() -> Toasts {
        expect_context::<Toasts>()
    }

    /// Says that something was done, with the verb of its button.
    pub fn done(self, text: impl Into<String>) {
        let id = self.push(text.into(), false);
        set_timeout(move || self.close(id), STAY);
    }

    /// Says what failed; stays until closed.
    pub fn failed(self, text: impl Into<String>) {
        self.push(text.into(), true);
    }

    fn push(self, text: String, failed: bool) -> u64 {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            list.push(Toast { id, text, failed });
            if list.len() > MOST {
                list.remove(0);
            }
        });
        id
    }

    fn close(self, id: u64) {
        self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

/// The toasts, bottom left.
#[component]
pub fn ToastList() -> Node {
    let toasts = Toasts::expect();
    let row = move |toast: Toast| {
        let shape = if toast.failed { Shape::Missed } else { Shape::Resolved };
        let close = move |_| toasts.close(toast.id);
        view! {
            <li class="toast" class:failed=toast.failed>
                <Mark shape/>
                <span>{toast.text}</span>
                <button type="button" class="button quiet" on:click=close>"Close"</button>
            </li>
        }
        .into_any()
    };
    let listed = move |toast: Toast| Listed {
        key: toast.id.to_string(),
        view: Box::new(move || row(toast)),
    };
    let rows = move || toasts.list.get().into_iter().map(listed).collect();
    view! {
        <ul class="toasts" role="status" aria-live="polite">
            {list(rows)}
        </ul>
    }
    .into_any()
}
