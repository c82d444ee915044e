//! The browser edge: takes the page over from the server, opens the WebSocket, and gives the
//! view its feed. The only crate that talks to a network from a browser.

#![recursion_limit = "512"]

mod clock;
mod feed;
mod initial;
mod link;
mod retry;

use std::sync::Arc;

use app::{App, feed::Host, place::Place, routes::Page, state::Live};
use futures_channel::mpsc;
use leptos::{mount::hydrate_body, prelude::*, task::spawn_local};
use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page to life. A page whose state cannot be read, or whose part is missing, stays as
/// it was served.
///
/// The state stands still until the page is taken over, which waits for the part that draws it:
/// what the browser draws first must be what the server drew.
#[wasm_bindgen]
pub async fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let Some(initial) = initial::read() else {
        return;
    };
    let address = feed::address();
    if !Page::at(window().location().pathname().unwrap_or_default().as_str()).load().await {
        return;
    }
    let (asks, asked) = mpsc::unbounded();
    hydrate_body(move || {
        let (live, place) = (Live::new(&initial), Place::new(&address));
        let host = Host::new(feed::Browser::new(asks));
        provide_context(live);
        provide_context(place);
        provide_context(Arc::new(initial));
        host.clone().provide();
        let page = App();
        feed::follow_links(place, host);
        let clock = clock::Clock::start(live, untrack(|| live.wall()));
        spawn_local(link::Link::new(live, clock).run(asked));
        page
    });
}
