//! Section `source`: which sources may be used, and how patiently.

use std::time::Duration;

use model::{Topic, status::SourceMode};

use super::{
    fault::Fault,
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// Which sources may be used, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Kafka when a broker answers and else simulation, only one of both, or neither. Default
    /// auto; `STREAMBOARD_SOURCE__MODE`.
    pub mode: SourceMode,
    /// Topics that are simulated, whatever the others are, in the order of [`Topic::ALL`]: none
    /// where all are. Default none; `STREAMBOARD_SOURCE__TOPICS__<TOPIC>`.
    pub simulated: [bool; 7],
    /// How long the last real figures are held after a broker was lost, before the simulated book
    /// is shown. Default 60 s; `STREAMBOARD_SOURCE__FALLBACK_AFTER`.
    pub fallback_after: Duration,
    /// Longest time between two events of a topic from Kafka while all is well, in the order of
    /// [`Topic::ALL`]; a topic is stale after three of them. Default 60 s;
    /// `STREAMBOARD_SOURCE__EXPECTED_EVERY__<TOPIC>`.
    pub expected_every: [Duration; 7],
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "source.mode",
        kind: Kind::Choice(&["auto", "kafka", "simulation", "direct"]),
        default: Default::Is("auto"),
        flag: Some("--source"),
        doc: "`auto`: Kafka when a broker answers, else simulation; or only one of both; or `direct`: \
              neither, but what feeds bring and what is handed in.",
    },
    Setting {
        path: "source.topics.*",
        kind: Kind::Choice(&["mode", "simulation"]),
        default: Default::Is("mode"),
        flag: None,
        doc: "`mode`: the topic comes from where `source.mode` says; `simulation`: it is simulated, \
              beside topics that are real, and not read from Kafka.",
    },
    Setting {
        path: "source.fallback_after",
        kind: Kind::Duration(Duration::from_millis(100), Duration::from_secs(24 * 3_600)),
        default: Default::Is("60s"),
        flag: None,
        doc: "How long the last real figures are held after the broker was lost, before the \
              simulated book is shown.",
    },
    Setting {
        path: "source.expected_every.*",
        kind: Kind::Duration(Duration::from_secs(1), Duration::from_secs(7 * 24 * 3_600)),
        default: Default::Is("60s"),
        flag: None,
        doc: "Longest time between two events of a topic from Kafka; it is stale after three.",
    },
];

impl Source {
    pub(super) fn read(layers: &Layers<'_>, faults: &mut Vec<Fault>) -> Self {
        let mode = match layers.text("source.mode").as_str() {
            "kafka" => SourceMode::Kafka,
            "simulation" => SourceMode::Simulation,
            "direct" => SourceMode::Direct,
            _ => SourceMode::Auto,
        };
        Self {
            mode,
            simulated: simulated(layers, mode, faults),
            fallback_after: layers.duration("source.fallback_after"),
            expected_every: Topic::ALL
                .map(|topic| layers.duration(&format!("source.expected_every.{topic}"))),
        }
    }
}

fn simulated(layers: &Layers<'_>, mode: SourceMode, faults: &mut Vec<Fault>) -> [bool; 7] {
    if mode == SourceMode::Simulation {
        return [false; 7];
    }
    let simulated =
        Topic::ALL.map(|topic| layers.text(&format!("source.topics.{topic}")) == "simulation");
    if simulated == [true; 7] {
        let origin = layers.origin("source.topics.budget");
        let reason = "source.topics: all seven are simulated; set source.mode to \"simulation\"";
        faults.push(Fault::new(origin, reason));
    }
    simulated
}
