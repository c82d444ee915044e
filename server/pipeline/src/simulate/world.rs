//! The world: slots of seven topics on one clock.

use model::{
    Event, Payload, Timestamp, Topic,
    view::transaction::{Rate, Rates},
};

use super::{
    budget,
    chance::noise,
    compliance, etl,
    event::event,
    projects, risk, system,
    transactions::{self, Accounts},
};

/// Milliseconds between two events of a topic, in the order of [`Topic::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervals(pub [i64; 7]);

impl Default for Intervals {
    fn default() -> Self {
        Self(Topic::ALL.map(|topic| i64::from(topic.interval_seconds()) * Timestamp::SECOND))
    }
}

impl Intervals {
    fn of(self, topic: Topic) -> i64 {
        self.0[topic.index()].max(1)
    }

    /// When a slot of a topic reports. Topics are shifted against each other, so that they do not
    /// all speak at once.
    fn time(self, topic: Topic, slot: i64) -> Timestamp {
        let shift = self.of(topic) * topic.index() as i64 / 7;
        Timestamp::from_millis(slot.saturating_mul(self.of(topic)).saturating_add(shift))
    }

    /// The first slot of a topic that reports after a moment.
    fn after(self, topic: Topic, time: Timestamp) -> i64 {
        let shift = self.of(topic) * topic.index() as i64 / 7;
        (time.millis() - shift).div_euclid(self.of(topic)) + 1
    }
}

/// The generator.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    intervals: Intervals,
    next: [i64; 7],
    accounts: Accounts,
}

impl World {
    /// A world whose first events are those due after `from`.
    pub fn new(seed: u64, from: Timestamp, intervals: Intervals) -> World {
        let midnight = from.floor(Timestamp::DAY);
        let next = Topic::ALL.map(|topic| intervals.after(topic, from));
        let mut world = World { seed, intervals, next, accounts: Accounts::new(seed, midnight) };
        let first = intervals.after(Topic::Transactions, midnight.plus(-1));
        for slot in first..next[Topic::Transactions.index()] {
            world.transaction(slot);
        }
        world
    }

    /// When the next event is due.
    pub fn next_due(&self) -> Timestamp {
        self.due().0
    }

    fn due(&self) -> (Timestamp, Topic) {
        let times =
            Topic::ALL.map(|topic| (self.intervals.time(topic, self.next[topic.index()]), topic));
        times.into_iter().min().expect("there are seven topics")
    }

    /// Every event that is due until a moment, in time order.
    pub fn advance(&mut self, until: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let (time, topic) = self.due();
            if time > until {
                return events;
            }
            let slot = self.next[topic.index()];
            self.next[topic.index()] += 1;
            events.push(self.report(topic, slot, time));
        }
    }

    fn report(&mut self, topic: Topic, slot: i64, time: Timestamp) -> Event {
        let turn = slot.unsigned_abs();
        let (data, cause) = match topic {
            Topic::Budget => (Payload::Budget(budget::report(self.seed, turn, time)), None),
            Topic::Projects => (Payload::Project(projects::report(self.seed, turn, time)), None),
            Topic::Compliance => {
                (Payload::Compliance(compliance::report(self.seed, turn, time)), None)
            }
            Topic::Transactions => (Payload::Transaction(self.transaction(slot)), None),
            Topic::Risk => {
                let (risk, cause) = risk::report(self.seed, turn, time);
                (Payload::Risk(risk), cause)
            }
            Topic::System => (Payload::System(system::report(self.seed, turn, time)), None),
            Topic::Etl => {
                let visit = etl::Visits { interval: self.intervals.of(Topic::Etl) };
                (Payload::Etl(etl::report(self.seed, turn, time, visit)), None)
            }
        };
        event(self.seed, turn, time, data, cause)
    }

    fn transaction(&mut self, slot: i64) -> model::event::Transaction {
        let time = self.intervals.time(Topic::Transactions, slot);
        transactions::report(self.seed, slot.unsigned_abs(), time, &mut self.accounts)
    }

    /// The exchange rates of the simulated bank: quoted every quarter of an hour.
    pub fn rates(&self, now: Timestamp) -> Rates {
        let as_of = now.floor(15 * Timestamp::MINUTE);
        let mut name = 700;
        [1.0, 1_385.0, 5.42, 948.0, 4_020.0, 18.6].map(|usual: f64| {
            name += 1;
            let moved = 1.0 + 0.01 * noise(self.seed, name, as_of.millis(), 6 * Timestamp::HOUR);
            let per_usd = if name == 701 { 1.0 } else { usual * moved };
            Some(Rate { per_usd, as_of, source: "simulation".into() })
        })
    }
}

/// How the market stands at a moment, between -1 calm and 1 stormy: it moves risk and fraud
/// together.
pub fn market(seed: u64, time: Timestamp) -> f64 {
    let millis = time.millis();
    0.7 * noise(seed, 801, millis, 40 * Timestamp::MINUTE)
        + 0.3 * noise(seed, 802, millis, 7 * Timestamp::MINUTE)
}

#[cfg(test)]
mod tests;
