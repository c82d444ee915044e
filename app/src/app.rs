//! The frame around every page, and the page within it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use markup::view;

use crate::{
    components::{
        banner::Banners,
        bar::{Bar, BottomBar},
        keys::{Keys, Subject},
        toast::{ToastList, Toasts},
    },
    erased::Derived,
    feed::{Host, Initial},
    node::Node,
    place::Place,
    routes::Page,
    state::Live,
    title::DocumentTitle,
};

/// The whole page below `body`. Starts from the `Arc<Initial>` and the [`Place`] in its context,
/// and from the `Live` and the [`DocumentTitle`] there where the host has made them.
///
/// In a browser the part that draws the page must be there: see [`Page::load`].
#[component]
pub fn App() -> Node {
    if use_context::<Live>().is_none() {
        let initial = use_context::<Arc<Initial>>().unwrap_or_default();
        provide_context(Live::new(&initial));
    }
    if use_context::<DocumentTitle>().is_none() {
        provide_context(DocumentTitle::new());
    }
    provide_context(Toasts::new());
    provide_context(Subject::new());
    follow();
    view! {
        <Defs/>
        <Keys/>
        <a class="skip" href="#main">"Skip to content"</a>
        <Bar/>
        <Banners/>
        <main id="main" tabindex="-1">
            <Outlet/>
        </main>
        <BottomBar/>
        <ToastList/>
    }
}

/// The page of the path. Another page is shown once its part was loaded; until then the one before
/// stands.
#[component]
fn Outlet() -> Node {
    let (place, live, host) = (Place::expect(), Live::expect(), Host::expect());
    let wanted = Derived::new(move || place.path(Page::at));
    let shown = RwSignal::new(wanted.get_untracked());
    Effect::new(move |_| {
        let page = wanted.get();
        if page == shown.get_untracked() {
            return;
        }
        if page.shows_transactions() && live.lacks_rows() {
            host.complete();
        }
        spawn_local(async move {
            page.load().await;
            if page == wanted.get_untracked() {
                shown.set(page);
            }
        });
    });
    Node::from(move || shown.get().view())
}

/// Follows the book that the address names.
fn follow() {
    let book = Place::expect().following("book");
    let host = Host::expect();
    Effect::new(move |before: Option<Option<String>>| {
        let book = book.get();
        if before.is_some_and(|before| before != book) {
            host.follow(book.as_deref().and_then(|text| text.parse().ok()));
        }
        book
    });
}

/// Patterns that drawings refer to by name.
#[component]
fn Defs() -> Node {
    view! {
        <svg class="defs" aria-hidden="true">
            <defs>
                <pattern
                    id="hatch"
                    width="6"
                    height="6"
                    patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)"
                >
                    <line class="hatch-line" x1="0" y1="0" x2="0" y2="6"></line>
                </pattern>
            </defs>
        </svg>
    }
}
