//! Being built.
use model::*;
#[derive(Debug, Clone, Copy)]
pub struct Intervals(pub [i64; 7]);
pub struct World;
impl World { pub fn new(_: u64, _: Timestamp, _: Intervals) -> World { World } pub fn next_due(&self) -> Timestamp { Timestamp::default() } pub fn advance(&mut self, _: Timestamp) -> Vec<Event> { vec![] } pub fn rates(&self, _: Timestamp) -> model::view::transaction::Rates { Default::default() } }
pub struct Drill;
impl Drill { pub fn new(_: scenario::Name, _: u64, _: &str, _: Timestamp) -> Drill { Drill } pub fn expected(&self) -> Vec<scenario::Expected> { vec![] } pub fn length_ms(&self) -> i64 { 1 } pub fn advance(&mut self, _: i64) -> Vec<Event> { vec![] } }
pub struct Burst;
impl Burst { pub fn new(_: u64, _: &str) -> Burst { Burst } pub fn next(&mut self, _: Timestamp) -> Event { panic!() } }
