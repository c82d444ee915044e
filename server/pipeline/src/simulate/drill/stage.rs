//! The stage of a drill: a list of payloads with their drill times, and what they must raise.

use model::{Payload, Severity, Timestamp, scenario::Expected};

use super::dice::Dice;

/// Something that happens in a drill.
#[derive(Debug, Clone)]
pub struct Cue {
    /// Milliseconds of drill time; negative for history.
    pub at_ms: i64,
    /// What is reported.
    pub data: Payload,
    /// Whether it belongs to the crisis.
    pub crisis: bool,
}

/// A drill while it is being written.
#[derive(Debug)]
pub struct Stage {
    /// When drill time is zero.
    pub start: Timestamp,
    /// What the script draws from.
    pub dice: Dice,
    /// What happens, in any order.
    pub cues: Vec<Cue>,
    /// What it must raise.
    pub expected: Vec<Expected>,
}

impl Stage {
    /// An empty stage.
    pub fn new(start: Timestamp, dice: Dice) -> Self {
        Self { start, dice, cues: Vec::new(), expected: Vec::new() }
    }

    /// The moment of a drill time.
    pub fn time(&self, at_ms: i64) -> Timestamp {
        self.start.plus(at_ms)
    }

    /// Adds a report of ordinary life.
    pub fn calm(&mut self, at_ms: i64, data: Payload) {
        self.cues.push(Cue { at_ms, data, crisis: false });
    }

    /// Adds a report of the crisis.
    pub fn crisis(&mut self, at_ms: i64, data: Payload) {
        self.cues.push(Cue { at_ms, data, crisis: true });
    }

    /// Adds an incident that the entity of a payload must raise.
    pub fn expect(&mut self, at_ms: i64, data: &Payload, name: &str, severity: Severity) {
        self.expected.push(Expected {
            topic: data.topic(),
            entity: data.entity().to_owned(),
            name: name.to_owned(),
            severity,
            at_ms,
        });
    }
}
