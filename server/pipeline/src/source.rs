//! Sources: where messages come from. A source knows positions, connections and back-pressure; it
//! looks into no message and decides nothing. What it notices about its connection it tells an
//! observer as a [`crate::supervisor::Observation`].
//!
//! The port is two functions that the flow hands over:
//! - a **sender** `FnMut(Delivery) -> bool` takes a batch, in order within each partition. It blocks
//!   while the flow is busy, which is the back-pressure; `false` ends the source.
//! - an **observer** `Fn(Observation)` is called from the source's thread and must not block.
//!
//! Positions are the flow's: a source starts where the store says, and is told afterwards what
//! became durable.

//!
//! A [`feed`] keeps its positions by file or address instead, in the same transactions.

pub mod feed;
pub mod kafka;
pub mod simulator;
