//! Events that Streamboard makes itself, on the same way through encoding and decoding as those
//! of anybody else.

use model::{Event, Timestamp};

use crate::{
    decode::{Trust, decode},
    encode::encode,
    flow::Arrived,
    message::Decoded,
};

/// Sends events through the edge: encoded as for Kafka and decoded as from it. What the generator
/// makes is never refused; a test holds that.
pub fn arrive(events: &[Event], received: Timestamp) -> Arrived {
    Arrived { events: events.iter().filter_map(|event| own(event, received)).collect(), ..Arrived::default() }
}

/// One event through the edge.
pub fn own(event: &Event, received: Timestamp) -> Option<Decoded> {
    let message = encode(event, received);
    decode(&message, event.envelope.time.max(received), Trust::Own)
        .inspect_err(|fault| tracing::error!(%fault, "the generator made an impossible event"))
        .ok()
}
