//! A burst: ordinary events of all topics, as fast as they are asked for.

use model::{Event, Provenance, Timestamp, Topic};

use super::drill::{calm::Calm, dice::Dice, mint::Mint};

/// Accounts of a burst.
const ACCOUNTS: i64 = 5_000;

/// Topics by their share of a burst, in per cent: mostly movements and metrics.
const SHARES: [(Topic, i64); 7] = [
    (Topic::Transactions, 64),
    (Topic::System, 24),
    (Topic::Etl, 4),
    (Topic::Budget, 2),
    (Topic::Projects, 2),
    (Topic::Compliance, 2),
    (Topic::Risk, 2),
];

/// A source of ordinary events. None of them raises a warning.
#[derive(Debug)]
pub struct Burst {
    dice: Dice,
    mint: Mint,
    day: Option<(Timestamp, Calm)>,
    turns: [usize; Topic::ALL.len()],
}

impl Burst {
    /// The events of a burst that is run as a scenario.
    pub fn new(seed: u64, run: &str) -> Burst {
        Self::of(seed, Mint::new(seed, Provenance::Drill, Some(run)))
    }

    /// The events of a load that belongs to no scenario.
    pub fn load(seed: u64, provenance: Provenance) -> Burst {
        Self::of(seed, Mint::new(seed, provenance, None))
    }

    fn of(seed: u64, mint: Mint) -> Self {
        Self { dice: Dice::new(seed, "burst"), mint, day: None, turns: [0; Topic::ALL.len()] }
    }

    /// The next event, at a time.
    ///
    /// # Panics
    /// Never: a bank has entities of every topic.
    pub fn next(&mut self, time: Timestamp) -> Event {
        let topic = self.topic();
        let today = time.floor(Timestamp::DAY);
        if self.day.as_ref().is_none_or(|(day, _)| *day != today) {
            self.day = Some((today, Calm::new(&mut self.dice, time, ACCOUNTS)));
        }
        let turn = self.turns[topic.index()];
        self.turns[topic.index()] = turn.wrapping_add(1);
        let calm = self.day.as_ref().map(|(_, calm)| calm);
        let data = calm.and_then(|calm| calm.report(topic, turn, &mut self.dice, time));
        let data = data.expect("no crisis holds an entity, and every topic has some");
        self.mint.event(time, data, None)
    }

    fn topic(&mut self) -> Topic {
        let mut drawn = self.dice.whole(0, 99);
        for (topic, share) in SHARES {
            if drawn < share {
                return topic;
            }
            drawn -= share;
        }
        Topic::Transactions
    }
}
