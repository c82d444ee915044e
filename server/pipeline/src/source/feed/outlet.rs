//! The way of a feed's rows into the flow, and the end of it.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::flow::{Arrived, Input, Request, Room};

/// Shared by a feed and by whoever stops it. While it is closed the flow may end, whatever the
/// feed's thread is waiting for.
#[derive(Debug, Clone)]
pub(super) struct Outlet {
    shared: Arc<(Mutex<Option<Input>>, Condvar)>,
    room: Room,
}

impl Outlet {
    pub fn new(input: Input) -> Self {
        let shared = Arc::new((Mutex::new(Some(input)), Condvar::new()));
        Self { shared, room: Room::default() }
    }

    fn input(&self) -> MutexGuard<'_, Option<Input>> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands rows over, waiting for room. Answers whether the feed goes on.
    pub fn send(&self, arrived: Arrived) -> bool {
        let room = self.room.take(arrived.events.len() + arrived.rejects.len());
        let Some(input) = self.input().clone() else { return false };
        input.send_blocking(Request::Arrived(Arrived { room: Some(room), ..arrived })).is_ok()
    }

    /// Waits for so long. Answers whether the feed goes on.
    pub fn pause(&self, duration: Duration) -> bool {
        let open = |input: &mut Option<Input>| input.is_some();
        let waited = self.shared.1.wait_timeout_while(self.input(), duration, open);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_some()
    }

    /// Whether the feed goes on.
    pub fn is_open(&self) -> bool {
        self.input().is_some()
    }

    /// Ends the feed.
    pub fn close(&self) {
        self.input().take();
        self.shared.1.notify_all();
    }
}
