//! The command line. It only says what may be written; [`crate::config::load`] gives it meaning,
//! so that a bad flag is reported together with every other fault.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use model::Provenance;

/// Streamboard, a live dashboard for a bank.
///
/// Every setting can also be given as STREAMBOARD_<SECTION>__<KEY> or in streamboard.toml; a flag
/// goes before the environment, the environment before the file.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "streamboard", version, propagate_version = true)]
pub struct Cli {
    /// What to do; without a command, serve.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Settings given as flags.
    #[command(flatten)]
    pub flags: Flags,
}

impl Cli {
    /// What to do.
    pub fn command(&self) -> Command {
        self.command.clone().unwrap_or(Command::Serve)
    }
}

/// Settings given as flags, as they were written.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// Configuration file, which must exist [default: streamboard.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address to serve on [env: STREAMBOARD_HTTP__LISTEN] [default: 127.0.0.1:8080].
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// Directory of the data [env: STREAMBOARD_STORE__DIRECTORY] [default: data].
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub data: Option<String>,

    /// Sources that may be used: auto, kafka or simulation [env: STREAMBOARD_SOURCE__MODE]
    /// [default: auto].
    #[arg(long, global = true, value_name = "MODE")]
    pub source: Option<String>,

    /// Kafka brokers, host:port by commas [env: STREAMBOARD_KAFKA__BROKERS]
    /// [default: 127.0.0.1:9092].
    #[arg(long, global = true, value_name = "BROKERS")]
    pub brokers: Option<String>,

    /// Seed of the simulation [env: STREAMBOARD_SIMULATION__SEED] [default: random].
    #[arg(long, global = true, value_name = "NUMBER")]
    pub seed: Option<String>,

    /// File of the alert rules [env: STREAMBOARD_RULES__FILE] [default: the built-in rules].
    #[arg(long, global = true, value_name = "FILE")]
    pub rules: Option<String>,

    /// Form of the log: json or text [env: STREAMBOARD_LOG__FORMAT] [default: json].
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

impl Flags {
    /// The flags that were given, by the name of the flag.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("--listen", &self.listen),
            ("--data", &self.data),
            ("--source", &self.source),
            ("--brokers", &self.brokers),
            ("--seed", &self.seed),
            ("--rules", &self.rules),
            ("--log-format", &self.log_format),
        ]
        .into_iter()
        .filter_map(|(flag, value)| Some((flag, value.as_deref()?)))
    }
}

/// What the program does.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum Command {
    /// Run the dashboard; prints its URL when it can serve.
    Serve,
    /// Read configuration, rules and feeds and print every fault; ends with 0 or 2.
    Check,
    /// Write the generator's events to the configured brokers, for demonstration and load.
    Produce(Produce),
    /// Print a JSON Schema or contract: a topic's payload, `config`, `openapi` or `asyncapi`.
    Schema {
        /// Name of a topic, `config`, `openapi` or `asyncapi`.
        name: String,
    },
}

/// How much is produced, and as what.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Produce {
    /// Events to write.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: u64,

    /// Events a second.
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,

    /// Provenance that the events carry: real, simulated, drill or replayed.
    #[arg(long, value_name = "P", default_value = "real")]
    pub provenance: Provenance,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn check(line: &str, expected: Option<Command>) {
        let parsed = Cli::try_parse_from(line.split(' ')).map(|cli| cli.command());
        assert_eq!(parsed.ok(), expected, "{line}");
    }

    #[test]
    fn definition_holds() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn commands() {
        let produce =
            |provenance| Some(Command::Produce(Produce { count: 10, rate: 5, provenance }));
        check("streamboard", Some(Command::Serve));
        check("streamboard serve", Some(Command::Serve));
        check("streamboard --listen 127.0.0.1:0", Some(Command::Serve));
        check("streamboard check --rules rules.toml", Some(Command::Check));
        check("streamboard produce --count 10 --rate 5", produce(Provenance::Real));
        check(
            "streamboard produce --count 10 --rate 5 --provenance simulated",
            produce(Provenance::Simulated),
        );
        check("streamboard schema budget", Some(Command::Schema { name: "budget".into() }));
        check("streamboard schema", None);
        check("streamboard produce --count 0 --rate 5", None);
        check("streamboard produce --count 1 --rate 5 --provenance invented", None);
        check("streamboard dance", None);
    }

    #[test]
    fn flags_before_and_after_the_command() {
        for line in ["streamboard --seed 7 serve", "streamboard serve --seed 7"] {
            let cli = Cli::try_parse_from(line.split(' ')).expect("a good line");
            assert_eq!(cli.flags.given().collect::<Vec<_>>(), [("--seed", "7")], "{line}");
        }
    }
}
