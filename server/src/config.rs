//! Configuration: read once, checked as a whole, passed in. Nothing here is global.
//!
//! A flag goes before a variable of the environment, that before the file, that before the
//! default. Every fault of every layer is reported at once, with its place.

mod fault;
pub mod feeds;
pub mod http;
pub mod kafka;
mod layer;
pub mod log;
pub mod people;
pub mod rules;
pub mod setting;
pub mod simulation;
pub mod source;
pub mod store;
mod table;
mod value;

use std::{
    io,
    path::{Path, PathBuf},
};

use self::layer::Layers;
pub use self::{
    fault::{Fault, Origin},
    feeds::Feeds,
    http::Http,
    kafka::Kafka,
    log::Log,
    rules::Rules,
    simulation::Simulation,
    source::Source,
    store::Store,
    table::{json_schema, table},
};
use crate::cli::Cli;

/// The file that is read where `--config` names none, if it exists.
pub const FILE: &str = "streamboard.toml";

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where and to whom it serves.
    pub http: Http,
    /// Where and how much it keeps.
    pub store: Store,
    /// Which sources it may use.
    pub source: Source,
    /// How it talks to Kafka.
    pub kafka: Kafka,
    /// How the simulator behaves.
    pub simulation: Simulation,
    /// Which alert rules hold.
    pub rules: Rules,
    /// Which files and addresses feed topics.
    pub feeds: Feeds,
    /// How it logs.
    pub log: Log,
    /// The directory of people; empty where the generator's own holds.
    pub people: Vec<model::Person>,
}

/// Reads the configuration. `environment` are all variables, those of others included; `read`
/// reads a file.
///
/// # Errors
/// Every fault of every layer, those of the file first and in its order.
pub fn load(
    cli: &Cli,
    environment: impl Iterator<Item = (String, String)>,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Result<Config, Vec<Fault>> {
    let mut layers = Layers::new(environment.collect(), read);
    if let Some((path, text)) = file(cli, read, &mut layers.faults) {
        layers.add_file(&path, &text);
    }
    layers.add_environment();
    layers.add_flags(&cli.flags);
    build(layers)
}

/// Reads the configuration of this process: its variables and its files.
///
/// # Errors
/// As [`load`].
pub fn load_process(cli: &Cli) -> Result<Config, Vec<Fault>> {
    // A variable that is not Unicode cannot be one of ours.
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    load(cli, std::env::vars_os().filter_map(text), &|path| std::fs::read_to_string(path))
}

fn file(
    cli: &Cli,
    read: &dyn Fn(&Path) -> io::Result<String>,
    faults: &mut Vec<Fault>,
) -> Option<(PathBuf, String)> {
    let named = cli.flags.config.is_some();
    let path = cli.flags.config.clone().unwrap_or_else(|| FILE.into());
    match read(&path) {
        Ok(text) => Some((path, text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !named => None,
        Err(error) => {
            let reason = format!("cannot read {}: {error}", path.display());
            let origin =
                if named { Origin::Flag("--config".into()) } else { fault::place(&path, "", 0) };
            faults.push(Fault::new(origin, reason));
            None
        }
    }
}

fn build(mut layers: Layers<'_>) -> Result<Config, Vec<Fault>> {
    let mut faults = std::mem::take(&mut layers.faults);
    let config = Config {
        http: Http::read(&layers, &mut faults),
        store: Store::read(&layers),
        source: Source::read(&layers, &mut faults),
        kafka: Kafka::read(&layers, &mut faults),
        simulation: Simulation::read(&layers, &mut faults),
        rules: Rules::read(&layers),
        feeds: Feeds::read(&layers, &mut faults),
        log: Log::read(&layers),
        people: layers.people,
    };
    faults.sort();
    faults.dedup();
    if faults.is_empty() { Ok(config) } else { Err(faults) }
}

impl Default for Config {
    /// What holds where nobody sets anything.
    fn default() -> Self {
        build(Layers::new(std::collections::BTreeMap::new(), &|_| {
            Err(io::Error::from(io::ErrorKind::NotFound))
        }))
        .expect("the defaults have no fault")
    }
}

#[cfg(test)]
mod tests;
