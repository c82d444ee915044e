//! The frame around every page, and the page within it.

use std::{sync::Arc, time::Duration};

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
    feed::{Host, Initial, Method},
    node::{Listed, Node, list},
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

/// The page of the path. Another page is shown once its part was [brought](bring); until then the
/// one before stands. It is drawn anew: nothing of the one before goes over, no focus and no scroll.
#[component]
fn Outlet() -> Node {
    let (place, live) = (Place::expect(), Live::expect());
    let wanted = Derived::new(move || place.path(Page::at));
    let shown = RwSignal::new(wanted.get_untracked());
    let host = Host::expect();
    Effect::new(move |_| {
        let page = wanted.get();
        if page != shown.get_untracked() {
            if page.shows_events() && live.lacks_events() {
                host.complete();
            }
            bring(page, wanted, shown, host.clone());
        }
    });
    list(move || {
        let page = shown.get();
        vec![Listed { key: format!("{page:?}"), view: Box::new(move || page.view()) }]
    })
}

/// How long it takes until a part that did not arrive is asked for again.
const AGAIN: Duration = Duration::from_secs(2);

/// Loads the part of a page and shows it, as long as the page is wanted. Where the part does not
/// arrive although the server answers, another server stands there with other parts, and the page
/// is loaded as a whole.
fn bring(page: Page, wanted: Derived<Page>, shown: RwSignal<Page>, host: Host) {
    spawn_local(async move {
        let loaded = page.load().await;
        if wanted.try_get_untracked() != Some(page) {
            return;
        }
        if loaded {
            shown.set(page);
        } else if host.call(Method::Get, "/readyz".to_owned(), None).await.is_ok() {
            host.reload();
        } else {
            set_timeout(
                move || {
                    if wanted.try_get_untracked() == Some(page) {
                        bring(page, wanted, shown, host);
                    }
                },
                AGAIN,
            );
        }
    });
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
