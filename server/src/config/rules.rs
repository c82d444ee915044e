//! Section `rules`: which alert rules hold.

use std::path::PathBuf;

use super::{
    layer::Layers,
    setting::{Default, Kind, Setting},
};

/// Which alert rules hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// File of the rules, relative to the working directory. Default the built-in rules;
    /// `STREAMBOARD_RULES__FILE`.
    pub file: Option<PathBuf>,
}

pub(super) const SETTINGS: &[Setting] = &[Setting {
    path: "rules.file",
    kind: Kind::Path,
    default: Default::None("the built-in rules"),
    flag: Some("--rules"),
    doc: "File of the alert rules, relative to the working directory.",
}];

impl Rules {
    pub(super) fn read(layers: &Layers<'_>) -> Self {
        Self { file: layers.optional_text("rules.file").map(PathBuf::from) }
    }
}
