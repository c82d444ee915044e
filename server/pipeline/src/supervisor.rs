//! The supervisor's policy: which source runs and which book is shown, as a pure function of what
//! was observed. It reads no clock, draws nothing and talks to nobody; a loop around it performs
//! the actions, sends [`Observation::Timer`] at [`State::wake`], and tells what it sees.

use std::collections::BTreeMap;

use model::{Book, SourceState, Timestamp, Topic, status::SourceMode};

/// What the operator wants. Durations in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Which sources may be used.
    pub mode: SourceMode,
    /// Whether some topics are simulated whatever the others are.
    pub mixed: bool,
    /// How long the last real figures are held after a broker was lost.
    pub fallback_after: i64,
    /// How often a broker that is there is asked whether it still is.
    pub health_every: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            mode: SourceMode::Auto,
            mixed: false,
            fallback_after: 60 * Timestamp::SECOND,
            health_every: 30 * Timestamp::SECOND,
        }
    }
}

impl Policy {
    /// What is shown while a broker is there, or held.
    fn view(&self) -> Book {
        if self.mixed { Book::Mixed } else { Book::Real }
    }
}

/// How long a start waits for a first answer before it simulates, in milliseconds: the page must
/// have figures within 2 s.
pub const PATIENCE: i64 = 1_500;

/// First bound of the time between two attempts, in milliseconds; it doubles with each.
const BACKOFF_FIRST: i64 = 500;

/// Last bound, once a broker was there.
const BACKOFF_CAP: i64 = 30 * Timestamp::SECOND;

/// Last bound while none ever was: somebody may just be starting one.
const BACKOFF_CAP_AT_START: i64 = 5 * Timestamp::SECOND;

/// Least time between two attempts.
const BACKOFF_FLOOR: i64 = 100;

/// Time until the next attempt after the broker refused who we are: accounts get locked.
const AUTH_PAUSE: i64 = 60 * Timestamp::SECOND;

/// Longest time until it is asked again while topics are missing, in milliseconds.
const MISSING_EVERY: i64 = 10 * Timestamp::SECOND;

/// What is so, and since when. Shown as it is by `model::Status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What the supervisor does.
    pub phase: SourceState,
    /// Since when.
    pub since: Timestamp,
    /// Why, while not all is well.
    pub reason: Option<String>,
    /// Attempts to reach a broker since it was lost, or since the start.
    pub attempt: u32,
    /// When the next one is made; nothing while one is under way or none will be.
    pub next_attempt: Option<Timestamp>,
    /// Before this nobody is asked, since a broker refused who we are; nothing once one answers.
    pub held_until: Option<Timestamp>,
    /// The book that viewers see who follow the source.
    pub book: Book,
    /// Whether a consumer runs.
    pub kafka: bool,
    /// Whether a broker ever answered.
    pub met: bool,
    /// Topics that are not in the cluster, with the reason. The others are read all the same.
    pub missing: BTreeMap<Topic, String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The clock is at [`State::wake`], or just moved.
    Timer,
    /// A broker answered a probe or gave partitions to the consumer.
    BrokerAnswered,
    /// A probe was not answered.
    BrokerSilent(String),
    /// The client lost its brokers or its mind.
    ClientError(String),
    /// A broker refused who we are.
    AuthFailed(String),
    /// A broker told which topics are not in its cluster: none when all are there. Where it was
    /// tried to create them, why that was refused.
    TopicsMissing {
        /// The topics.
        topics: Vec<Topic>,
        /// What was said when they were to be created.
        refused: Option<String>,
    },
}

/// What is to be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask a broker now, and tell the answer.
    Probe,
    /// Start the consumer, creating missing topics first.
    StartKafka,
    /// Stop the consumer.
    StopKafka,
    /// Create the topics that are missing, and tell what became of it.
    CreateTopics,
    /// Start the simulation.
    StartSimulation,
    /// Stop the simulation.
    StopSimulation,
    /// Show this book to viewers who follow the source.
    Show(Book),
}

impl State {
    /// The state at the start, and what to do first.
    pub fn start(now: Timestamp, policy: &Policy) -> (State, Vec<Action>) {
        let state = State {
            phase: SourceState::Probing,
            since: now,
            reason: None,
            attempt: 1,
            next_attempt: None,
            held_until: None,
            book: policy.view(),
            kafka: false,
            met: false,
            missing: BTreeMap::new(),
        };
        if policy.mode == SourceMode::Simulation {
            let (state, _) = state.simulate(now, policy);
            let actions = vec![Action::StartSimulation, Action::Show(Book::Simulated)];
            return (State { attempt: 0, ..state }, actions);
        }
        let simulation = policy.mixed.then_some(Action::StartSimulation);
        if policy.mode == SourceMode::Direct {
            let actions = simulation.into_iter().chain([Action::Show(policy.view())]).collect();
            return (State { attempt: 0, ..state.enter(SourceState::Live, now) }, actions);
        }
        let actions = [Action::Show(policy.view()), Action::Probe];
        (state, simulation.into_iter().chain(actions).collect())
    }

    /// When [`Observation::Timer`] is due next.
    pub fn wake(&self, policy: &Policy) -> Option<Timestamp> {
        self.next_attempt.into_iter().chain(self.falls_back_at(policy)).min()
    }

    /// When the simulated book takes over, unless a broker answers.
    fn falls_back_at(&self, policy: &Policy) -> Option<Timestamp> {
        match (policy.mode, self.phase) {
            (SourceMode::Auto, SourceState::Probing) => Some(self.since.plus(PATIENCE)),
            (SourceMode::Auto, SourceState::Degraded) => {
                Some(self.since.plus(policy.fallback_after))
            }
            _ => None,
        }
    }

    fn enter(self, phase: SourceState, now: Timestamp) -> State {
        State { phase, since: now, ..self }
    }

    /// The simulated book takes over; a simulation that ran for some topics goes on.
    fn simulate(self, now: Timestamp, policy: &Policy) -> (State, Vec<Action>) {
        let starts = (!policy.mixed).then_some(Action::StartSimulation);
        let actions = starts.into_iter().chain([Action::Show(Book::Simulated)]).collect();
        (State { book: Book::Simulated, ..self.enter(SourceState::Simulating, now) }, actions)
    }

    fn retry_at(self, at: Timestamp) -> State {
        State { next_attempt: Some(at), ..self }
    }

    /// The state after a failed attempt, with the time of the next one drawn from `jitter`.
    fn back_off(self, now: Timestamp, jitter: f64) -> State {
        let cap = if self.met { BACKOFF_CAP } else { BACKOFF_CAP_AT_START };
        let at = now.plus(backoff(self.attempt, cap, jitter));
        let at = self.held_until.map_or(at, |held| held.max(at));
        self.retry_at(at)
    }
}

/// Milliseconds until the next attempt: exponential, capped, with full jitter, `jitter` being a
/// uniform draw from 0 to 1.
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the bound is at most 30,000 ms and the draw at most 1"
)]
fn backoff(attempt: u32, cap: i64, jitter: f64) -> i64 {
    let bound = BACKOFF_FIRST.saturating_mul(1 << attempt.min(16)).min(cap);
    ((bound as f64 * jitter.clamp(0.0, 1.0)) as i64).max(BACKOFF_FLOOR)
}

/// What becomes of a state when something is observed at `now`, and what is to be done about it.
/// `jitter` is a uniform draw from 0 to 1.
pub fn next(
    state: State,
    observation: Observation,
    now: Timestamp,
    policy: &Policy,
    jitter: f64,
) -> (State, Vec<Action>) {
    if !policy.mode.asks_kafka() {
        return (state, Vec::new());
    }
    match observation {
        Observation::Timer => timer(state, now, policy),
        Observation::BrokerAnswered => answered(state, now, policy),
        Observation::BrokerSilent(reason) => silent(state, reason, now, policy, jitter),
        Observation::AuthFailed(reason) => refused(state, reason, now, policy),
        Observation::ClientError(reason) => doubtful(state, reason),
        Observation::TopicsMissing { topics, refused } => lacking(state, &topics, refused, now),
    }
}

/// Falls back when the patience is over, and asks again when it is time.
fn timer(state: State, now: Timestamp, policy: &Policy) -> (State, Vec<Action>) {
    let falls_back = state.falls_back_at(policy).is_some_and(|at| at <= now);
    let (mut state, mut actions) =
        if falls_back { state.simulate(now, policy) } else { (state, Vec::new()) };
    if falls_back && state.reason.is_none() {
        state.reason = Some("no broker has answered yet".to_owned());
    }
    if state.next_attempt.is_some_and(|at| at <= now) {
        state.next_attempt = None;
        // A health check of a broker that is there is no attempt to reach one that is not.
        state.attempt += u32::from(state.phase != SourceState::Live);
        actions.push(Action::Probe);
    }
    (state, actions)
}

/// A broker is there: whatever was shown, what is real is shown now.
fn answered(state: State, now: Timestamp, policy: &Policy) -> (State, Vec<Action>) {
    let mut actions = Vec::new();
    if !state.kafka {
        actions.push(Action::StartKafka);
    }
    if state.phase == SourceState::Simulating && !policy.mixed {
        actions.push(Action::StopSimulation);
    }
    if state.book != policy.view() {
        actions.push(Action::Show(policy.view()));
    }
    let state = match state.phase {
        SourceState::Live => state,
        _ => state.enter(SourceState::Live, now),
    };
    let state = State {
        reason: None,
        attempt: 0,
        held_until: None,
        book: policy.view(),
        kafka: true,
        met: true,
        ..state
    };
    (state.retry_at(now.plus(policy.health_every)), actions)
}

/// A probe came to nothing.
fn silent(
    state: State,
    reason: String,
    now: Timestamp,
    policy: &Policy,
    jitter: f64,
) -> (State, Vec<Action>) {
    let (state, actions) = lost(State { reason: Some(reason), ..state }, now, policy);
    (state.back_off(now, jitter), actions)
}

/// What the loss of a broker, or of the hope for a first one, leads to.
fn lost(state: State, now: Timestamp, policy: &Policy) -> (State, Vec<Action>) {
    match (state.phase, policy.mode) {
        (SourceState::Live, _) => {
            (State { attempt: 1, ..state.enter(SourceState::Degraded, now) }, Vec::new())
        }
        (SourceState::Probing, SourceMode::Auto) => state.simulate(now, policy),
        _ => (state, Vec::new()),
    }
}

/// A broker does not let us in: the consumer must not knock on, and the next attempt waits.
fn refused(state: State, reason: String, now: Timestamp, policy: &Policy) -> (State, Vec<Action>) {
    let stops = state.kafka;
    let state = State { reason: Some(reason), kafka: false, ..state };
    let (state, mut actions) = lost(state, now, policy);
    if stops {
        actions.insert(0, Action::StopKafka);
    }
    let held = now.plus(AUTH_PAUSE);
    (State { held_until: Some(held), ..state.retry_at(held) }, actions)
}

/// The client complains. While live that is a reason to ask at once, and only the answer decides:
/// clients also complain of connections that were idle. Otherwise an attempt is already planned.
fn doubtful(state: State, reason: String) -> (State, Vec<Action>) {
    let ask = state.phase == SourceState::Live && state.next_attempt.is_some();
    if ask {
        let state = State { reason: Some(reason), next_attempt: None, ..state };
        return (state, vec![Action::Probe]);
    }
    (state, Vec::new())
}

/// Topics are missing: that is so of them alone. Once it is tried to create them; whether that
/// helped, the next health check tells.
fn lacking(
    state: State,
    topics: &[Topic],
    refused: Option<String>,
    now: Timestamp,
) -> (State, Vec<Action>) {
    let creates = state.kafka && !topics.is_empty() && refused.is_none();
    let why = match refused {
        Some(reason) => format!("not in the cluster: {reason}"),
        None => "not in the cluster".to_owned(),
    };
    let missing = topics.iter().map(|topic| (*topic, why.clone())).collect();
    // While one is under way, none is planned.
    let soon = state.held_until.into_iter().fold(now.plus(MISSING_EVERY), Timestamp::max);
    let sooner = |at: Timestamp| if topics.is_empty() { at } else { at.min(soon) };
    let next_attempt = state.next_attempt.map(sooner);
    let actions = if creates { vec![Action::CreateTopics] } else { Vec::new() };
    (State { missing, next_attempt, ..state }, actions)
}

#[cfg(test)]
mod tests;
