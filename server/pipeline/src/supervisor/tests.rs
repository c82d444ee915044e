//! Every state against every observation, and the stories of an outage.

use SourceState::{Degraded, Live, Probing, Simulating};
use proptest::prelude::*;

use super::*;

const START: Timestamp = Timestamp::from_millis(1_795_000_000_000);
const AUTO: Policy =
    Policy { mode: SourceMode::Auto, mixed: false, fallback_after: 60_000, health_every: 30_000 };
const KAFKA: Policy = Policy { mode: SourceMode::Kafka, ..AUTO };
const SIMULATION: Policy = Policy { mode: SourceMode::Simulation, ..AUTO };

fn silence() -> Observation {
    Observation::BrokerSilent("connection refused".into())
}

fn refusal() -> Observation {
    Observation::AuthFailed("wrong password".into())
}

fn complaint() -> Observation {
    Observation::ClientError("all brokers are down".into())
}

fn missing() -> Observation {
    Observation::TopicsMissing { topics: vec![Topic::Etl], refused: None }
}

/// A state that was entered at `START`, whose next attempt is 10 s later.
fn at(phase: SourceState) -> State {
    State {
        phase,
        since: START,
        reason: None,
        attempt: 3,
        next_attempt: Some(START.plus(10_000)),
        held_until: None,
        book: if phase == Simulating { Book::Simulated } else { Book::Real },
        kafka: matches!(phase, Live | Degraded),
        met: matches!(phase, Live | Degraded),
        missing: BTreeMap::new(),
    }
}

/// One row: phase, mode, milliseconds since it began, observation; the phase and actions after it,
/// and in how many milliseconds from then the next attempt is due, with a jitter of 1.
#[test]
fn every_state_and_observation() {
    use Action::{
        CreateTopics, Probe, Show, StartKafka, StartSimulation, StopKafka, StopSimulation,
    };
    let check = |phase, policy, after, observation: Observation, to, actions: &[Action], due| {
        let now = START.plus(after);
        let (state, found) = next(at(phase), observation.clone(), now, &policy, 1.0);
        let due: Option<i64> = due;
        let found = (state.phase, found, state.next_attempt.map(|at| at.since(now)));
        assert_eq!(found, (to, actions.to_vec(), due), "{phase:?} {observation:?} {policy:?}");
        let since = if to == phase { START } else { now };
        assert_eq!(state.since, since, "{phase:?} {observation:?}");
        let book = if to == Simulating { Book::Simulated } else { Book::Real };
        assert_eq!(state.book, book, "{phase:?} {observation:?}");
    };
    let fall = || vec![StartSimulation, Show(Book::Simulated)];
    let timer = || Observation::Timer;
    let answer = || Observation::BrokerAnswered;

    check(Probing, AUTO, 1_499, timer(), Probing, &[], Some(8_501));
    check(Probing, AUTO, 1_500, timer(), Simulating, &fall(), Some(8_500));
    check(Probing, AUTO, 500, answer(), Live, &[StartKafka], Some(30_000));
    check(Probing, AUTO, 500, silence(), Simulating, &fall(), Some(4_000));
    check(Probing, AUTO, 500, refusal(), Simulating, &fall(), Some(60_000));
    check(Probing, AUTO, 500, complaint(), Probing, &[], Some(9_500));
    check(Probing, AUTO, 500, missing(), Probing, &[], Some(9_500));

    check(Probing, KAFKA, 9_999, timer(), Probing, &[], Some(1));
    check(Probing, KAFKA, 10_000, timer(), Probing, &[Probe], None);
    check(Probing, KAFKA, 500, answer(), Live, &[StartKafka], Some(30_000));
    check(Probing, KAFKA, 500, silence(), Probing, &[], Some(4_000));
    check(Probing, KAFKA, 500, refusal(), Probing, &[], Some(60_000));
    check(Probing, KAFKA, 500, complaint(), Probing, &[], Some(9_500));
    check(Probing, KAFKA, 500, missing(), Probing, &[], Some(9_500));

    for policy in [AUTO, KAFKA] {
        check(Live, policy, 9_999, timer(), Live, &[], Some(1));
        check(Live, policy, 10_000, timer(), Live, &[Probe], None);
        check(Live, policy, 5_000, answer(), Live, &[], Some(30_000));
        check(Live, policy, 5_000, silence(), Degraded, &[], Some(1_000));
        check(Live, policy, 5_000, refusal(), Degraded, &[StopKafka], Some(60_000));
        check(Live, policy, 5_000, complaint(), Live, &[Probe], None);
        check(Live, policy, 5_000, missing(), Live, &[CreateTopics], Some(5_000));

        check(Degraded, policy, 9_999, timer(), Degraded, &[], Some(1));
        check(Degraded, policy, 10_000, timer(), Degraded, &[Probe], None);
        check(Degraded, policy, 5_000, answer(), Live, &[], Some(30_000));
        check(Degraded, policy, 5_000, silence(), Degraded, &[], Some(4_000));
        check(Degraded, policy, 5_000, refusal(), Degraded, &[StopKafka], Some(60_000));
        check(Degraded, policy, 5_000, complaint(), Degraded, &[], Some(5_000));
        check(Degraded, policy, 5_000, missing(), Degraded, &[CreateTopics], Some(5_000));
    }
    let fall_and_ask = [StartSimulation, Show(Book::Simulated), Probe];
    check(Degraded, AUTO, 60_000, timer(), Simulating, &fall_and_ask, None);
    check(Degraded, KAFKA, 600_000, timer(), Degraded, &[Probe], None);

    let back = [StartKafka, StopSimulation, Show(Book::Real)];
    check(Simulating, AUTO, 9_999, timer(), Simulating, &[], Some(1));
    check(Simulating, AUTO, 10_000, timer(), Simulating, &[Probe], None);
    check(Simulating, AUTO, 5_000, answer(), Live, &back, Some(30_000));
    check(Simulating, AUTO, 5_000, silence(), Simulating, &[], Some(4_000));
    check(Simulating, AUTO, 5_000, refusal(), Simulating, &[], Some(60_000));
    check(Simulating, AUTO, 5_000, complaint(), Simulating, &[], Some(5_000));
    check(Simulating, AUTO, 5_000, missing(), Simulating, &[], Some(5_000));
}

#[test]
fn simulation_asks_for_no_broker_ever() {
    let (state, actions) = State::start(START, &SIMULATION);
    assert_eq!(actions, [Action::StartSimulation, Action::Show(Book::Simulated)]);
    assert_eq!((state.phase, state.attempt, state.reason.as_deref()), (Simulating, 0, None));
    assert_eq!(state.wake(&SIMULATION), None);
    for observation in
        [Observation::Timer, Observation::BrokerAnswered, silence(), refusal(), complaint()]
    {
        let after = next(state.clone(), observation, START.plus(99_000), &SIMULATION, 0.5);
        assert_eq!(after, (state.clone(), vec![]));
    }
}

#[test]
fn direct_asks_for_no_broker_and_simulates_nothing() {
    let direct = Policy { mode: SourceMode::Direct, ..AUTO };
    let (state, actions) = State::start(START, &direct);
    assert_eq!(actions, [Action::Show(Book::Real)]);
    assert_eq!((state.phase, state.attempt, state.wake(&direct)), (Live, 0, None));
    for observation in [Observation::Timer, silence(), refusal(), complaint()] {
        let after = next(state.clone(), observation, START.plus(99_000), &direct, 0.5);
        assert_eq!(after, (state.clone(), vec![]));
    }
    let (_, actions) = State::start(START, &Policy { mixed: true, ..direct });
    assert_eq!(actions, [Action::StartSimulation, Action::Show(Book::Mixed)]);
}

/// A broker that never answers, then does: simulated within 2 s, asked at least every 5 s, live.
#[test]
fn a_start_without_a_broker() {
    let (mut state, actions) = State::start(START, &AUTO);
    assert_eq!(actions, [Action::Show(Book::Real), Action::Probe]);
    let simulates = state.wake(&AUTO).unwrap();
    assert!(simulates.since(START) < 2_000);
    (state, _) = next(state, Observation::Timer, simulates, &AUTO, 1.0);
    assert_eq!((state.phase, state.reason.is_some()), (Simulating, true));
    let mut now = simulates;
    for attempt in 1..40 {
        assert_eq!(state.attempt, attempt);
        (state, _) = next(state, silence(), now, &AUTO, 1.0);
        let wake = state.wake(&AUTO).unwrap();
        assert!((1..=5_000).contains(&wake.since(now)), "{attempt}");
        now = wake;
        let actions;
        (state, actions) = next(state, Observation::Timer, now, &AUTO, 1.0);
        assert_eq!(actions, [Action::Probe]);
    }
    (state, _) = next(state, Observation::BrokerAnswered, now, &AUTO, 1.0);
    let found = (state.phase, state.reason, state.attempt, state.book);
    assert_eq!(found, (Live, None, 0, Book::Real));
}

/// Live, lost, held, simulated, back: the consumer runs through all of it.
#[test]
fn an_outage() {
    let (mut state, _) = next(at(Probing), Observation::BrokerAnswered, START, &AUTO, 0.5);
    let mut actions;
    let lost = START.plus(4_000);
    (state, actions) = next(state, complaint(), lost, &AUTO, 0.5);
    assert_eq!((state.phase, actions), (Live, vec![Action::Probe]));
    (state, actions) = next(state, complaint(), lost, &AUTO, 0.5);
    assert_eq!(actions, [], "one probe is under way");
    (state, actions) = next(state, silence(), lost, &AUTO, 0.5);
    assert_eq!((state.phase, actions), (Degraded, vec![]));
    assert_eq!((state.book.clone(), state.attempt), (Book::Real, 1));
    let mut started = Vec::new();
    while state.phase == Degraded {
        let now = state.wake(&AUTO).unwrap();
        (state, actions) = next(state, Observation::Timer, now, &AUTO, 0.5);
        started.extend(actions.iter().filter(|action| **action != Action::Probe).cloned());
        if actions.contains(&Action::Probe) {
            (state, _) = next(state, silence(), now, &AUTO, 0.5);
        }
    }
    assert_eq!(state.since.since(lost), AUTO.fallback_after);
    assert_eq!(started, [Action::StartSimulation, Action::Show(Book::Simulated)]);
    assert_eq!(state.reason.as_deref(), Some("connection refused"));
    (state, actions) = next(state, Observation::BrokerAnswered, START.plus(99_000), &AUTO, 0.5);
    assert_eq!(actions, [Action::StopSimulation, Action::Show(Book::Real)]);
    assert_eq!((state.phase, state.kafka), (Live, true));
}

/// Some topics are simulated always: the simulation runs from the first moment, through an outage,
/// and beside what is real; what is shown goes from both to the simulation and back.
#[test]
fn topics_that_are_always_simulated() {
    let policy = Policy { mixed: true, ..AUTO };
    let (state, actions) = State::start(START, &policy);
    let first = [Action::StartSimulation, Action::Show(Book::Mixed), Action::Probe];
    assert_eq!((state.book.clone(), actions), (Book::Mixed, first.to_vec()));
    let (state, actions) = next(state, silence(), START.plus(500), &policy, 1.0);
    assert_eq!((state.phase, actions), (Simulating, vec![Action::Show(Book::Simulated)]));
    let (state, actions) = next(state, Observation::BrokerAnswered, START.plus(900), &policy, 1.0);
    assert_eq!(actions, [Action::StartKafka, Action::Show(Book::Mixed)]);
    let (state, actions) = next(state, silence(), START.plus(999), &policy, 1.0);
    assert_eq!((state.phase, state.book, actions), (Degraded, Book::Mixed, vec![]));
}

#[test]
fn a_refused_client_is_stopped_and_started_again() {
    let (state, _) = next(at(Live), refusal(), START, &AUTO, 0.5);
    assert!(!state.kafka);
    let (state, actions) = next(state, refusal(), START, &AUTO, 0.5);
    assert_eq!((state.phase, actions), (Degraded, vec![]));
    let (_, actions) = next(state, Observation::BrokerAnswered, START, &AUTO, 0.5);
    assert_eq!(actions, [Action::StartKafka]);
}

/// A missing topic is no outage: it alone has a reason, until it is there.
#[test]
fn a_missing_topic_is_created_once_and_told_until_it_is_there() {
    let (state, actions) = next(at(Live), missing(), START, &AUTO, 0.5);
    assert_eq!((state.phase, actions), (Live, vec![Action::CreateTopics]));
    assert_eq!((state.reason.as_deref(), state.missing.len()), (None, 1));
    let refused =
        |topics, why: &str| Observation::TopicsMissing { topics, refused: Some(why.into()) };
    let (state, actions) = next(state, refused(vec![Topic::Etl], "no rights"), START, &AUTO, 0.5);
    assert_eq!((state.phase, actions), (Live, vec![]), "it is not tried again at once");
    assert_eq!(state.missing[&Topic::Etl], "not in the cluster: no rights");
    let none = Observation::TopicsMissing { topics: vec![], refused: None };
    let (state, actions) = next(state, none, START, &AUTO, 0.5);
    assert_eq!((state.missing.len(), actions), (0, vec![]));
}

#[test]
fn backoff_doubles_up_to_its_cap() {
    let bounds: Vec<i64> = (1..9).map(|attempt| backoff(attempt, BACKOFF_CAP, 1.0)).collect();
    assert_eq!(bounds, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert_eq!(backoff(u32::MAX, BACKOFF_CAP, 1.0), BACKOFF_CAP);
    assert_eq!(backoff(3, BACKOFF_CAP, 0.5), 2_000);
    assert_eq!(backoff(3, BACKOFF_CAP, 0.0), BACKOFF_FLOOR);
}

fn observation() -> impl Strategy<Value = Observation> {
    prop_oneof![
        3 => Just(Observation::Timer),
        1 => Just(Observation::BrokerAnswered),
        1 => Just(silence()),
        1 => Just(refusal()),
        1 => Just(complaint()),
        1 => Just(missing()),
    ]
}

proptest! {
    // 300 stories of 350 steps on average: more than 100,000.
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever happens: what runs and what is shown fit to the phase, nothing is started twice,
    /// there is always a next attempt, planned or under way, nobody is asked again within a minute
    /// of a refusal, and while not all is well there is a reason.
    #[test]
    fn any_story_is_consistent(
        story in proptest::collection::vec((observation(), 0_i64..40_000, 0.0..1.0), 100..600),
        mode in prop_oneof![Just(AUTO), Just(KAFKA)],
        mixed in any::<bool>(),
    ) {
        let policy = Policy { mixed, ..mode };
        let (mut state, actions) = State::start(START, &policy);
        let (mut kafka, mut simulation, mut shown) = (false, mixed, policy.view());
        prop_assert_eq!(actions.contains(&Action::StartSimulation), mixed);
        let mut asked = actions.contains(&Action::Probe);
        let (mut now, mut refused) = (START, None);
        for (observation, later, jitter) in story {
            now = now.plus(later);
            match observation {
                Observation::AuthFailed(_) => refused = Some(now),
                Observation::BrokerAnswered => refused = None,
                _ => {}
            }
            let answers = matches!(
                observation,
                Observation::BrokerAnswered
                    | Observation::BrokerSilent(_)
                    | Observation::AuthFailed(_)
            );
            asked &= !answers;
            let actions;
            (state, actions) = next(state, observation, now, &policy, jitter);
            for action in actions {
                match action {
                    Action::Probe => {
                        asked = true;
                        let since = refused.map_or(AUTH_PAUSE, |at| now.since(at));
                        prop_assert!(since >= AUTH_PAUSE, "asked {since} ms after a refusal");
                    }
                    Action::StartKafka => prop_assert!(!std::mem::replace(&mut kafka, true)),
                    Action::StopKafka => prop_assert!(std::mem::replace(&mut kafka, false)),
                    Action::StartSimulation => {
                        prop_assert!(!std::mem::replace(&mut simulation, true));
                    }
                    Action::StopSimulation => {
                        prop_assert!(std::mem::replace(&mut simulation, false));
                    }
                    Action::CreateTopics => prop_assert!(kafka),
                    Action::Show(book) => shown = book,
                }
            }
            prop_assert_eq!(state.kafka, kafka);
            prop_assert_eq!(simulation, mixed || state.phase == Simulating);
            prop_assert_eq!(&state.book, &shown);
            prop_assert_eq!(shown == Book::Simulated, state.phase == Simulating);
            prop_assert!(state.next_attempt.is_some() || asked);
            prop_assert!(policy.mode == SourceMode::Auto || state.phase != Simulating);
            prop_assert!(state.reason.is_some() || matches!(state.phase, Live | Probing));
        }
    }
}
