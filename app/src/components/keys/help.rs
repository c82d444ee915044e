//! The list of keys: a small panel that `?` opens beside the page. It takes the focus, and gives
//! it back once it is closed.

use std::time::Duration;

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};
use markup::view;

use super::PLACES;
use crate::{
    components::{
        button::Key,
        mark::{Mark, Shape},
    },
    erased::shown,
    node::Node,
};

/// Keys, and what they do.
const KEYS: [(&[&str], &str); 8] = [
    (&["J", "K"], "Next row, row before"),
    (&["Enter"], "Open the row"),
    (&["A"], "Acknowledge"),
    (&["T"], "Chart or table"),
    (&["Space"], "Pause, resume"),
    (&["D"], "Dark or light"),
    (&["Esc"], "Close"),
    (&["?"], "All keys"),
];

/// Whether the list is there, and what had the focus before. A cheap copy.
#[derive(Clone, Copy)]
pub struct Help {
    open: RwSignal<bool>,
    before: StoredValue<Option<Element>, LocalStorage>,
}

impl Help {
    /// The list is closed.
    pub fn new() -> Self {
        Self { open: RwSignal::new(false), before: StoredValue::new_local(None) }
    }

    /// Opens or closes it.
    pub fn toggle(self) {
        if self.open.get_untracked() {
            self.close();
            return;
        }
        self.before.set_value(document().active_element());
        self.open.set(true);
        // It stands in the document only after this turn.
        set_timeout(|| focus(document().get_element_by_id("keys")), Duration::ZERO);
    }

    /// Closes it. The focus goes back only from within: who has left it is somewhere else.
    pub fn close(self) {
        let active = document().active_element();
        let within =
            active.is_some_and(|element| element.closest("#keys").is_ok_and(|it| it.is_some()));
        if self.open.get_untracked() {
            self.open.set(false);
        }
        if within {
            focus(self.before.get_value());
        }
    }

    /// The list, while it is open.
    pub fn view(self) -> Node {
        shown(move || self.open.get(), move || panel(self))
    }
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.focus().ok();
    }
}

fn panel(help: Help) -> Node {
    let row = |keys: &[&'static str], what: &'static str| {
        let keys: Vec<_> = keys.iter().map(|name| view! { <Key name/> }).collect();
        view! { <dt>{keys}</dt> <dd>{what}</dd> }.into_any()
    };
    let keys: Vec<_> = KEYS.iter().map(|(keys, what)| row(keys, what)).collect();
    let places: Vec<_> = PLACES.iter().map(|&(key, _, name)| row(&["G", key], name)).collect();
    view! {
        <aside id="keys" class="key-list" tabindex="-1" aria-label="Keys">
            <header>
                <h2>"Keys"</h2>
                <Key name="Esc"/>
                <button type="button" class="icon" aria-label="Close" on:click=move |_| help.close()>
                    <Mark shape=Shape::Missed/>
                </button>
            </header>
            <dl>{keys} {places}</dl>
        </aside>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_works_is_listed() {
        let html = Owner::new_root(None).with(|| panel(Help::new()).to_html());
        let html = html.replace("<!>", "");
        for key in ["J", "K", "A", "T", "D", "?", "Space", "Esc", "G", "O"] {
            assert!(html.contains(&format!("<kbd>{key}</kbd>")), "{key} is missing in {html}");
        }
        assert_eq!(html.matches("<kbd>G</kbd>").count(), PLACES.len());
        assert!(html.contains("aria-label=\"Keys\""), "{html}");
    }
}
