//! The simulator: paces the generator by the wall clock. What it makes is decided elsewhere, by
//! seed and time alone.

use std::time::Duration;

use model::{Book, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    edge::own,
    flow::{FlowClosed, Input, Request},
    simulate::{Intervals, World},
};

/// How far back a new book is filled: an hour that the charts show, and the hour before it, in which
/// every entity has been heard of once, so that no figure begins with a part of the bank.
const BACKFILL: i64 = 2 * Timestamp::HOUR;

/// Exchange rates are quoted so often.
const QUOTES: i64 = 15 * Timestamp::MINUTE;

/// Longest pause between two looks at the clock.
const LONGEST_PAUSE: i64 = 500;

/// What the simulator is given.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// Seed of the world.
    pub seed: u64,
    /// Milliseconds between two events, by topic.
    pub intervals: Intervals,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

impl Simulation {
    /// Fills the simulated book from its newest event, or from two hours ago, up to now, and goes
    /// on by the clock until it is stopped.
    ///
    /// # Errors
    /// When the flow has ended.
    pub async fn run(
        &self,
        newest: Option<Timestamp>,
        input: Input,
        stop: CancellationToken,
    ) -> Result<(), FlowClosed> {
        let now = (self.clock)();
        let from = newest.unwrap_or_default().max(now.plus(-BACKFILL)).min(now);
        let mut world = World::new(self.seed, from, self.intervals);
        self.fill(&mut world, (from, now), &input, &stop).await?;
        let (mut ticked, mut quoted) = (now, now.floor(QUOTES));
        loop {
            let now = (self.clock)();
            if now.since(ticked) >= Timestamp::SECOND {
                ticked = now;
                input.send(Request::Tick { book: Book::Simulated, now }).await?;
                if now.floor(QUOTES) > quoted {
                    quoted = now.floor(QUOTES);
                    self.quote(&world, now, &input).await?;
                }
            }
            let pause = world.next_due().since(now).clamp(1, LONGEST_PAUSE);
            let pause = Duration::from_millis(pause.unsigned_abs());
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return Ok(()),
            }
            let now = (self.clock)();
            self.step(&mut world, now, &input).await?;
        }
    }

    /// Makes up for the time until now, with a tick for each point of a trend.
    async fn fill(
        &self,
        world: &mut World,
        (from, now): (Timestamp, Timestamp),
        input: &Input,
        stop: &CancellationToken,
    ) -> Result<(), FlowClosed> {
        self.quote(world, now, input).await?;
        let mut at = from;
        while at < now && !stop.is_cancelled() {
            at = at.plus(model::trend::STEP).min(now);
            self.step(world, at, input).await?;
            input.send(Request::Tick { book: Book::Simulated, now: at }).await?;
        }
        Ok(())
    }

    async fn quote(&self, world: &World, now: Timestamp, input: &Input) -> Result<(), FlowClosed> {
        let rates = world.rates(now);
        input.send(Request::Rates { book: Book::Simulated, rates, done: None }).await
    }

    async fn step(
        &self,
        world: &mut World,
        until: Timestamp,
        input: &Input,
    ) -> Result<(), FlowClosed> {
        let events = world.advance(until);
        if events.is_empty() {
            return Ok(());
        }
        input.send(Request::Arrived(own(&events, (self.clock)()))).await
    }
}
