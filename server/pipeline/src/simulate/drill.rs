//! Being built.
use model::*;
pub struct Drill;
impl Drill { pub fn new(_: scenario::Name, _: u64, _: &str, _: Timestamp) -> Drill { Drill } pub fn expected(&self) -> Vec<scenario::Expected> { vec![] } pub fn length_ms(&self) -> i64 { 1 } pub fn advance(&mut self, _: i64) -> Vec<Event> { vec![] } }
