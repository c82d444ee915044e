//! The courier: brings the spool to Kafka, in order, each message once whatever is killed.
//!
//! A transaction that delivers messages also writes how far it has come. After a failure, and at
//! every start, that place is read back before anything more is sent: what a lost answer left open
//! is known then.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    flow::{Input, Request},
    source::kafka::{DeliveryError, Settings, Transactions},
    spool::Spool,
    store::{Reader, StoreError},
};

/// Most messages in a transaction.
const RECORDS: usize = 2_000;

/// Most bytes in a transaction, but for its last message.
const BYTES: u64 = 4 * 1024 * 1024;

/// Pause after the first attempt that failed; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a courier is given.
pub struct Setup {
    /// How to reach Kafka.
    pub kafka: Settings,
    /// Who delivers: the name of the data directory.
    pub identity: String,
    /// Where the messages are read.
    pub reader: Arc<dyn Reader>,
    /// Where it tells what is delivered.
    pub input: Input,
    /// What waits.
    pub spool: Arc<Spool>,
}

/// A running courier.
pub struct Courier {
    spool: Arc<Spool>,
    input: Arc<Mutex<Option<Input>>>,
}

impl Courier {
    /// Starts its thread, which waits until a broker is there.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub fn start(setup: Setup) -> std::io::Result<Self> {
        let Setup { kafka, identity, reader, input, spool } = setup;
        let input = Arc::new(Mutex::new(Some(input)));
        let courier = Self { spool: Arc::clone(&spool), input: Arc::clone(&input) };
        let mut round = Round { kafka, identity, reader, input, open: None };
        std::thread::Builder::new().name("courier".into()).spawn(move || round.run(&spool))?;
        Ok(courier)
    }

    /// Tells it to end, and the flow nothing more. A call to a broker that is gone may still hold
    /// its thread; what that call delivers is found at the next start.
    pub fn stop(&self) {
        self.input.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.spool.close();
    }
}

struct Round {
    kafka: Settings,
    identity: String,
    reader: Arc<dyn Reader>,
    input: Arc<Mutex<Option<Input>>>,
    open: Option<(Transactions, u64)>,
}

impl Round {
    fn run(&mut self, spool: &Spool) {
        let mut pause = FIRST_PAUSE;
        while spool.wait() {
            match self.deliver() {
                Ok(()) => {
                    spool.set_fault(None);
                    pause = FIRST_PAUSE;
                }
                Err(error) => {
                    tracing::warn!(%error, "the spool was not delivered");
                    // How far it came is read back before the next attempt.
                    self.open = None;
                    spool.set_fault(Some(error.to_string()));
                    if !spool.pause(pause) {
                        return;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Delivers what waits, at most one transaction of it.
    fn deliver(&mut self) -> Result<(), DeliveryError> {
        let (transactions, reached) = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(Transactions::open(&self.kafka, &self.identity)?),
        };
        let waiting = self.reader.spool(*reached, RECORDS, BYTES);
        let waiting = waiting.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        if let Some(last) = waiting.last() {
            transactions.deliver(&waiting)?;
            *reached = last.number;
        }
        let to = *reached;
        self.tell(to).map_err(|error| DeliveryError::Refused(error.to_string()))
    }

    /// Tells the flow, and waits until the messages are gone from the spool. A flow that ends
    /// leaves them for the next start.
    fn tell(&self, to: u64) -> Result<(), StoreError> {
        let input = self.input.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(input) = input else { return Ok(()) };
        let (done, forgotten) = oneshot::channel();
        let sent = input.send_blocking(Request::Delivered { to, done });
        drop(input);
        if sent.is_ok() { forgotten.blocking_recv().unwrap_or(Ok(())) } else { Ok(()) }
    }
}
