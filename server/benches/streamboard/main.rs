//! `make bench`: measures what the design promises, in one run on one machine, and prints each
//! figure beside its target. Nothing here asserts: machines are shared, and a figure that is
//! missed is for people to read.
//!
//! Usage: `cargo bench -p server --bench streamboard -- [flow] [kafka] [peer] [process]`; without
//! a name all of them.

mod flow;
mod kafka;
mod peer;
mod process;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;

/// A figure beside its target.
pub struct Figure {
    /// What is measured.
    pub what: &'static str,
    /// The figure, with its unit.
    pub figure: String,
    /// The target, with its unit.
    pub target: String,
}

impl Figure {
    /// A figure and its target.
    pub fn new(what: &'static str, figure: impl Into<String>, target: impl Into<String>) -> Self {
        Self { what, figure: figure.into(), target: target.into() }
    }
}

fn main() -> anyhow::Result<()> {
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let mut figures = Vec::new();
    if wanted("flow") {
        eprintln!("in process ...");
        let sync = flow::sync_time()?;
        figures.extend([flow::throughput()?, flow::latency(sync)?]);
    }
    if wanted("kafka") {
        match kafka::Broker::start() {
            Ok(broker) => {
                eprintln!("from {} ...", broker.address);
                figures.extend(kafka::compare(&broker.address)?);
            }
            Err(error) => eprintln!("not measured from a broker: {error:#}"),
        }
    }
    if wanted("peer") {
        match peer::install().and_then(|()| kafka::Broker::start()) {
            Ok(broker) => {
                eprintln!("beside KafkaJS, from {} ...", broker.address);
                figures.extend(peer::compare(&broker.address)?);
            }
            Err(error) => eprintln!("not measured beside KafkaJS: {error:#}"),
        }
    }
    if wanted("process") {
        eprintln!("as a process ...");
        figures.extend(process::measure(&program()?)?);
    }
    print(&figures);
    Ok(())
}

fn print(figures: &[Figure]) {
    println!("\n{:<58} {:>28}   target", "what", "figure");
    for Figure { what, figure, target } in figures {
        println!("{what:<58} {figure:>28}   {target}");
    }
}

/// The server that was built with this bench.
fn program() -> anyhow::Result<PathBuf> {
    let bench = std::env::current_exe().context("the bench does not know where it is")?;
    let release = bench.parent().and_then(Path::parent).context("the bench lies in no folder")?;
    Ok(release.join("streamboard"))
}

/// Events a second.
#[expect(clippy::cast_precision_loss, reason = "a rate to print")]
pub fn rate(events: usize, took: Duration) -> f64 {
    events as f64 / took.as_secs_f64()
}
