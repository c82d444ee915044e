//! The browser edge: takes the page over from the server, opens the WebSocket, and gives the
//! view its feed. The only crate that talks to a network from a browser.

#![recursion_limit = "512"]

mod clock;
mod feed;
mod initial;
mod link;
mod retry;

use std::{cell::Cell, rc::Rc, sync::Arc};

use app::{App, feed::Host, state::Live};
use futures_channel::mpsc;
use leptos::{mount::hydrate_from_async, prelude::*, tachys::dom::body, task::spawn_local};
use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page to life. A page whose state cannot be read stays as it was served.
///
/// The state stands still until the page is taken over, which waits for the part that draws it:
/// what the browser draws first must be what the server drew.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(initial) = initial::read() else {
        return;
    };
    let initial = Arc::new(initial);
    let (follow, books) = mpsc::unbounded();
    let made = Rc::new(Cell::new(None));
    let live = Rc::clone(&made);
    let page = hydrate_from_async(body(), move || {
        let live = Live::new(&initial);
        provide_context(live);
        provide_context(initial);
        Host::new(feed::Browser::new(follow)).provide();
        made.set(Some(live));
        App()
    });
    page.await.forget();
    if let Some(live) = live.get() {
        let clock = clock::Clock::start(live, untrack(|| live.wall()));
        spawn_local(link::Link::new(live, clock).run(books));
    }
}
