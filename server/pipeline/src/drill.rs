//! Drills: runs of scenarios, each in a book of its own. Paces the scripts of
//! [`crate::simulate`], follows what they raise, and forgets their books when newer runs need
//! the room.

mod burst;
mod script;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{
    Timestamp,
    scenario::{Name, Run, RunState},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    flow::{Input, Request},
    hub::Hub,
};

/// Most runs at the same time.
const MOST_LIVE: usize = 4;

/// Runs that are remembered, with their books.
const MOST_KEPT: usize = 12;

/// Drill seconds in a second, where nothing else is asked for.
const USUAL_SPEED: f64 = 8.0;

/// How a run is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// Seed of its world; drawn by the caller.
    pub seed: u64,
    /// Drill seconds in a second, 1 to 1,000.
    pub speed: Option<f64>,
    /// Events of a burst, 1 to 10,000,000.
    pub count: Option<u64>,
    /// Events a second of a burst, 100 to 1,000,000.
    pub rate: Option<u32>,
}

/// Why a run was not started or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A value lies outside its bounds: the field, and what it may be.
    #[error("{0}: {1}")]
    Bounds(&'static str, &'static str),
    /// Too many runs at the same time.
    #[error("{MOST_LIVE} drills are running already; stop one first")]
    Busy,
    /// There is no such run.
    #[error("there is no such run")]
    Unknown,
    /// The run has ended.
    #[error("the run has ended")]
    Ended,
    /// The program is stopping.
    #[error("the program is stopping")]
    Stopping,
}

/// All runs since the start.
#[derive(Debug)]
pub struct Drills {
    runs: Mutex<VecDeque<Arc<Live>>>,
    pub(self) input: Input,
    pub(self) hub: Arc<Hub>,
    pub(self) clock: fn() -> Timestamp,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// One run, and the handle to end it.
#[derive(Debug)]
struct Live {
    run: Mutex<Run>,
    stop: CancellationToken,
}

impl Live {
    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> RunState {
        self.lock().state
    }

    /// Ends a run that has not ended yet.
    fn end(&self, state: RunState) {
        let mut run = self.lock();
        if run.state.is_live() {
            run.state = state;
        }
    }
}

impl Drills {
    /// No runs yet. `stop` ends them all.
    pub fn new(
        input: Input,
        hub: Arc<Hub>,
        clock: fn() -> Timestamp,
        stop: CancellationToken,
    ) -> Arc<Self> {
        let tasks = TaskTracker::new();
        Arc::new(Self { runs: Mutex::default(), input, hub, clock, tasks, stop })
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Live>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every run that is remembered, newest first.
    pub fn list(&self) -> Vec<Run> {
        self.lock().iter().map(|live| live.lock().clone()).collect()
    }

    /// One run.
    pub fn get(&self, id: &str) -> Option<Run> {
        self.find(id).map(|live| live.lock().clone())
    }

    fn find(&self, id: &str) -> Option<Arc<Live>> {
        self.lock().iter().find(|live| live.lock().id == id).cloned()
    }

    /// Starts a run: its book is shown when this returns.
    ///
    /// # Errors
    /// When a value is out of bounds, or too many runs are live.
    pub async fn start(self: &Arc<Self>, name: Name, options: Options) -> Result<Run, Refused> {
        let options = checked(options)?;
        let started = (self.clock)();
        let run = planned(name, &options, started);
        let live = Arc::new(Live { run: Mutex::new(run.clone()), stop: self.stop.child_token() });
        let book = run.book();
        for gone in self.admit(Arc::clone(&live))? {
            self.forget(&gone).await?;
        }
        let opened = self.input.ask(|done| Request::Open { book, done }).await;
        opened.map_err(|_| Refused::Stopping)?;
        let drills = Arc::clone(self);
        self.tasks.spawn(async move {
            let ended = match name {
                Name::Burst => burst::run(&drills, &live).await,
                _ => script::run(&drills, &live).await,
            };
            live.end(if ended.is_ok() { RunState::Finished } else { RunState::Interrupted });
            let run = live.lock().clone();
            tracing::info!(run = run.id, state = ?run.state, "drill ended");
        });
        tracing::info!(run = run.id, seed = run.seed, speed = run.speed, "drill started");
        Ok(run)
    }

    /// Takes a run in, and gives back those that must be forgotten for it.
    fn admit(&self, live: Arc<Live>) -> Result<Vec<Arc<Live>>, Refused> {
        let mut runs = self.lock();
        if runs.iter().filter(|run| run.state().is_live()).count() >= MOST_LIVE {
            return Err(Refused::Busy);
        }
        runs.push_front(live);
        let mut gone = Vec::new();
        while runs.len() > MOST_KEPT {
            let Some(oldest) = runs.iter().rposition(|run| !run.state().is_live()) else { break };
            gone.extend(runs.remove(oldest));
        }
        Ok(gone)
    }

    async fn forget(&self, live: &Live) -> Result<(), Refused> {
        let book = live.lock().book();
        let forgotten = self.input.ask(|done| Request::Forget { book, done }).await;
        forgotten.map_err(|_| Refused::Stopping)
    }

    /// Ends a run before its time; what it raised stays to be looked at.
    ///
    /// # Errors
    /// When there is no such run, or it has ended.
    pub fn stop(&self, id: &str) -> Result<Run, Refused> {
        let run = self.change(id, RunState::Stopped)?;
        if let Some(live) = self.find(id) {
            live.stop.cancel();
        }
        Ok(run)
    }

    /// Holds a run.
    ///
    /// # Errors
    /// When there is no such run, or it has ended.
    pub fn pause(&self, id: &str) -> Result<Run, Refused> {
        self.change(id, RunState::Paused)
    }

    /// Lets a run go on.
    ///
    /// # Errors
    /// When there is no such run, or it has ended.
    pub fn resume(&self, id: &str) -> Result<Run, Refused> {
        self.change(id, RunState::Running)
    }

    /// Brings a run that has not ended into a state.
    fn change(&self, id: &str, state: RunState) -> Result<Run, Refused> {
        let live = self.find(id).ok_or(Refused::Unknown)?;
        let mut run = live.lock();
        if !run.state.is_live() {
            return Err(Refused::Ended);
        }
        run.state = state;
        Ok(run.clone())
    }

    /// Waits until every run has seen that the program stops.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn checked(options: Options) -> Result<Options, Refused> {
    let speed = options.speed.unwrap_or(USUAL_SPEED);
    if !(1.0..=1_000.0).contains(&speed) {
        return Err(Refused::Bounds("speed", "lies between 1 and 1,000"));
    }
    if options.count.is_some_and(|count| !(1..=10_000_000).contains(&count)) {
        return Err(Refused::Bounds("count", "lies between 1 and 10,000,000"));
    }
    if options.rate.is_some_and(|rate| !(100..=1_000_000).contains(&rate)) {
        return Err(Refused::Bounds("rate", "lies between 100 and 1,000,000"));
    }
    Ok(Options { speed: Some(speed), ..options })
}

fn planned(name: Name, options: &Options, started: Timestamp) -> Run {
    Run {
        id: format!("{}-{:x}", name.name(), started.millis()),
        name,
        seed: options.seed,
        speed: options.speed.unwrap_or(USUAL_SPEED),
        state: RunState::Running,
        progress: 0.0,
        started,
        elapsed_ms: 0,
        length_ms: 0,
        events: 0,
        expected: Vec::new(),
        raised: Vec::new(),
        scored_transactions: 0,
        burst: (name == Name::Burst).then(|| model::scenario::Burst {
            count: options.count.unwrap_or(burst::USUAL_COUNT),
            rate: options.rate.unwrap_or(burst::USUAL_RATE),
            ..model::scenario::Burst::default()
        }),
    }
}
