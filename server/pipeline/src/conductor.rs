//! The conductor: performs what the supervisor decides, keeps the books' clocks going, and writes
//! the status. A thin loop; the decisions are in [`crate::supervisor`].

mod backlog;
mod report;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use model::{Book, SourceState, Timestamp, status::ChangeOver};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use self::report::Report;
use crate::{
    drill::Drills,
    edge::from_outside,
    flow::{Arrived, Input, Request, Room, Stats},
    hub::Hub,
    message::{Delivery, Gap},
    source::{
        feed::Board,
        kafka::{self, Consumer, PartitionLag, TopicsError, ensure_topics, probe},
        simulator::Simulation,
    },
    spool::Spool,
    store::{Positions, Reader},
    supervisor::{Action, Observation, Policy, State, next},
};

/// How long a broker has to answer.
const PROBE_PATIENCE: Duration = Duration::from_secs(4);

/// The first answer is waited for only so long: the page must have figures within two seconds.
const FIRST_PATIENCE: Duration = Duration::from_millis(1_200);

/// Observations that wait; the sources that make them are few.
const OBSERVATIONS: usize = 64;

/// What a conductor is given.
#[derive(Clone)]
pub struct Setup {
    /// What the operator wants.
    pub policy: Policy,
    /// How to reach Kafka.
    pub kafka: kafka::Settings,
    /// How to simulate.
    pub simulation: Simulation,
    /// Milliseconds between two events of a topic that are expected from Kafka.
    pub expected_every: [i64; 7],
    /// Where events and ticks go.
    pub input: Input,
    /// Where the status goes.
    pub hub: Arc<Hub>,
    /// The reading side of the store.
    pub reader: Arc<dyn Reader>,
    /// What the flow counts.
    pub stats: Arc<Stats>,
    /// Runs, for the status.
    pub drills: Arc<Drills>,
    /// What waits for Kafka; nothing where no broker is ever asked for.
    pub spool: Option<Arc<Spool>>,
    /// What the feeds do, for the status.
    pub feeds: Board,
    /// Positions that are stored go through here to the consumer.
    pub stored: Stored,
    /// Version of the program.
    pub version: &'static str,
    /// A uniform draw from 0 to 1, for the time of the next attempt.
    pub jitter: fn() -> f64,
}

/// The consumer that is told which positions are stored. Shared with the flow.
#[derive(Clone, Default)]
pub struct Stored(Arc<Mutex<Option<Consumer>>>);

impl Stored {
    /// Tells the consumer that these positions are stored.
    pub fn tell(&self, positions: &Positions) {
        if let Some(consumer) = &*self.lock() {
            consumer.committed(positions.clone());
        }
    }

    /// What waits in the partitions that it reads; nothing while none runs.
    pub fn lag(&self) -> Vec<PartitionLag> {
        self.lock().as_ref().map_or_else(Vec::new, Consumer::lag)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Consumer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs until it is stopped.
pub struct Conductor {
    setup: Setup,
    state: State,
    simulating: Option<(CancellationToken, JoinHandle<()>)>,
    observe: mpsc::Sender<Observation>,
    observed: mpsc::Receiver<Observation>,
    report: Report,
    stop: CancellationToken,
}

impl Conductor {
    /// A conductor that has done nothing yet.
    pub fn new(setup: Setup, stop: CancellationToken) -> Self {
        let now = (setup.simulation.clock)();
        let (observe, observed) = mpsc::channel(OBSERVATIONS);
        let (state, _) = State::start(now, &setup.policy);
        let report = Report::default();
        Self { setup, state, simulating: None, observe, observed, report, stop }
    }

    fn now(&self) -> Timestamp {
        (self.setup.simulation.clock)()
    }

    /// Chooses a source, and changes over when that is due, until it is stopped.
    pub async fn run(mut self) {
        let (state, actions) = State::start(self.now(), &self.setup.policy);
        self.state = state;
        self.perform(actions).await;
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = self.stop.clone();
        loop {
            self.write_status();
            let wake = self.until_wake();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(observation) = self.observed.recv() => self.take(observation).await,
                () = tokio::time::sleep(wake) => self.take(Observation::Timer).await,
                _ = second.tick() => self.tick().await,
            }
        }
        self.stop_kafka().await;
        self.stop_simulation().await;
    }

    fn until_wake(&self) -> Duration {
        let wake = self.state.wake(&self.setup.policy);
        let millis = wake.map_or(Timestamp::HOUR, |at| at.since(self.now()).max(1));
        Duration::from_millis(millis.unsigned_abs())
    }

    async fn take(&mut self, observation: Observation) {
        let before = (self.state.phase, self.state.reason.clone());
        let state = self.state.clone();
        let (policy, jitter) = (&self.setup.policy, (self.setup.jitter)());
        let (state, actions) = next(state, observation, self.now(), policy, jitter);
        self.state = state;
        if let Some(spool) = &self.setup.spool {
            spool.set_open(self.state.phase == SourceState::Live);
        }
        if before.0 != self.state.phase {
            let reason = self.state.reason.as_deref().unwrap_or("a broker answers");
            let (from, to) = (before.0.name(), self.state.phase.name());
            tracing::info!(from, to, reason, "the source changed over");
            let change = ChangeOver {
                at: self.now(),
                from: before.0,
                to: self.state.phase,
                why: reason.to_owned(),
            };
            // The flow ends only when the program does.
            self.setup.input.send(Request::ChangedOver(change)).await.ok();
        }
        self.perform(actions).await;
    }

    async fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Probe => self.probe(),
                Action::StartKafka => self.start_kafka().await,
                Action::StopKafka => self.stop_kafka().await,
                Action::CreateTopics => self.create_topics(),
                Action::StartSimulation => self.start_simulation(),
                Action::StopSimulation => self.stop_simulation().await,
                Action::Show(book) => tracing::debug!(%book, "shown to those who follow"),
            }
        }
    }

    /// Asks a broker on a thread of its own, and observes the answer.
    fn probe(&self) {
        let (settings, observe) = (self.setup.kafka.clone(), self.observe.clone());
        let first = self.state.phase == SourceState::Probing;
        let patience = if first { FIRST_PATIENCE } else { PROBE_PATIENCE };
        tokio::task::spawn_blocking(move || {
            let observations = match probe(&settings, patience) {
                Ok(topics) => vec![
                    Observation::BrokerAnswered,
                    Observation::TopicsMissing { topics, refused: None },
                ],
                Err(error) => vec![error.into()],
            };
            for observation in observations {
                // The conductor may have stopped meanwhile.
                observe.blocking_send(observation).ok();
            }
        });
    }

    /// Creates what is missing on a thread of its own, and observes what became of it.
    fn create_topics(&self) {
        let (settings, observe) = (self.setup.kafka.clone(), self.observe.clone());
        let topics: Vec<_> = self.state.missing.keys().copied().collect();
        tokio::task::spawn_blocking(move || {
            let observation = match created(&settings) {
                Ok(()) => Observation::TopicsMissing { topics: Vec::new(), refused: None },
                Err(error) => {
                    Observation::TopicsMissing { topics, refused: Some(error.to_string()) }
                }
            };
            observe.blocking_send(observation).ok();
        });
    }

    async fn start_kafka(&mut self) {
        let setup = self.setup.clone();
        let (observe, clock) = (self.observe.clone(), setup.simulation.clock);
        let started = tokio::task::spawn_blocking(move || {
            // What was not created is missing, and observed as that.
            created(&setup.kafka).ok();
            // Without the positions everything would be read again.
            let positions = setup.reader.positions().map_err(|error| error.to_string())?;
            let (input, room) = (setup.input.clone(), Room::default());
            let sender = move |Delivery { gaps, messages }| {
                note(&gaps, &input);
                let room = Some(room.take(messages.len()));
                let arrived = Arrived { gaps, room, ..from_outside(messages, clock()) };
                input.send_blocking(Request::Arrived(arrived)).is_ok()
            };
            // An observation that finds no room is not the first of its kind.
            let observer = move |observation| drop(observe.try_send(observation));
            Ok::<_, String>(Consumer::start(&setup.kafka, positions, sender, observer))
        });
        match started.await.map_err(|error| error.to_string()).flatten() {
            Ok(Ok(consumer)) => *self.setup.stored.lock() = Some(consumer),
            Ok(Err(error)) => drop(self.observe.try_send(error.into())),
            Err(error) => {
                // The next answer of a broker starts it again.
                self.state.kafka = false;
                tracing::error!(error, "the consumer was not started");
            }
        }
    }

    async fn stop_kafka(&mut self) {
        let consumer = self.setup.stored.lock().take();
        if let Some(consumer) = consumer {
            let stopped = tokio::task::spawn_blocking(move || consumer.stop()).await;
            if let Err(error) = stopped {
                tracing::warn!(%error, "the consumer did not stop in order");
            }
        }
    }

    fn start_simulation(&mut self) {
        let stop = self.stop.child_token();
        let newest = self
            .setup
            .hub
            .book(&Book::Simulated)
            .and_then(|book| book.snapshot().newest.values().max().copied());
        let (simulation, input, token) =
            (self.setup.simulation.clone(), self.setup.input.clone(), stop.clone());
        tracing::info!(seed = simulation.seed, "simulation started");
        let task = tokio::spawn(async move {
            if simulation.run(newest, input, token).await.is_err() {
                tracing::debug!("the simulation ended with the flow");
            }
        });
        self.simulating = Some((stop, task));
    }

    async fn stop_simulation(&mut self) {
        if let Some((stop, task)) = self.simulating.take() {
            stop.cancel();
            if let Err(error) = task.await {
                tracing::warn!(%error, "the simulation did not stop in order");
            }
        }
    }

    /// Moves the clock of the real book; the others have clocks of their own.
    async fn tick(&mut self) {
        let now = self.real_clock(self.now());
        // The flow ends only when the program does.
        self.setup.input.send(Request::Tick { book: Book::Real, now }).await.ok();
    }

    /// The clock of the real book follows event time while it catches up.
    fn real_clock(&self, now: Timestamp) -> Timestamp {
        let behind = self.report.behind(&self.setup.stored);
        if behind > backlog::BEHIND { now.plus(report::millis(-behind)) } else { now }
    }

    fn write_status(&mut self) {
        let now = self.now();
        let status = self.report.write(&self.setup, &self.state, now);
        self.setup.hub.set_status(Arc::new(status));
    }
}

/// Creates the topics that are missing; the log tells which.
fn created(settings: &kafka::Settings) -> Result<(), TopicsError> {
    let created = ensure_topics(settings)
        .inspect_err(|error| tracing::warn!(%error, "missing topics were not created"))?;
    if !created.is_empty() {
        tracing::info!(?created, "missing topics were created");
    }
    Ok(())
}

/// Keeps in the history that partitions lost their place: what was missed will be missing.
fn note(gaps: &[Gap], input: &Input) {
    for gap in gaps {
        metrics::counter!("streamboard_missed_records_total", "topic" => gap.topic.name())
            .increment(gap.missed());
        let (from, to) = (SourceState::Live, SourceState::Live);
        let change = ChangeOver { at: gap.at, from, to, why: gap.to_string() };
        // The flow ends only when the program does.
        input.send_blocking(Request::ChangedOver(change)).ok();
    }
}
