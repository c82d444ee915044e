//! Section `simulation`: the seed and the pace of the simulator.

use std::time::Duration;

use model::Topic;

use super::{
    fault::Fault,
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// The seed and the pace of the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// Seed of everything that is random; kept in the data directory. Default random;
    /// `STREAMBOARD_SIMULATION__SEED`.
    pub seed: Option<u64>,
    /// Time between two events of a topic, in the order of [`Topic::ALL`]: 2 to 60 s, shorter
    /// only with `burst`. Default by topic; `STREAMBOARD_SIMULATION__INTERVAL__<TOPIC>`.
    pub interval: [Duration; 7],
    /// Whether intervals may be shorter than 2 s. Default false;
    /// `STREAMBOARD_SIMULATION__BURST`.
    pub burst: bool,
}

/// The shortest interval without burst.
const SHORTEST: Duration = Duration::from_secs(2);

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "simulation.seed",
        kind: Kind::Integer(0, u64::MAX),
        default: Default::None("random"),
        flag: Some("--seed"),
        doc: "Seed of the generator; another seed starts a new simulated book.",
    },
    Setting {
        path: "simulation.interval.*",
        kind: Kind::Duration(Duration::from_millis(1), Duration::from_secs(60)),
        default: Default::ByTopic(
            |topic| format!("{}s", topic.interval_seconds()),
            "budget 10s, projects 20s, compliance 45s, transactions 5s, risk 30s, system 2s, \
             etl 30s",
        ),
        flag: None,
        doc: "Time between two events of a topic: 2 to 60 s, shorter only with \
              `simulation.burst`.",
    },
    Setting {
        path: "simulation.burst",
        kind: Kind::Flag,
        default: Default::Is("false"),
        flag: None,
        doc: "Whether intervals may be shorter than 2 s, down to 1 ms.",
    },
];

impl Simulation {
    pub(super) fn read(layers: &Layers<'_>, faults: &mut Vec<Fault>) -> Self {
        let path = |topic: Topic| format!("simulation.interval.{topic}");
        let simulation = Self {
            seed: layers.optional_integer("simulation.seed"),
            interval: Topic::ALL.map(|topic| layers.duration(&path(topic))),
            burst: layers.flag("simulation.burst"),
        };
        for topic in Topic::ALL {
            let short = simulation.interval[topic.index()] < SHORTEST;
            if short && !simulation.burst {
                let path = path(topic);
                let reason = format!("{path}: shorter than 2s is only for simulation.burst = true");
                faults.push(Fault::new(layers.origin(&path), reason));
            }
        }
        simulation
    }
}
