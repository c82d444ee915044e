//! What the flow knows of the way to Kafka: which handed-in events still have to come back from
//! there, and whether the spool has room for more.

use std::{collections::HashSet, sync::Arc};

use model::{Alert, Provenance, Topic};

use crate::{
    encode::{self, dead_letter, forward},
    message::{Decoded, Message},
    spool::Spool,
    store::{Outbound, Reader, Rejected, Route, StoreError, Writer, spooled},
};

/// Events that may be on their way to Kafka and back at one time. Ingest is refused beyond: what
/// is forgotten here would be counted twice when it returns.
const AWAITED: usize = 2_000_000;

/// What goes to Kafka beside or instead of what is the rule.
#[derive(Debug, Clone, Default)]
pub struct Forwarding {
    /// Topics that are not read from Kafka: what is handed in for them would never come back.
    pub left_out: Vec<Topic>,
    /// Whether refused messages are copied to Kafka's topic of dead letters.
    pub dead_letters: bool,
    /// Whether alerts of the real book are told in Kafka's topic of alerts.
    pub alerts: bool,
}

/// The flow's side of the spool. Without a spool it lets everything pass.
#[derive(Debug, Default)]
pub struct Outgoing {
    spool: Option<Arc<Spool>>,
    awaited: HashSet<u128>,
    forwarding: Forwarding,
    /// Bytes that the batch in the making adds.
    added: u64,
}

impl Outgoing {
    /// Reads back what is under way.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(
        spool: Option<Arc<Spool>>,
        forwarding: Forwarding,
        reader: &dyn Reader,
        writer: &dyn Writer,
    ) -> Result<Self, StoreError> {
        if let Some(spool) = &spool {
            spool.set_depth(writer.depth());
        }
        let mut outgoing = Self { spool, forwarding, ..Self::default() };
        outgoing.reopen(reader)?;
        Ok(outgoing)
    }

    /// Reads back what is stored, in place of what a refused batch had added.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reopen(&mut self, reader: &dyn Reader) -> Result<(), StoreError> {
        let awaited = &mut self.awaited;
        awaited.clear();
        reader.awaited(&mut |key| {
            awaited.insert(key);
        })
    }

    /// A new batch begins: what was added before is in the depth of the spool, or nowhere.
    pub fn begin(&mut self) {
        self.added = 0;
    }

    /// The message that each event goes to Kafka as, if it does: a real one that is not there yet.
    ///
    /// # Errors
    /// When the spool does not take them on top of what waits.
    pub fn messages(&self, events: &[Decoded]) -> Result<Vec<Option<Message>>, StoreError> {
        let Some(spool) = &self.spool else { return Ok(vec![None; events.len()]) };
        let message = |event| self.is_outgoing(event).then(|| forward(event));
        let messages: Vec<_> = events.iter().map(message).collect();
        let (count, bytes) = (messages.iter().flatten().count(), messages.iter().flatten());
        let bytes: u64 = bytes.map(spooled).sum();
        let waiting = spool.depth().bytes + self.added;
        let full = waiting + bytes > spool.limit() || self.awaited.len() + count > AWAITED;
        if count > 0 && full { Err(StoreError::Spooled(waiting)) } else { Ok(messages) }
    }

    fn is_outgoing(&self, event: &Decoded) -> bool {
        event.position.is_none()
            && event.event.envelope.provenance == Provenance::Real
            && !self.forwarding.left_out.contains(&event.event.data.topic())
    }

    /// The event of this key is on its way.
    pub fn add(&mut self, key: u128, message: &Message) {
        self.added += spooled(message);
        self.awaited.insert(key);
    }

    /// Whether alerts are told in Kafka.
    pub fn tells_alerts(&self) -> bool {
        self.spool.is_some() && self.forwarding.alerts
    }

    /// An alert for Kafka, where the spool has room.
    pub fn alert(&mut self, alert: &Alert) -> Option<Outbound> {
        let limit = self.spool.as_ref()?.limit();
        let told = self.tell(Route::Alerts, encode::alert(alert), limit);
        if told.is_none() {
            metrics::counter!("streamboard_alerts_not_told_total").increment(1);
        }
        told
    }

    /// The copy of a refused message for Kafka, where one is wanted and the spool is less than half
    /// full: the other half is for events.
    pub fn copy(&mut self, rejected: &Rejected) -> Option<Outbound> {
        let limit = self.spool.as_ref().filter(|_| self.forwarding.dead_letters)?.limit();
        let told = self.tell(Route::DeadLetters, dead_letter(rejected), limit / 2);
        if told.is_none() {
            metrics::counter!("streamboard_dead_letters_not_copied_total").increment(1);
        }
        told
    }

    /// Takes room in the spool for something that is only told, up to this many bytes in all.
    fn tell(&mut self, route: Route, message: Message, limit: u64) -> Option<Outbound> {
        let size = spooled(&message);
        let waiting = self.spool.as_ref()?.depth().bytes + self.added;
        if waiting + size > limit {
            return None;
        }
        self.added += size;
        Some(Outbound::Copy(route, message))
    }

    /// Whether the event of this key has to come back.
    pub fn awaits(&self, key: u128) -> bool {
        self.awaited.contains(&key)
    }

    /// The event of this key came back. Answers whether that was awaited.
    pub fn arrived(&mut self, key: u128) -> bool {
        self.awaited.remove(&key)
    }
}
