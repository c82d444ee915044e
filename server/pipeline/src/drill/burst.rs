//! A burst: as many events as asked for, at the rate asked for, and what came of it.
//!
//! Latency counts from the moment at which an event was meant to be sent, whether it could be or
//! not, so that a stall is seen in full (Tene, "How NOT to measure latency").

use std::{sync::Arc, time::Duration};

use hdrhistogram::Histogram;
use model::{Book, Timestamp, scenario::RunState};
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
    let mut start = Instant::now();
    let mut held = Held::default();
    let mut sent = 0;
    while sent < plan.count && !live.stop.is_cancelled() {
        beat.tick().await;
        if live.state() == RunState::Paused {
            held.begin();
        } else if let Some(pause) = held.end() {
            // What was held was not meant to be sent meanwhile.
            start += pause;
            tally.hold(pause);
        }
        while live.state() == RunState::Running
            && sent < due(start.elapsed(), plan.rate).min(plan.count)
        {
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
        update(live, &tally, start);
        if !held.is_on() {
            tick(drills, &book).await?;
        }
    }
    while let Some(done) = groups.join_next().await {
        tally.add(done.map_err(|_| FlowClosed)??);
    }
    update(live, &tally, start);
    tick(drills, &book).await
}

/// A pause that lasts, where one does.
#[derive(Default)]
struct Held(Option<Instant>);

impl Held {
    fn begin(&mut self) {
        self.0.get_or_insert_with(Instant::now);
    }

    /// How long it was, where one was.
    fn end(&mut self) -> Option<Duration> {
        self.0.take().map(|begun| begun.elapsed())
    }

    fn is_on(&self) -> bool {
        self.0.is_some()
    }
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

    /// Leaves a pause out of the time that the burst takes.
    fn hold(&mut self, pause: Duration) {
        self.last = self.last.map(|last| last + pause);
    }

    fn add(&mut self, stored: Stored) {
        self.done += stored.events;
        self.last = Some(stored.stored);
        let micros = stored.stored.duration_since(stored.intended).as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX).max(1);
        self.latency.saturating_record_n(micros, stored.events);
    }
}

/// Moves the clock of the book.
async fn tick(drills: &Drills, book: &Book) -> Result<(), FlowClosed> {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use model::scenario::{Name, Run};
    use tokio::{sync::mpsc, time::sleep};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{drill::Options, flow::Ingested, hub::Hub};

    /// Drills over a flow that stores at once and counts.
    fn drills() -> (Arc<Drills>, Arc<AtomicU64>) {
        let (sender, mut requests) = mpsc::channel(8);
        let stored = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&stored);
        tokio::spawn(async move {
            while let Some(request) = requests.recv().await {
                match request {
                    Request::Open { done, .. } => done.send(()).unwrap(),
                    Request::Ingest { events, done } => {
                        count.fetch_add(events.len() as u64, Ordering::Relaxed);
                        done.send(Ok(vec![Ingested::New; events.len()])).unwrap();
                    }
                    _ => {}
                }
            }
        });
        let clock = || Timestamp::from_millis(1_767_603_600_000);
        let (hub, stop) = (Hub::new(1), CancellationToken::new());
        (Drills::new(Input::new(sender), hub, clock, stop), stored)
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_it() {
        let (drills, stored) = drills();
        let stored = || stored.load(Ordering::Relaxed);
        let options =
            Options { seed: 1, count: Some(3_000), rate: Some(1_000), ..Options::default() };
        let id = drills.start(Name::Burst, options).await.unwrap().id;
        let run = || drills.get(&id).unwrap();
        let burst = |run: &Run| run.burst.unwrap();

        sleep(Duration::from_secs(1)).await;
        drills.pause(&id).unwrap();
        sleep(Duration::from_millis(20)).await;
        let (held, shown) = (stored(), run());
        assert!((950..=1_050).contains(&held), "{held}");
        assert_eq!((shown.state, shown.events), (RunState::Paused, held));
        sleep(Duration::from_secs(60)).await;
        assert_eq!((stored(), run()), (held, shown), "nothing moves");

        drills.resume(&id).unwrap();
        sleep(Duration::from_secs(1)).await;
        let resumed = stored();
        assert!(
            (held + 950..=held + 1_050).contains(&resumed),
            "{resumed}: nothing is made up for"
        );
        assert!(burst(&run()).achieved < 1_100.0, "{:?}", run());
        sleep(Duration::from_secs(2)).await;
        let ended = run();
        assert_eq!((ended.state, ended.events, stored()), (RunState::Finished, 3_000, 3_000));
        assert!((2_900..=3_100).contains(&ended.elapsed_ms), "{ended:?}");
        assert!(burst(&ended).p99_ms < 50.0, "the pause is no latency: {ended:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_held_burst_can_be_stopped() {
        let (drills, stored) = drills();
        let id = drills.start(Name::Burst, Options::default()).await.unwrap().id;
        sleep(Duration::from_millis(100)).await;
        drills.pause(&id).unwrap();
        sleep(Duration::from_millis(100)).await;
        let held = stored.load(Ordering::Relaxed);
        drills.stop(&id).unwrap();
        drills.finish().await;
        let run = drills.get(&id).unwrap();
        assert_eq!((run.state, run.events), (RunState::Stopped, held));
        assert_eq!(stored.load(Ordering::Relaxed), held);
    }
}
