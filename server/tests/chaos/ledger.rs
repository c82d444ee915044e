//! The ledger: numbered events of known sums, and what the dashboard must show in the end. The
//! same seed writes the same ledger.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use model::{Money, Timestamp, Topic, unit::Currency};
use pipeline::message::Message;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use serde_json::{Value, json};
use server::{clock, http::schema};

/// Entities of each topic and way; those with an odd number get into trouble.
const ENTITIES: u64 = 10;

/// The report of an entity after which it is in trouble, if it is one of those.
const TROUBLE: u64 = 20;

/// How an event reaches the program. Entities have a way of their own, since only one way has an
/// order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through Kafka.
    Kafka,
    /// Through HTTP.
    Http,
}

/// One event of the ledger.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its identity.
    pub id: String,
    /// Its topic.
    pub topic: Topic,
    entity: String,
    time: Timestamp,
    data: Value,
}

impl Entry {
    /// As a message in the binary mode of CloudEvents.
    pub fn message(&self) -> Message {
        let header = |(name, value): (&str, String)| (name.to_owned(), Bytes::from(value));
        let headers = [
            ("ce_specversion", "1.0".to_owned()),
            ("ce_id", self.id.clone()),
            ("ce_source", "/ledger".to_owned()),
            ("ce_type", format!("streamboard.{}", self.topic)),
            ("ce_time", self.time.to_string()),
            ("content-type", "application/json".to_owned()),
        ];
        Message {
            topic: self.topic,
            position: None,
            key: Some(self.entity.clone().into()),
            headers: headers.map(header).into(),
            value: Some(self.data.to_string().into()),
            record_time: None,
            received: self.time,
        }
    }

    /// As an element of a batch.
    pub fn structured(&self) -> Value {
        json!({
            "specversion": "1.0", "id": self.id, "source": "/ledger", "time": self.time.to_string(),
            "type": format!("streamboard.{}", self.topic), "data": self.data,
        })
    }
}

/// What was written, and what follows from it.
pub struct Ledger {
    chance: ChaCha8Rng,
    examples: [Value; 7],
    reports: BTreeMap<(Topic, String), u64>,
    /// Identities of all events.
    pub ids: BTreeSet<String>,
    /// Sum of the amounts of each entity, in minor units.
    pub sums: BTreeMap<(Topic, String), i64>,
    /// The last event of each entity.
    pub last: BTreeMap<(Topic, String), String>,
    /// Rule and entity of the alerts that must have been raised.
    pub alerts: BTreeSet<(&'static str, String)>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(seed: u64) -> Ledger {
        let example = |topic: Topic| {
            let schema = schema::by_name(topic.name()).expect("every topic has a schema");
            schema["examples"][0].clone()
        };
        Ledger {
            chance: ChaCha8Rng::seed_from_u64(seed),
            examples: Topic::ALL.map(example),
            reports: BTreeMap::new(),
            ids: BTreeSet::new(),
            sums: BTreeMap::new(),
            last: BTreeMap::new(),
            alerts: BTreeSet::new(),
        }
    }

    /// Writes the next event.
    pub fn write(&mut self, way: Way) -> Entry {
        let number = self.ids.len() as u64;
        let topic = Topic::ALL[usize::try_from(number % 7).expect("seven topics")];
        let index = self.chance.random_range(0..ENTITIES);
        let prefix = if way == Way::Kafka { "k" } else { "h" };
        let entity = format!("{prefix}{index}");
        let key = (topic, entity.clone());
        let amount = self.chance.random_range(1..100_000);
        let sum = self.sums.entry(key.clone()).or_default();
        *sum += amount;
        let reports = self.reports.entry(key.clone()).or_default();
        *reports += 1;
        let troubled = index % 2 == 1 && *reports >= TROUBLE;
        let mut data = self.examples[topic.index()].clone();
        fill(topic, &mut data, &entity, Figures { number, amount, sum: *sum, troubled });
        if let Some(rule) = rule(topic).filter(|_| troubled) {
            self.alerts.insert((rule, entity.clone()));
        }
        let id = format!("ledger-{number}");
        self.ids.insert(id.clone());
        self.last.insert(key, id.clone());
        Entry { id, topic, entity, time: clock::now(), data }
    }
}

#[derive(Clone, Copy)]
struct Figures {
    number: u64,
    amount: i64,
    sum: i64,
    troubled: bool,
}

/// The alert that trouble in a topic must raise.
fn rule(topic: Topic) -> Option<&'static str> {
    match topic {
        Topic::Budget => Some("budget.utilization"),
        Topic::Compliance => Some("compliance.severity"),
        Topic::System => Some("system.down"),
        Topic::Etl => Some("etl.reject_rate"),
        Topic::Projects | Topic::Transactions | Topic::Risk => None,
    }
}

/// Where a topic's payload holds the sum of its entity.
pub fn sum_at(topic: Topic) -> Option<&'static str> {
    match topic {
        Topic::Budget => Some("/budget/actual_to_date/minor"),
        Topic::Projects => Some("/project/ac/minor"),
        Topic::Risk => Some("/risk/gross_loss/minor"),
        _ => None,
    }
}

fn fill(topic: Topic, data: &mut Value, entity: &str, figures: Figures) {
    let Figures { number, amount, sum, troubled } = figures;
    let dollars = |minor: i64| json!(Money::new(minor, Currency::Usd));
    match topic {
        Topic::Budget => {
            data["department"] = entity.into();
            data["actual_to_date"] = dollars(sum);
            // A troubled department has overspent, and does so more with every report.
            let approved = if troubled { 1 } else { 1_000_000_000_000_000 };
            data["approved"] = dollars(approved);
        }
        Topic::Projects => {
            data["project"] = entity.into();
            data["ac"] = dollars(sum);
        }
        Topic::Compliance => {
            data["item"] = entity.into();
            data["severity"] = if troubled { "critical" } else { "low" }.into();
        }
        Topic::Transactions => {
            data["account"] = entity.into();
            data["transaction"] = format!("txn-{number}").into();
            data["amount"]["minor"] = amount.into();
        }
        Topic::Risk => {
            data["event"] = entity.into();
            data["gross_loss"] = dollars(sum);
        }
        Topic::System => {
            data["service"] = entity.into();
            data["up"] = (!troubled).into();
        }
        Topic::Etl => {
            data["job"]["name"] = entity.into();
            data["rowsRejected"] = if troubled { 9_000 } else { 14 }.into();
            data["rowsOut"] = if troubled { 9_240 } else { 18_226 }.into();
        }
    }
}
