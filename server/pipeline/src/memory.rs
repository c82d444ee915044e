//! What was seen before: the keys of the newest events, bounded, so that an event that comes
//! twice is folded once.

use std::collections::{HashSet, VecDeque};

/// The newest keys, in the order in which they came.
#[derive(Debug, Default)]
pub struct Memory {
    limit: usize,
    order: VecDeque<u128>,
    keys: HashSet<u128>,
}

impl Memory {
    /// Remembers at most `limit` keys.
    pub fn new(limit: usize) -> Self {
        Self { limit, order: VecDeque::new(), keys: HashSet::new() }
    }

    /// Remembers a key, in place of the oldest where there is no room. Answers whether it is new.
    pub fn add(&mut self, key: u128) -> bool {
        let new = self.keys.insert(key);
        if new {
            self.order.push_back(key);
            while self.order.len() > self.limit {
                let Some(oldest) = self.order.pop_front() else { break };
                self.keys.remove(&oldest);
            }
        }
        new
    }

    /// Forgets a key, as if it had not come: what was not stored was not seen.
    pub fn remove(&mut self, key: u128) {
        if self.keys.remove(&key) {
            self.order.retain(|kept| *kept != key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_newest() {
        let mut memory = Memory::new(3);
        for key in 1..=4 {
            assert!(memory.add(key));
        }
        assert!(!memory.add(4));
        assert!(!memory.add(2) && !memory.add(3));
        assert!(memory.add(1), "the oldest had made room");
        memory.remove(4);
        assert!(memory.add(4));
    }
}
