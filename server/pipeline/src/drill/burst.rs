//! A burst: as many events as asked for, at the rate asked for, and what came of it.
//!
//! Latency counts from the moment at which an event was meant to be sent, whether it could be or
//! not, so that a stall is seen in full (Tene, "How NOT to measure latency").

use std::{sync::Arc, time::Duration};

use hdrhistogram::Histogram;
use model::{Book, Timestamp};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};

use super::{Drills, Live};
use crate::{
    edge::own_event,
    flow::{FlowClosed, Input, Request},
    simulate::Burst,
};

/// Events of a burst where nothing else is asked for.
pub const USUAL_COUNT: u64 = 50_000;

/// Events a second of a burst where nothing else is asked for.
pub const USUAL_RATE: u32 = 5_000;

/// Events are sent in groups, so long apart.
const BEAT: Duration = Duration::from_millis(5);

/// Most events in a group; behind its time, a burst catches up by groups of this size.
const GROUP: u64 = 2_000;

/// Groups on their way at the same time.
const ON_THE_WAY: usize = 16;

/// What came of one group.
struct Stored {
    events: u64,
    intended: Instant,
    stored: Instant,
}

/// Runs a burst to its end, or until it is stopped.
pub async fn run(drills: &Drills, live: &Live) -> Result<(), FlowClosed> {
    let (book, plan, mut source) = {
        let run = live.lock();
        (run.book(), run.burst.unwrap_or_default(), Burst::new(run.seed, &run.id))
    };
    let mut tally = Tally::new(plan.count);
    let room = Arc::new(Semaphore::new(ON_THE_WAY));
    let mut groups = JoinSet::new();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let start = Instant::now();
    let mut sent = 0;
    while sent < plan.count && !live.stop.is_cancelled() {
        beat.tick().await;
        while sent < due(start.elapsed(), plan.rate).min(plan.count) {
            let events = (due(start.elapsed(), plan.rate).min(plan.count) - sent).min(GROUP);
            let intended = start + Duration::from_secs_f64(seconds(sent, plan.rate));
            let permit = Arc::clone(&room).acquire_owned().await;
            let now = (drills.clock)();
            let made = (0..events).filter_map(|_| own_event(&source.next(now), now)).collect();
            let input = drills.input.clone();
            groups.spawn(async move {
                let stored = store(&input, made, events, intended).await;
                drop(permit);
                stored
            });
            sent += events;
        }
        while let Some(done) = groups.try_join_next() {
            tally.add(done.map_err(|_| FlowClosed)??);
        }
        show(drills, live, &book, &tally, start).await?;
    }
    while let Some(done) = groups.join_next().await {
        tally.add(done.map_err(|_| FlowClosed)??);
    }
    show(drills, live, &book, &tally, start).await
}

async fn store(
    input: &Input,
    events: Vec<crate::message::Decoded>,
    count: u64,
    intended: Instant,
) -> Result<Stored, FlowClosed> {
    // A store that is full refuses the group; it is then not counted as done.
    let answer = input.ask(|done| Request::Ingest { events, done }).await?;
    let events = if answer.is_ok() { count } else { 0 };
    Ok(Stored { events, intended, stored: Instant::now() })
}

/// Events that should have been sent by now.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a product of positive numbers, far below 2^53"
)]
fn due(elapsed: Duration, rate: u32) -> u64 {
    (elapsed.as_secs_f64() * f64::from(rate)) as u64 + 1
}

#[expect(clippy::cast_precision_loss, reason = "at most ten million events")]
fn seconds(events: u64, rate: u32) -> f64 {
    events as f64 / f64::from(rate.max(1))
}

struct Tally {
    count: u64,
    done: u64,
    latency: Histogram<u64>,
    last: Option<Instant>,
}

impl Tally {
    fn new(count: u64) -> Self {
        let latency = Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds are in order");
        Self { count, done: 0, latency, last: None }
    }

    fn add(&mut self, stored: Stored) {
        self.done += stored.events;
        self.last = Some(stored.stored);
        let micros = stored.stored.duration_since(stored.intended).as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX).max(1);
        self.latency.saturating_record_n(micros, stored.events);
    }
}

async fn show(
    drills: &Drills,
    live: &Live,
    book: &Book,
    tally: &Tally,
    start: Instant,
) -> Result<(), FlowClosed> {
    update(live, tally, start);
    let now: Timestamp = (drills.clock)();
    let clock = drills.hub.book(book).map_or(now, |hub| hub.snapshot().now);
    if now.since(clock) >= Timestamp::SECOND {
        drills.input.send(Request::Tick { book: book.clone(), now }).await?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures on a screen")]
fn update(live: &Live, tally: &Tally, start: Instant) {
    let passed = tally.last.unwrap_or(start).duration_since(start);
    let mut run = live.lock();
    run.events = tally.done;
    run.progress = tally.done as f64 / tally.count.max(1) as f64;
    run.elapsed_ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
    if let Some(burst) = &mut run.burst {
        burst.done = tally.done;
        burst.achieved = tally.done as f64 / passed.as_secs_f64().max(0.001);
        burst.p99_ms = tally.latency.value_at_quantile(0.99) as f64 / 1_000.0;
    }
}
