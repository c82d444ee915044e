//! Room for what waits for the flow. A source that can wait, such as Kafka, takes room before it
//! hands events over and so does not read faster than is stored; the queue alone bounds requests,
//! and one request may hold thousands of events.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Events that wait at most, exceeded by one request: enough for the next batch to be large while
/// one is stored.
const EVENTS: usize = 10_000;

/// Shared by the sources that take room.
#[derive(Debug, Clone, Default)]
pub struct Room(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<usize>,
    freed: Condvar,
}

impl Shared {
    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that is taken until this is dropped, as it is with the request that carries it.
#[derive(Debug)]
pub struct Taken {
    events: usize,
    shared: Arc<Shared>,
}

impl Room {
    /// Waits until there is room, and takes it for so many events. Blocks.
    pub fn take(&self, events: usize) -> Taken {
        let full = |taken: &mut usize| *taken >= EVENTS;
        let taken = self.0.freed.wait_while(self.0.taken(), full);
        *taken.unwrap_or_else(PoisonError::into_inner) += events;
        Taken { events, shared: Arc::clone(&self.0) }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        *self.shared.taken() -= self.events;
        self.shared.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::mpsc::{RecvTimeoutError, channel},
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn a_source_waits_while_there_is_no_room() {
        let room = Room::default();
        let (first, second) = (room.take(EVENTS - 1), room.take(2_000));
        let (tell, told) = channel();
        let waiting = room.clone();
        let source = thread::spawn(move || {
            let taken = waiting.take(5);
            tell.send(()).expect("somebody listens");
            drop(taken);
        });
        assert_eq!(told.recv_timeout(Duration::from_millis(50)), Err(RecvTimeoutError::Timeout));
        drop(second);
        told.recv_timeout(Duration::from_secs(10)).expect("there is room");
        source.join().expect("it ends");
        drop(first);
        assert_eq!(*room.0.taken(), 0);
    }
}
