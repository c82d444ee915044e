//! Messages on their way into the flow: decoded where they arrive, events of others and our own
//! by the same code.

use model::{Event, Timestamp};

use crate::{
    decode::{Fault, Trust, decode},
    encode::encode,
    flow::Arrived,
    message::{Decoded, Message},
    store::{FeedRow, Rejected},
};

/// Decodes what a source delivers. A message that is refused is kept with its reason, and its
/// position is passed like any other: consumption goes on.
pub fn from_outside(messages: Vec<Message>, now: Timestamp) -> Arrived {
    let mut arrived = Arrived::default();
    for message in messages {
        if let Some(position) = message.position {
            let next = arrived.positions.entry((message.topic, position.partition)).or_default();
            *next = (*next).max(position.offset + 1);
        }
        match decode(&message, now, Trust::Outside) {
            Ok(decoded) => arrived.events.push(decoded),
            Err(fault) => arrived.rejects.push(Rejected {
                message,
                row: None,
                reason: fault.reason,
                detail: fault.detail,
            }),
        }
    }
    arrived
}

/// Decodes a row of a feed as if Kafka had brought it. One that could not be read or mapped, which
/// `fault` says, or is refused then, is kept with its place.
pub fn from_feed(
    message: Message,
    fault: Option<Fault>,
    row: FeedRow,
    now: Timestamp,
    arrived: &mut Arrived,
) {
    match fault.map_or_else(|| decode(&message, now, Trust::Outside), Err) {
        Ok(decoded) => arrived.events.push(decoded),
        Err(Fault { reason, detail, .. }) => {
            arrived.rejects.push(Rejected { message, row: Some(row), reason, detail });
        }
    }
}

/// Sends events that Streamboard makes through the edge.
pub fn own(events: &[Event], received: Timestamp) -> Arrived {
    let events = events.iter().filter_map(|event| own_event(event, received)).collect();
    Arrived { events, ..Arrived::default() }
}

/// One event through the edge, encoded as for Kafka and decoded as from it. What the generator
/// makes is never refused; a test holds that.
pub fn own_event(event: &Event, received: Timestamp) -> Option<Decoded> {
    let message = encode(event, received);
    decode(&message, event.envelope.time.max(received), Trust::Own)
        .inspect_err(|fault| tracing::error!(%fault, "the generator made an impossible event"))
        .ok()
}
