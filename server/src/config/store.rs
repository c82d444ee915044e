//! Section `store`: where the data lies and how much of it is kept.

use std::{path::PathBuf, time::Duration};

use super::{
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// Where the data lies and how much of it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Directory of the data, made where it is missing; relative to the working directory.
    /// Default `data`; `STREAMBOARD_STORE__DIRECTORY`.
    pub directory: PathBuf,
    /// Age after which real events are forgotten. Default 30 days; `STREAMBOARD_STORE__REAL_AGE`.
    pub real_age: Duration,
    /// Bytes of real events after which the oldest are forgotten. Default 20 GB;
    /// `STREAMBOARD_STORE__REAL_SIZE`.
    pub real_size: u64,
    /// Bytes of simulated events after which the oldest are forgotten. Default 10 MB;
    /// `STREAMBOARD_STORE__SIMULATED_SIZE`.
    pub simulated_size: u64,
    /// Refused messages that are kept; beyond, the oldest are forgotten. Default 10,000;
    /// `STREAMBOARD_STORE__DEAD_LETTERS`.
    pub dead_letters: u64,
    /// Bytes of handed-in events that may wait for Kafka; beyond, ingest is refused. Default
    /// 256 MB; `STREAMBOARD_STORE__SPOOL_SIZE`.
    pub spool_size: u64,
}

const DAY: u64 = 24 * 3_600;

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "store.directory",
        kind: Kind::Path,
        default: Default::Is("data"),
        flag: Some("--data"),
        doc: "Directory of the data, relative to the working directory; made where it is missing.",
    },
    Setting {
        path: "store.real_age",
        kind: Kind::Duration(Duration::from_secs(3_600), Duration::from_secs(3_660 * DAY)),
        default: Default::Is("30d"),
        flag: None,
        doc: "Age after which real events are forgotten.",
    },
    Setting {
        path: "store.real_size",
        kind: Kind::Size(1_000_000, 100_000_000_000_000),
        default: Default::Is("20 GB"),
        flag: None,
        doc: "Size on disk after which the oldest real events are forgotten.",
    },
    Setting {
        path: "store.simulated_size",
        kind: Kind::Size(1_000_000, 100_000_000_000_000),
        default: Default::Is("10 MB"),
        flag: None,
        doc: "Size on disk after which the oldest simulated events are forgotten.",
    },
    Setting {
        path: "store.dead_letters",
        kind: Kind::Integer(1, 10_000_000),
        default: Default::Is("10000"),
        flag: None,
        doc: "Refused messages that are kept; beyond, the oldest are forgotten.",
    },
    Setting {
        path: "store.spool_size",
        kind: Kind::Size(1_000_000, 100_000_000_000_000),
        default: Default::Is("256 MB"),
        flag: None,
        doc: "Size of the events handed in by HTTP that may wait for Kafka; beyond, ingest is \
              refused until it has taken them.",
    },
];

impl Store {
    pub(super) fn read(layers: &Layers<'_>) -> Self {
        Self {
            directory: layers.text("store.directory").into(),
            real_age: layers.duration("store.real_age"),
            real_size: layers.integer("store.real_size"),
            simulated_size: layers.integer("store.simulated_size"),
            dead_letters: layers.integer("store.dead_letters"),
            spool_size: layers.integer("store.spool_size"),
        }
    }
}
