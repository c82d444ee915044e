//! Logs: one line for each event of importance, none for each message; on standard error.

use std::io;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Log, log::Format};

/// Starts logging. Once a process; a second call changes nothing.
pub fn init(log: &Log) {
    // The level is ours to set; libraries speak up only when something is wrong.
    let filter = EnvFilter::new(format!("warn,server={0},pipeline={0},streamboard={0}", log.level));
    let started = match log.format {
        Format::Json => {
            let lines = fmt::layer().json().flatten_event(true).with_writer(io::stderr);
            tracing_subscriber::registry().with(filter).with(lines).try_init()
        }
        Format::Text => {
            let lines = fmt::layer().with_writer(io::stderr);
            tracing_subscriber::registry().with(filter).with(lines).try_init()
        }
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}
