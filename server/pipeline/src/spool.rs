//! The spool as the rest of the program sees it: how much waits for Kafka, whether Kafka can take
//! it now, and what went wrong last. What waits lies in the store; [`crate::courier`] delivers it.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::store::Depth;

/// Shared by the flow, which fills it, the courier, which empties it, and the status.
#[derive(Debug)]
pub struct Spool {
    limit: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    depth: Depth,
    open: bool,
    closed: bool,
    fault: Option<String>,
}

impl Spool {
    /// A spool that takes so many bytes; beyond, ingest is refused.
    pub fn new(limit: u64) -> Self {
        Self { limit, state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that it takes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// What waits.
    pub fn depth(&self) -> Depth {
        self.lock().depth
    }

    /// Says what waits now.
    pub fn set_depth(&self, depth: Depth) {
        let mut state = self.lock();
        // The flow says so after every batch; most leave it as it was.
        if state.depth != depth {
            state.depth = depth;
            self.changed.notify_all();
        }
    }

    /// Why the last attempt to deliver failed; nothing while it works.
    pub fn fault(&self) -> Option<String> {
        self.lock().fault.clone()
    }

    /// Says how the last attempt to deliver went.
    pub fn set_fault(&self, fault: Option<String>) {
        self.lock().fault = fault;
    }

    /// Says whether a broker is there.
    pub fn set_open(&self, open: bool) {
        self.lock().open = open;
        self.changed.notify_all();
    }

    /// Ends every wait, for good.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Waits until something can be delivered. Answers whether the program goes on.
    pub fn wait(&self) -> bool {
        let deliverable = |state: &State| state.open && state.depth.records > 0;
        let idle = |state: &mut State| !state.closed && !deliverable(state);
        let waited = self.changed.wait_while(self.lock(), idle);
        !waited.unwrap_or_else(PoisonError::into_inner).closed
    }

    /// Waits for so long. Answers whether the program goes on.
    pub fn pause(&self, duration: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), duration, |state| !state.closed);
        !waited.unwrap_or_else(PoisonError::into_inner).0.closed
    }
}
