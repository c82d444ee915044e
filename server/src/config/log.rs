//! Section `log`: how the server tells what it does.

use super::{
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// How the server tells what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// JSON for machines or text for people. Default JSON; `STREAMBOARD_LOG__FORMAT`.
    pub format: Format,
    /// The least important events that are told. Default info; `STREAMBOARD_LOG__LEVEL`.
    pub level: tracing::Level,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// Lines for people.
    Text,
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "log.format",
        kind: Kind::Choice(&["json", "text"]),
        default: Default::Is("json"),
        flag: Some("--log-format"),
        doc: "Form of the log: one JSON object a line, or text for people.",
    },
    Setting {
        path: "log.level",
        kind: Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        default: Default::Is("info"),
        flag: None,
        doc: "The least important events that are logged.",
    },
];

impl Log {
    pub(super) fn read(layers: &Layers<'_>) -> Self {
        Self {
            format: if layers.text("log.format") == "text" { Format::Text } else { Format::Json },
            level: layers.text("log.level").parse().expect("the table lists tracing's levels"),
        }
    }
}
