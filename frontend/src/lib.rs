//! The browser edge: takes the page over from the server, opens the WebSocket, and gives the
//! view its feed. The only crate that talks to a network from a browser.

#![recursion_limit = "512"]

mod clock;
mod feed;
mod initial;
mod link;
mod retry;

use std::sync::Arc;

use app::{App, feed::Host, state::Live};
use futures_channel::mpsc;
use leptos::{mount::hydrate_lazy, prelude::*, task::spawn_local};
use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page to life. A page whose state cannot be read stays as it was served.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(initial) = initial::read() else {
        return;
    };
    let initial = Arc::new(initial);
    hydrate_lazy(move || {
        let (follow, books) = mpsc::unbounded();
        let live = Live::new(&initial);
        provide_context(live);
        provide_context(Arc::clone(&initial));
        Host::new(feed::Browser::new(follow)).provide();
        let clock = clock::Clock::start(live, untrack(|| live.wall()));
        spawn_local(link::Link::new(live, clock).run(books));
        App()
    });
}
