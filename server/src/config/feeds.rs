//! Section `feeds`: which files and addresses feed topics. They stand in a file of their own,
//! which is read and checked with the rest of the configuration.

mod field;
mod parse;
mod shape;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use pipeline::feed::{Feed, Place};

use super::{
    fault::{Fault, Origin},
    layer::{Layers, Reading},
    setting::{Default, Kind, Setting},
};

/// Which files and addresses feed topics.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feeds {
    /// File of the feeds, relative to the working directory. Default no feeds;
    /// `STREAMBOARD_FEEDS__FILE`.
    pub file: Option<PathBuf>,
    /// What it says, each with its place.
    pub list: Vec<(Origin, Feed)>,
}

pub(super) const SETTINGS: &[Setting] = &[Setting {
    path: "feeds.file",
    kind: Kind::Path,
    default: Default::None("no feeds"),
    flag: None,
    doc: "File of the feeds: files and addresses of systems without Kafka, and what their rows \
          mean.",
}];

impl Feeds {
    pub(super) fn read(layers: &Layers<'_>, faults: &mut Vec<Fault>) -> Self {
        let file = layers.optional_text("feeds.file").map(PathBuf::from);
        let Some(path) = &file else { return Self::default() };
        let list = match layers.file(path) {
            Ok(text) => {
                let mut reading = Reading::new(path, &text);
                let list = parse::feeds(&mut reading, layers);
                faults.extend(reading.into_faults());
                list
            }
            Err(reason) => {
                let reason = format!("feeds.file: cannot read {}: {reason}", path.display());
                faults.push(Fault::new(layers.origin("feeds.file"), reason));
                Vec::new()
            }
        };
        Self { file, list }
    }

    /// Feeds whose folder is not there: no fault, since a share may be mounted later.
    pub fn warnings(&self) -> Vec<Fault> {
        let warning = |(origin, feed): &(Origin, Feed)| {
            let Place::Files(path) = &feed.place else { return None };
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).display();
            let there = std::fs::metadata(folder.to_string()).is_ok_and(|found| found.is_dir());
            let reason = format!("feed {}: the folder {folder} is not there yet", feed.name);
            (!there).then(|| Fault::new(origin.clone(), reason))
        };
        self.list.iter().filter_map(warning).collect()
    }
}
