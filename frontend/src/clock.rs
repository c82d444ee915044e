//! The server's wall clock as the browser reckons it, and the page's tick of a second. A hidden
//! page does not tick.

use std::{cell::Cell, rc::Rc};

use app::state::{Connection, Live};
use gloo_timers::callback::Interval;
use leptos::prelude::document;
use model::Timestamp;

/// How long a connection may be gone before the page says so.
const GRACE: i64 = 2 * Timestamp::SECOND;

/// A shared clock.
#[derive(Clone)]
pub struct Clock {
    live: Live,
    /// The server's clock minus the browser's, in milliseconds.
    ahead: Rc<Cell<i64>>,
    /// When the connection was lost, while it is.
    lost: Rc<Cell<Option<Timestamp>>>,
}

impl Clock {
    /// Starts ticking from the server's `now`.
    pub fn start(live: Live, now: Timestamp) -> Clock {
        let ahead = Rc::new(Cell::new(now.since(browser())));
        let clock = Clock { live, ahead, lost: Rc::default() };
        let ticking = clock.clone();
        Interval::new(1_000, move || ticking.tick()).forget();
        clock
    }

    /// Corrects the clock by what the server said.
    pub fn hear(&self, server: Timestamp) {
        self.ahead.set(server.since(browser()));
    }

    /// The server's clock now.
    pub fn now(&self) -> Timestamp {
        browser().plus(self.ahead.get())
    }

    /// The connection was lost; the page says so if it stays lost.
    pub fn lost(&self) {
        if self.lost.get().is_none() {
            self.lost.set(Some(self.now()));
        }
    }

    /// Messages arrive again.
    pub fn found(&self) {
        self.lost.set(None);
        self.live.connect(Connection::Open);
    }

    fn tick(&self) {
        let now = self.now();
        if let Some(since) = self.lost.get().filter(|since| now.since(*since) >= GRACE) {
            self.live.connect(Connection::Lost(since));
        }
        if !document().hidden() {
            self.live.tick(now);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds since 1970")]
fn browser() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}
