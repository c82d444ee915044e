//! The state of one book's dashboard, and how it changes. Server and browser fold with the same
//! [`Snapshot::apply`].

use serde::{Deserialize, Serialize};

use crate::{
    alert::{Alert, AlertId, Severity},
    book::Book,
    figure::Figure,
    map::Map,
    order,
    person::{Person, PersonId, readable},
    topic::Topic,
    trend::Trend,
    unit::Timestamp,
    view::{budget, compliance, etl, project, risk, system, transaction},
};

/// Most transactions that a snapshot carries.
pub const RECENT_TRANSACTIONS: usize = 200;

/// Milliseconds of transaction minutes that a snapshot carries.
pub const MINUTES_SPAN: i64 = Timestamp::HOUR;

/// Everything that the dashboard shows of one book.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// The book.
    pub book: Book,
    /// Place in the book's log that this is the state after.
    pub sequence: u64,
    /// The book's clock: the last tick.
    pub now: Timestamp,
    /// Budgets by department.
    pub budget: Map<String, budget::Row>,
    /// Projects by project.
    pub projects: Map<String, project::Row>,
    /// Compliance items by item.
    pub compliance: Map<String, compliance::Row>,
    /// The newest transactions, by their place in the log.
    pub transactions: Map<u64, transaction::Row>,
    /// Sums of the transactions of the last hour, by minute.
    pub minutes: Map<Timestamp, transaction::Minute>,
    /// Risk events by event.
    pub risk: Map<String, risk::Row>,
    /// Services by service.
    pub system: Map<String, system::Row>,
    /// Jobs by job.
    pub etl: Map<String, etl::Row>,
    /// Alerts that are open, and those resolved lately.
    pub alerts: Map<AlertId, Alert>,
    /// Headline figures of the last hour, by topic.
    pub trends: Map<Topic, Trend>,
    /// Time of the newest event, by topic.
    pub newest: Map<Topic, Timestamp>,
    /// Exchange rates.
    pub rates: transaction::Rates,
    /// The directory of people.
    pub people: Map<PersonId, Person>,
}

/// One change of a snapshot. Each replaces or removes one keyed part, so that applying a change
/// twice, or only the last of several with one [`Change::key`], ends in the same state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The book's clock moved.
    Now(Timestamp),
    /// A department reported.
    Budget(Box<budget::Row>),
    /// A project reported.
    Project(Box<project::Row>),
    /// A compliance item changed.
    Compliance(Box<compliance::Row>),
    /// A transaction came.
    Transaction(Box<transaction::Row>),
    /// The sums of a minute changed.
    Minute(Timestamp, Box<transaction::Minute>),
    /// A risk event changed.
    Risk(Box<risk::Row>),
    /// A service reported.
    System(Box<system::Row>),
    /// A job reported.
    Etl(Box<etl::Row>),
    /// An entity is no longer kept.
    Removed(Topic, String),
    /// An alert was raised or changed.
    Alert(Box<Alert>),
    /// An alert is no longer kept.
    AlertRemoved(AlertId),
    /// A headline figure has a value at a moment.
    Trend(Topic, Timestamp, f64),
    /// The newest event of a topic has this time.
    Newest(Topic, Timestamp),
    /// Exchange rates changed.
    Rates(Box<transaction::Rates>),
}

/// What a change replaces: of several changes with one key, only the last counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKey {
    /// The clock.
    Now,
    /// An entity of a topic.
    Entity(Topic, String),
    /// One transaction.
    Transaction(u64),
    /// One minute.
    Minute(Timestamp),
    /// One alert.
    Alert(AlertId),
    /// One point of a trend.
    Trend(Topic, Timestamp),
    /// The newest event of a topic.
    Newest(Topic),
    /// The rates.
    Rates,
}

impl Change {
    /// What it replaces.
    pub fn key(&self) -> ChangeKey {
        match self {
            Change::Now(_) => ChangeKey::Now,
            Change::Budget(row) => {
                ChangeKey::Entity(Topic::Budget, row.budget.department.to_string())
            }
            Change::Project(row) => {
                ChangeKey::Entity(Topic::Projects, row.project.project.to_string())
            }
            Change::Compliance(row) => {
                ChangeKey::Entity(Topic::Compliance, row.item.item.to_string())
            }
            Change::Transaction(row) => ChangeKey::Transaction(row.origin.sequence),
            Change::Minute(at, _) => ChangeKey::Minute(*at),
            Change::Risk(row) => ChangeKey::Entity(Topic::Risk, row.risk.event.to_string()),
            Change::System(row) => ChangeKey::Entity(Topic::System, row.system.service.to_string()),
            Change::Etl(row) => ChangeKey::Entity(Topic::Etl, row.etl.job.name.to_string()),
            Change::Removed(topic, entity) => ChangeKey::Entity(*topic, entity.clone()),
            Change::Alert(alert) => ChangeKey::Alert(alert.id.clone()),
            Change::AlertRemoved(id) => ChangeKey::Alert(id.clone()),
            Change::Trend(topic, at, _) => ChangeKey::Trend(*topic, at.floor(crate::trend::STEP)),
            Change::Newest(topic, _) => ChangeKey::Newest(*topic),
            Change::Rates(_) => ChangeKey::Rates,
        }
    }

    /// The topic whose page it touches; none for clock, alerts and rates.
    pub fn topic(&self) -> Option<Topic> {
        match self {
            Change::Budget(_) => Some(Topic::Budget),
            Change::Project(_) => Some(Topic::Projects),
            Change::Compliance(_) => Some(Topic::Compliance),
            Change::Transaction(_) | Change::Minute(..) => Some(Topic::Transactions),
            Change::Risk(_) => Some(Topic::Risk),
            Change::System(_) => Some(Topic::System),
            Change::Etl(_) => Some(Topic::Etl),
            Change::Removed(topic, _) | Change::Trend(topic, ..) | Change::Newest(topic, _) => {
                Some(*topic)
            }
            Change::Now(_) | Change::Alert(_) | Change::AlertRemoved(_) | Change::Rates(_) => None,
        }
    }
}

impl Snapshot {
    /// The empty state of a book, with its directory of people.
    pub fn empty(book: Book, people: impl IntoIterator<Item = Person>) -> Self {
        let people = people.into_iter().map(|person| (person.id.clone(), person)).collect();
        Self { book, people, ..Self::default() }
    }

    /// Applies one change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Now(now) => self.set_now(*now),
            Change::Budget(row) => put(&mut self.budget, row.budget.department.as_str(), row),
            Change::Project(row) => put(&mut self.projects, row.project.project.as_str(), row),
            Change::Compliance(row) => put(&mut self.compliance, row.item.item.as_str(), row),
            Change::Transaction(row) => {
                self.transactions.insert(row.origin.sequence, (**row).clone());
                while self.transactions.len() > RECENT_TRANSACTIONS {
                    self.transactions.pop_first();
                }
            }
            Change::Minute(at, minute) => {
                self.minutes.insert(*at, (**minute).clone());
                let newest = self.minutes.last_key_value().map_or(*at, |(newest, _)| *newest);
                let first = newest.plus(-MINUTES_SPAN);
                while self.minutes.first_key_value().is_some_and(|(oldest, _)| *oldest < first) {
                    self.minutes.pop_first();
                }
            }
            Change::Risk(row) => put(&mut self.risk, row.risk.event.as_str(), row),
            Change::System(row) => put(&mut self.system, row.system.service.as_str(), row),
            Change::Etl(row) => put(&mut self.etl, row.etl.job.name.as_str(), row),
            Change::Removed(topic, entity) => self.remove(*topic, entity),
            Change::Alert(alert) => {
                self.alerts.insert(alert.id.clone(), (**alert).clone());
            }
            Change::AlertRemoved(id) => {
                self.alerts.remove(id);
            }
            Change::Trend(topic, at, value) => {
                self.trends.or_insert(*topic, Trend::default()).put(*at, *value);
            }
            Change::Newest(topic, time) => {
                self.newest.insert(*topic, *time);
            }
            Change::Rates(rates) => self.rates.clone_from(rates),
        }
    }

    fn set_now(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    fn remove(&mut self, topic: Topic, entity: &str) {
        match topic {
            Topic::Budget => drop(self.budget.remove(entity)),
            Topic::Projects => drop(self.projects.remove(entity)),
            Topic::Compliance => drop(self.compliance.remove(entity)),
            Topic::Transactions => {}
            Topic::Risk => drop(self.risk.remove(entity)),
            Topic::System => drop(self.system.remove(entity)),
            Topic::Etl => drop(self.etl.remove(entity)),
        }
    }

    /// The value of a topic's headline figure now; undefined without events.
    #[expect(clippy::cast_precision_loss, reason = "a point on a chart")]
    pub fn headline(&self, topic: Topic) -> Option<f64> {
        match topic {
            Topic::Budget => budget::summary(self.budget.values())?.utilization,
            Topic::Projects => project::summary(self.projects.values()).cpi,
            Topic::Compliance => (!self.compliance.is_empty())
                .then(|| compliance::summary(self.compliance.values(), self.now).overdue as f64),
            Topic::Transactions => (!self.minutes.is_empty())
                .then(|| transaction::summary(self.minutes.iter(), &self.rates, self.now).rate),
            Topic::Risk => risk::summary(self.risk.values(), self.now)
                .expected_loss
                .map(|loss| loss.approximate_major()),
            Topic::System => system::summary(self.system.values()).worst.map(|(_, p99)| p99),
            Topic::Etl => etl::summary(self.etl.values(), self.now)
                .oldest
                .map(|(_, age)| age as f64 / Timestamp::MINUTE as f64),
        }
    }

    /// The figure behind [`Snapshot::headline`].
    pub fn headline_figure(topic: Topic) -> Figure {
        Figure::headline(topic)
    }

    /// The alerts that are open, worst first.
    pub fn open_alerts(&self) -> Vec<&Alert> {
        let mut open: Vec<&Alert> =
            self.alerts.values().filter(|alert| alert.state.is_open()).collect();
        order::sort(&mut open, |a, b| Alert::by_urgency(a, b));
        open
    }

    /// Open alerts by severity, in the order of `Severity::ALL`.
    pub fn alert_counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for alert in self.alerts.values().filter(|alert| alert.state.is_open()) {
            counts[alert.severity.index()] += 1;
        }
        counts
    }

    /// The worst severity of the open alerts of a topic.
    pub fn worst_severity(&self, topic: Topic) -> Option<Severity> {
        let open = self.alerts.values().filter(|alert| alert.state.is_open());
        open.filter(|alert| alert.topic == topic).map(|alert| alert.severity).max()
    }

    /// The name of a person; a readable form of the id where the directory has none.
    pub fn person_name(&self, id: &PersonId) -> String {
        self.people.get(id).map_or_else(|| readable(id.as_str()), |person| person.name.clone())
    }
}

fn put<Row: Clone>(rows: &mut Map<String, Row>, key: &str, row: &Row) {
    match rows.get_mut(key) {
        Some(slot) => slot.clone_from(row),
        None => drop(rows.insert(key.to_owned(), row.clone())),
    }
}
