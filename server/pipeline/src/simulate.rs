//! Being built.
use model::*;
#[derive(Debug, Clone, Copy)]
pub struct Intervals(pub [i64; 7]);
pub struct World;
impl World { pub fn new(_: u64, _: Timestamp, _: Intervals) -> World { World } pub fn next_due(&self) -> Timestamp { Timestamp::default() } pub fn advance(&mut self, _: Timestamp) -> Vec<Event> { vec![] } pub fn rates(&self, _: Timestamp) -> model::view::transaction::Rates { Default::default() } }




mod burst;
mod cast;
mod drill;
pub use self::{burst::Burst, drill::Drill};
