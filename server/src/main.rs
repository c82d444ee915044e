//! The program: parses the command line, starts what it asks for, and turns faults into messages
//! and exit codes.

// Views are types nested as deep as the page.
#![recursion_limit = "512"]

use std::{
    io::{ErrorKind, Write},
    process::ExitCode,
};

use clap::Parser;
use server::{
    cli::{Cli, Command},
    config,
    http::{asyncapi::asyncapi, schema},
    log, produce,
    serve::{self, rules},
};

/// Exit code for a configuration that cannot be used.
const BAD_CONFIGURATION: u8 = 2;

/// The one schema that depends on the configuration: it has the names of the topics.
const ASYNCAPI: &str = "asyncapi";

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Schema { name } = cli.command()
        && name != ASYNCAPI
    {
        return print_schema(&name);
    }
    let config = match config::load_process(&cli) {
        Ok(config) => config,
        Err(faults) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            return ExitCode::from(BAD_CONFIGURATION);
        }
    };
    match cli.command() {
        Command::Check => match rules(&config) {
            Ok(rules) => {
                for warning in config.feeds.warnings() {
                    eprintln!("{warning}");
                }
                let (rules, feeds) = (rules.iter().len(), config.feeds.list.len());
                say(format_args!("configuration is in order: rules {rules}, feeds {feeds}"))
            }
            Err(error) => bad_rules(&error),
        },
        Command::Produce(wanted) => finish(produce::run(&config, &wanted)),
        Command::Schema { .. } => say(format_args!("{:#}", asyncapi(&serve::settings(&config)))),
        Command::Serve => match rules(&config) {
            Ok(rules) => {
                log::init(&config.log);
                finish(serve::run(config, rules))
            }
            Err(error) => bad_rules(&error),
        },
    }
}

fn bad_rules(error: &anyhow::Error) -> ExitCode {
    eprintln!("{error:#}");
    ExitCode::from(BAD_CONFIGURATION)
}

/// Prints; a reader that has seen enough, such as `head`, is no failure.
fn say(text: impl std::fmt::Display) -> ExitCode {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => finish(Err(error.into())),
        _ => ExitCode::SUCCESS,
    }
}

fn finish(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("streamboard: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_schema(name: &str) -> ExitCode {
    match schema::by_name(name) {
        Some(schema) => say(format_args!("{schema:#}")),
        None => {
            eprintln!(
                "streamboard: no schema is named {name:?}; there is one for each topic, config, \
                 openapi and asyncapi"
            );
            ExitCode::from(BAD_CONFIGURATION)
        }
    }
}
