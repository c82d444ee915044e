//! Which alerts of the real book have taken a step: only those are news to who reads them from
//! Kafka, not every new value.

use std::collections::HashMap;

use model::{Alert, AlertId, Snapshot, Timestamp, alert::StepKind};

/// The newest step of an alert, and how many there were.
type Mark = (usize, Option<(Timestamp, StepKind)>);

/// The newest step of each alert that is known.
#[derive(Debug, Default)]
pub struct News(HashMap<AlertId, Mark>);

impl News {
    /// What is known when a book is read back: everything that is in it.
    pub fn reopen(&mut self, snapshot: &Snapshot) {
        self.0 = snapshot.alerts.values().map(|alert| (alert.id.clone(), mark(alert))).collect();
    }

    /// Whether an alert has taken a step since it was asked last.
    pub fn is_news(&mut self, alert: &Alert) -> bool {
        let mark = mark(alert);
        self.0.insert(alert.id.clone(), mark) != Some(mark)
    }

    /// Forgets the alerts that a book no longer keeps, once they are many.
    pub fn bound(&mut self, snapshot: &Snapshot) {
        if self.0.len() > 2 * snapshot.alerts.len() + 100 {
            self.0.retain(|id, _| snapshot.alerts.contains_key(id));
        }
    }
}

fn mark(alert: &Alert) -> Mark {
    (alert.history.len(), alert.history.first().map(|step| (step.at, step.what)))
}
