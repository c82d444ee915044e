//! The scripts of the drills: from seed and start alone, a quiet bank and the crisis that comes
//! over it, with the incidents that it must raise.

mod account;
mod budget;
pub(super) mod calm;
mod compliance;
pub(super) mod dice;
mod market;
pub(super) mod mint;
mod project;
mod stage;

use std::collections::VecDeque;

use model::{
    Event, Provenance, Timestamp, Topic,
    scenario::{Expected, Name},
};

use self::{
    calm::Calm,
    dice::Dice,
    mint::Mint,
    stage::{Cue, Stage},
};

/// Length of a drill in milliseconds of its own time.
const LENGTH: i64 = 150_000;

/// Accounts of a drill's bank.
const ACCOUNTS: i64 = 110;

/// Milliseconds between two ordinary reports of a topic, while a drill lasts.
const ORDINARY: [(Topic, i64); 7] = [
    (Topic::Budget, 11_000),
    (Topic::Projects, 9_000),
    (Topic::Compliance, 14_000),
    (Topic::Transactions, 700),
    (Topic::Risk, 13_000),
    (Topic::System, 750),
    (Topic::Etl, 8_000),
];

/// A scripted run: what happens is settled when it is made; time only hands it out.
#[derive(Debug)]
pub struct Drill {
    start: Timestamp,
    cues: VecDeque<Cue>,
    expected: Vec<Expected>,
    mint: Mint,
    correlation: String,
}

impl Drill {
    /// The script of a scenario. A burst has none: it is not scripted.
    pub fn new(name: Name, seed: u64, run: &str, start: Timestamp) -> Drill {
        let mut stage = Stage::new(start, Dice::new(seed, name.name()));
        if let Some(script) = script(name) {
            let mut calm = Calm::new(&mut stage.dice, start, ACCOUNTS);
            script(&mut stage, &mut calm);
            calm.open(&mut stage);
            ordinary(&mut stage, &calm);
        }
        let Stage { mut cues, mut expected, .. } = stage;
        cues.sort_by_key(|cue| cue.at_ms);
        expected.sort_by_key(|incident| incident.at_ms);
        Drill {
            start,
            cues: cues.into(),
            expected,
            mint: Mint::new(seed, Provenance::Drill, Some(run)),
            correlation: format!("{}-{seed:x}", name.name()),
        }
    }

    /// The incidents that it must raise, in the order of their causes.
    pub fn expected(&self) -> Vec<Expected> {
        self.expected.clone()
    }

    /// Milliseconds of drill time that it takes.
    pub fn length_ms(&self) -> i64 {
        LENGTH
    }

    /// The events up to a drill time that were not handed out yet, in time order. The first hands
    /// out the accounts' history, too, which lies before the start.
    pub fn advance(&mut self, elapsed_ms: i64) -> Vec<Event> {
        let due = self.cues.partition_point(|cue| cue.at_ms <= elapsed_ms);
        let Self { start, cues, mint, correlation, .. } = self;
        let event = |cue: Cue| {
            let cause = cue.crisis.then_some(correlation.as_str());
            mint.event(start.plus(cue.at_ms), cue.data, cause)
        };
        cues.drain(..due).map(event).collect()
    }
}

/// What writes a scenario's script.
fn script(name: Name) -> Option<fn(&mut Stage, &mut Calm)> {
    match name {
        Name::BudgetCrisis => Some(budget::script),
        Name::ProjectDeadlines => Some(project::script),
        Name::ComplianceAudit => Some(compliance::script),
        Name::MarketVolatility => Some(market::script),
        Name::Burst => None,
    }
}

/// Ordinary life goes on beside the crisis, topic by topic, each entity in turn.
fn ordinary(stage: &mut Stage, calm: &Calm) {
    for (topic, every) in ORDINARY {
        let mut at_ms = Timestamp::SECOND + every / 2;
        let mut turn = 0;
        while at_ms < LENGTH {
            let now = stage.time(at_ms);
            if let Some(data) = calm.report(topic, turn, &mut stage.dice, now) {
                stage.calm(at_ms, data);
            }
            turn += 1;
            at_ms += every + stage.dice.whole(-every / 4, every / 4);
        }
    }
}

#[cfg(test)]
mod tests;
