//! Sources of messages: the simulator here, Kafka in its own folder.

pub mod kafka;
pub mod simulator;
