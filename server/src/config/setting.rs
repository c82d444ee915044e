//! What a setting is: the one description that file keys, variables, the README's table and the
//! JSON Schema are made from.

use std::time::Duration;

use model::Topic;

use super::{feeds, http, kafka, log, rules, simulation, source, store};

/// One setting, or one for each topic.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Section and key: `http.listen`. One that exists for each topic ends in `.*`.
    pub path: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// Its value where nobody sets it.
    pub default: Default,
    /// The flag that also sets it.
    pub flag: Option<&'static str>,
    /// What it means, with its unit.
    pub doc: &'static str,
}

/// What may stand in a setting.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// An address with a port.
    Address,
    /// Any text that is not empty.
    Text,
    /// A path, relative to the working directory.
    Path,
    /// Hosts with ports, by commas.
    Brokers,
    /// Text of letters, digits, `.`, `_` and `-`, at most 249 bytes: a part of a Kafka name.
    KafkaName,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number within these bounds.
    Integer(u64, u64),
    /// A time within these bounds: `90s`, `5 min`, `2h`.
    Duration(Duration, Duration),
    /// Bytes within these bounds: `10 MB`, `20 GB`.
    Size(u64, u64),
    /// A table of properties that librdkafka knows.
    Properties,
}

/// The value of a setting that nobody sets.
#[derive(Debug, Clone, Copy)]
pub enum Default {
    /// None; the text says what happens then.
    None(&'static str),
    /// This one.
    Is(&'static str),
    /// One that depends on the topic; the text describes it for all.
    ByTopic(fn(Topic) -> String, &'static str),
}

impl Default {
    /// The value, where there is one.
    pub fn value(self, topic: Option<Topic>) -> Option<String> {
        match (self, topic) {
            (Default::Is(text), _) => Some(text.to_owned()),
            (Default::ByTopic(make, _), Some(topic)) => Some(make(topic)),
            (Default::None(_) | Default::ByTopic(..), _) => None,
        }
    }

    /// The value for people to read.
    pub fn title(self) -> &'static str {
        match self {
            Default::None(text) | Default::Is(text) | Default::ByTopic(_, text) => text,
        }
    }
}

/// Every setting but the directory of people, by section.
pub const SETTINGS: &[&[Setting]] = &[
    http::SETTINGS,
    store::SETTINGS,
    source::SETTINGS,
    kafka::SETTINGS,
    simulation::SETTINGS,
    rules::SETTINGS,
    feeds::SETTINGS,
    log::SETTINGS,
];

/// Every setting, in the order of the sections.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().copied().flatten()
}

/// A setting at a place: for settings by topic, one of the seven.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The path without a star: `simulation.interval.budget`.
    pub path: String,
    /// Which topic it is for, where there is one for each.
    pub topic: Option<Topic>,
    /// The setting.
    pub setting: &'static Setting,
}

/// Every place that can be set.
pub fn leaves() -> Vec<Leaf> {
    all().flat_map(places).collect()
}

fn places(setting: &'static Setting) -> Vec<Leaf> {
    match setting.path.strip_suffix(".*") {
        Some(stem) => Topic::ALL
            .into_iter()
            .map(|topic| Leaf { path: format!("{stem}.{topic}"), topic: Some(topic), setting })
            .collect(),
        None => vec![Leaf { path: setting.path.to_owned(), topic: None, setting }],
    }
}

impl Setting {
    /// The variables that set it, as documentation writes them.
    pub fn variables(&self) -> String {
        match self.kind {
            Kind::Properties => format!("{}__<PROPERTY>", variable(self.path)),
            _ => variable(self.path),
        }
    }
}

/// The variable of a path: `http.listen` is `STREAMBOARD_HTTP__LISTEN`.
pub fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "__").replace('*', "<TOPIC>").to_uppercase())
}

/// How every variable begins.
pub const PREFIX: &str = "STREAMBOARD_";
