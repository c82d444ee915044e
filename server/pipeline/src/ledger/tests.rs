//! The invariants of the fold, and the life of an alert under the built-in rules.

mod alert;
mod invariant;

use model::{
    Alert, AlertState, Book, Change, Payload, Person, PersonId, Severity, Timestamp,
    alert::{Action, Command},
};

use super::*;
use crate::process::testing::{event, id, time};

/// The moment at which tests begin: 53 days into a quarter of 92.
fn start() -> Timestamp {
    time("2026-11-23T12:00:00Z")
}

/// A chain of three: the SVP, the chief financial officer, the chief executive.
fn people() -> Vec<Person> {
    let person = |own: &str, superior: Option<&str>| Person {
        id: id(own),
        name: own.to_owned(),
        title: own.to_owned(),
        superior: superior.map(id),
    };
    vec![person("svp", Some("cfo")), person("cfo", Some("ceo")), person("ceo", None)]
}

fn ledger() -> Ledger {
    Ledger::new(Book::Real, people(), Arc::new(Rules::builtin()))
}

/// A ledger with verbs that say what a test does.
struct Bench {
    ledger: Ledger,
    changes: Vec<Change>,
}

impl Bench {
    fn new() -> Self {
        Self { ledger: ledger(), changes: Vec::new() }
    }

    /// Folds an event so many seconds after the start; answers what changed.
    fn event(&mut self, seconds: i64, data: Payload) -> &[Change] {
        let event = event(start().plus(seconds * Timestamp::SECOND), data);
        self.changes.clear();
        self.ledger.fold(Entry::Event { event: &event, position: None }, &mut self.changes);
        &self.changes
    }

    fn tick(&mut self, seconds: i64) -> &[Change] {
        self.changes.clear();
        let now = start().plus(seconds * Timestamp::SECOND);
        self.ledger.fold(Entry::Tick(now), &mut self.changes);
        &self.changes
    }

    fn command(&mut self, seconds: i64, action: Action, alert: &Alert) -> &[Change] {
        self.changes.clear();
        let at = start().plus(seconds * Timestamp::SECOND);
        let (actor, comment) = ("Ana".to_owned(), None);
        let command = Command { alert: alert.id.clone(), action, actor, comment };
        self.ledger.fold(Entry::Command { at, command: &command }, &mut self.changes);
        &self.changes
    }

    /// The newest alert of a rule.
    fn alert(&self, rule: &str) -> Alert {
        self.find(rule).unwrap_or_else(|| panic!("{rule} has no alert"))
    }

    fn find(&self, rule: &str) -> Option<Alert> {
        let alerts = self.ledger.snapshot().alerts.values();
        alerts
            .filter(|alert| alert.rule.as_str() == rule)
            .max_by_key(|alert| alert.fired_at)
            .cloned()
    }

    /// Open alerts: rule, entity, severity.
    fn open(&self) -> Vec<(String, String, Severity)> {
        let open = self.ledger.snapshot().alerts.values().filter(|alert| alert.state.is_open());
        let mut open: Vec<_> = open
            .map(|alert| (alert.rule.to_string(), alert.entity.clone(), alert.severity))
            .collect();
        open.sort();
        open
    }
}

fn person(text: &str) -> Option<PersonId> {
    Some(id(text))
}

/// Whether an alert is open in a state.
fn is(alert: &Alert, state: AlertState, severity: Severity) -> bool {
    (alert.state, alert.severity) == (state, severity)
}
