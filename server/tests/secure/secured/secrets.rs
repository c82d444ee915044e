//! No secret can be read anywhere: not in a log, a page, a figure or a complaint.

use std::{fmt::Write as _, fs, path::Path, process::Command, thread, time::Duration};

use tempfile::TempDir;

use super::{KEY, RIGHT, WRONG, certificate, each, endpoint::Endpoint, password, turn, variables};
use crate::{broker::Broker, program::Program};

/// Everything that the program answers about itself.
const PATHS: [&str; 5] =
    ["/metrics", "/api/v1/status", "/api/v1/topics", "/operations", "/healthz"];

type Variables = Vec<(String, String)>;

#[test]
fn no_secret_is_told() {
    let (broker, _turn) = turn();
    let folder = TempDir::new().expect("a temporary directory");
    // So short that tokens are followed by others while it is watched.
    let endpoint = Endpoint::start(&broker, Duration::from_secs(4));
    let rows = rows(&broker, &endpoint, folder.path());
    each(rows, |(row, variables, word)| {
        let data = folder.path().join(row.replace(' ', "-"));
        let told = told(&data, &variables, word);
        let known = [RIGHT, WRONG, KEY].map(str::to_owned);
        for secret in known.into_iter().chain(endpoint.secrets()) {
            let at = told.find(&secret).map(|at| &told[at.saturating_sub(80)..at]);
            assert_eq!(at, None, "{row}: a secret after this");
        }
    });
}

/// Ways to give a secret, and a word that the program must say, so that silence proves nothing.
fn rows(
    broker: &Broker,
    endpoint: &Endpoint,
    folder: &Path,
) -> Vec<(&'static str, Variables, &'static str)> {
    let sasl = broker.address("sasl");
    let by = |word| variables(&sasl, password(broker, "SCRAM-SHA-512", "desk", word));
    let wrong = "Authentication failed";
    let misspelt = {
        let mut variables = by(RIGHT);
        variables.retain(|(name, _)| !name.ends_with("SASL_PASSWORD"));
        variables.push(("STREAMBOARD_KAFKA__PROPERTIES__SASL_PASWORD".into(), RIGHT.into()));
        variables
    };
    let mut locked = certificate(broker, "tls/client-locked.key");
    locked.push(("ssl.key.password", KEY.into()));
    let mut no_key = certificate(broker, "tls/client-locked.key");
    no_key.push(("ssl.key.password", WRONG.into()));
    let mutual = broker.address("mutual");
    let token = |secret| variables(&sasl, endpoint.client(broker, secret));
    let no_endpoint = {
        let mut variables = token(RIGHT);
        variables.retain(|(name, _)| !name.ends_with("ENDPOINT_URL"));
        variables
    };
    vec![
        ("right", by(RIGHT), "live"),
        ("right by file", from_file(by(RIGHT), folder), "live"),
        ("wrong", by(WRONG), wrong),
        ("wrong by file", from_file(by(WRONG), folder), wrong),
        ("misspelt", misspelt, "sasl.pasword"),
        ("token", token(RIGHT), "live"),
        ("token by file", from_file(token(RIGHT), folder), "live"),
        ("token, wrong", token(WRONG), "invalid_client"),
        ("token, no endpoint", no_endpoint, "sasl.oauthbearer.token.endpoint.url is missing"),
        ("locked key", variables(&mutual, locked), "live"),
        ("locked key, wrong", variables(&mutual, no_key), "ssl.key"),
    ]
}

/// The same with the password in a file.
fn from_file(variables: Variables, folder: &Path) -> Variables {
    let moved = |(name, value): (String, String)| {
        if !name.ends_with("SASL_PASSWORD") && !name.ends_with("CLIENT_SECRET") {
            return (name, value);
        }
        let file = folder.join(format!("{value}.txt").replace(&value, &value[..3]));
        fs::write(&file, format!("{value}\n")).expect("a file");
        (format!("{name}__FILE"), file.to_str().expect("a path of letters").to_owned())
    };
    variables.into_iter().map(moved).collect()
}

/// All that the program says, by `check` and while it serves, until it has said `word`.
fn told(data: &Path, variables: &Variables, word: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamboard"));
    command.arg("check").current_dir(data.parent().expect("a folder around the data"));
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let check = command.output().expect("the program runs");
    let mut told = String::from_utf8_lossy(&check.stdout).into_owned();
    told += &String::from_utf8_lossy(&check.stderr);
    assert!(!told.is_empty(), "`check` says something");
    if check.status.success() {
        told += &served(data, variables, word);
    }
    assert!(told.contains(word), "{word:?} is not in:\n{told}");
    told
}

fn served(data: &Path, variables: &Variables, word: &str) -> String {
    let settings: Vec<_> = variables.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut program = Program::new(data, &settings);
    program.start();
    program.ready();
    program.until(word, |program| program.ask("/api/v1/status")?.1.contains(word).then_some(()));
    // What follows the first word is logged within so long.
    thread::sleep(Duration::from_secs(1));
    let mut told = String::new();
    for path in PATHS {
        let (status, body) = program.ask(path).expect("it serves");
        writeln!(told, "{path} {status}\n{body}").expect("text takes text");
    }
    assert!(told.contains("127.0.0.1:"), "the brokers are shown");
    let log = program.log();
    assert!(log.contains("the source changed over"), "{log}");
    told + &log
}
