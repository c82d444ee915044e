use std::{collections::HashMap, time::Duration};

use clap::Parser as _;
use model::status::SourceMode;

use super::*;

/// Loads from a command line, variables and files.
fn load_from(
    line: &str,
    variables: &[(&str, &str)],
    files: &[(&str, &str)],
) -> Result<Config, Vec<Fault>> {
    let cli = Cli::try_parse_from(format!("streamboard {line}").split_whitespace())
        .expect("a good command line");
    let files: HashMap<PathBuf, String> =
        files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
    let read = |path: &Path| files.get(path).cloned().ok_or(io::ErrorKind::NotFound.into());
    let variables = variables.iter().map(|(name, text)| ((*name).into(), (*text).into()));
    load(&cli, variables, &read)
}

fn faults(result: Result<Config, Vec<Fault>>) -> Vec<String> {
    result.expect_err("a fault").iter().map(ToString::to_string).collect()
}

/// One file, and the faults that it must give.
fn check(file: &str, expected: &[&str]) {
    assert_eq!(faults(load_from("", &[], &[(FILE, file)])), expected, "{file}");
}

#[test]
fn defaults() {
    let config = load_from("", &[], &[]).expect("no fault");
    assert_eq!(config, Config::default());
    assert_eq!(config.http.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.source.fallback_after, Duration::from_secs(60));
    assert_eq!(config.kafka.topics[6], "streamboard.etl");
    let seconds: Vec<_> = config.simulation.interval.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [10, 20, 45, 5, 30, 2, 30]);
    assert_eq!((config.simulation.seed, config.rules.file), (None, None));
    assert_eq!(config.store.real_size, 20_000_000_000);
}

#[test]
fn precedence() {
    let file = (FILE, "[simulation]\nseed = 1");
    let other = ("other.toml", "[simulation]\nseed = 2");
    let variable = ("STREAMBOARD_SIMULATION__SEED", "3");
    let seed = |line: &str, variables: &[_], files: &[_]| {
        load_from(line, variables, files).expect("no fault").simulation.seed
    };
    assert_eq!(seed("", &[], &[]), None);
    assert_eq!(seed("", &[], &[file, other]), Some(1));
    assert_eq!(seed("--config other.toml", &[], &[file, other]), Some(2));
    assert_eq!(seed("", &[variable], &[file]), Some(3));
    assert_eq!(seed("--seed 4", &[variable], &[file]), Some(4));
}

#[test]
fn every_layer_sets() {
    let variables = [
        ("STREAMBOARD_SIMULATION__INTERVAL__BUDGET", "5 s"),
        ("STREAMBOARD_HTTP__ALLOW_ANONYMOUS", "true"),
        ("STREAMBOARD_KAFKA__PREFIX", "bank."),
        ("HOME", "/root"),
        ("STREAMBOARD_SOMETHING", "else"),
    ];
    let file = "[kafka.topics]\netl = 'lineage'\n[store]\nreal_size = '1 GB'\ndead_letters = 7";
    let line = "--listen 0.0.0.0:80 --data d --source kafka --brokers a:1,b:2 --log-format text \
                --rules r.toml";
    let config = load_from(line, &variables, &[(FILE, file)]).expect("no fault");
    assert_eq!(config.http.listen, "0.0.0.0:80".parse().unwrap());
    assert_eq!(config.store.directory, Path::new("d"));
    assert_eq!((config.store.real_size, config.store.dead_letters), (1_000_000_000, 7));
    assert_eq!(config.source.mode, SourceMode::Kafka);
    assert_eq!(config.kafka.brokers, "a:1,b:2");
    assert_eq!(config.kafka.topics[0], "bank.budget");
    assert_eq!(config.kafka.topics[6], "lineage");
    assert_eq!(config.simulation.interval[0], Duration::from_secs(5));
    assert_eq!(config.log.format, log::Format::Text);
    assert_eq!(config.rules.file.as_deref(), Some(Path::new("r.toml")));
}

#[test]
fn faults_of_a_file() {
    check("[htp]\n", &["streamboard.toml:1:2: htp: no such section; did you mean http?"]);
    check(
        "[http]\nlisten = '127.0.0.1:1'\nlissten = 1\n",
        &["streamboard.toml:3:1: http.lissten: no such key; did you mean http.listen?"],
    );
    check(
        "[simulation.intervals]\nbudget = '2s'",
        &["streamboard.toml:1:13: simulation.intervals: no such key; did you mean \
           simulation.interval?"],
    );
    check("[http]\nzzz = 1", &["streamboard.toml:2:1: http.zzz: no such key"]);
    check(
        "[http]\n  listen = 8080",
        &["streamboard.toml:2:12: http.listen: expected an address with a port such as \
           \"127.0.0.1:8080\", found 8080"],
    );
    check(
        "[kafka]\npartitions = \"4\"",
        &["streamboard.toml:2:14: kafka.partitions: expected a whole number from 1 to 1000, \
           found \"4\""],
    );
    check(
        "kafka.partitions = 0",
        &["streamboard.toml:1:20: kafka.partitions: expected a whole number from 1 to 1000, \
           found 0"],
    );
    check(
        "[source]\nmode = 'both'",
        &["streamboard.toml:2:8: source.mode: expected one of \"auto\", \"kafka\", \
           \"simulation\", \"direct\", found \"both\""],
    );
    check(
        "source.fallback_after = 60",
        &["streamboard.toml:1:25: source.fallback_after: expected a time from 100ms to 1d such \
           as \"90s\", found 60"],
    );
    check("http = 1", &["streamboard.toml:1:8: http: expected a table, found integer"]);
    check(
        "[simulation.interval]\nbudgets = '2s'",
        &["streamboard.toml:2:1: simulation.interval.budgets: no such key; did you mean \
           simulation.interval.budget?"],
    );
}

#[test]
fn faults_across_settings() {
    check(
        "[http]\nlisten = '0.0.0.0:8080'",
        &["streamboard.toml:2:10: http.listen: 0.0.0.0:8080 can be reached from other machines, \
           and nobody has to sign in; set http.allow_anonymous = true if that is meant"],
    );
    check(
        "[simulation.interval]\nsystem = '500ms'",
        &["streamboard.toml:2:10: simulation.interval.system: shorter than 2s is only for \
           simulation.burst = true"],
    );
    check(
        "[kafka.topics]\nrisk = 'streamboard.etl'",
        &["streamboard.toml:2:8: kafka.topics.risk: \"streamboard.etl\" is also the topic of etl"],
    );
    check(
        "[kafka.properties]\ngroup.id = 'x'",
        &["streamboard.toml:2:12: kafka.properties: group.id is not free: set kafka.group"],
    );
}

#[test]
fn all_faults_at_once() {
    let file = "[http]\nlisten = 'nowhere'\nport = 80\n[log]\nlevel = 'loud'\nformat = \n[x";
    let variables =
        [("STREAMBOARD_KAFKA__GRUOP", "x"), ("STREAMBOARD_SIMULATION__SEED", "minus one")];
    let found = faults(load_from("--source moon", &variables, &[(FILE, file)]));
    let begins: Vec<_> = found.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
    assert_eq!(
        begins,
        [
            "streamboard.toml:2:10",
            "streamboard.toml:3:1",
            "streamboard.toml:5:9",
            "streamboard.toml:6:10",
            "streamboard.toml:7:3",
            "STREAMBOARD_KAFKA__GRUOP",
            "STREAMBOARD_SIMULATION__SEED",
            "--source",
        ],
        "{found:#?}"
    );
    assert!(found[5].ends_with("did you mean STREAMBOARD_KAFKA__GROUP?"), "{}", found[5]);
}

#[test]
fn a_named_file_must_exist() {
    let found = faults(load_from("--config gone.toml", &[], &[]));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("--config: cannot read gone.toml: "), "{}", found[0]);
}

#[test]
fn burst_allows_short_intervals() {
    let file = "[simulation]\nburst = true\ninterval.system = '10ms'";
    let config = load_from("", &[], &[(FILE, file)]).expect("no fault");
    assert_eq!(config.simulation.interval[5], Duration::from_millis(10));
}

#[test]
fn properties_of_topics_are_read_and_checked() {
    let file = "[kafka.topic_properties]\nretention.ms = 86400000\n'cleanup.policy' = 'delete'";
    let variables = [("STREAMBOARD_KAFKA__TOPIC_PROPERTIES__RETENTION_MS", "-1")];
    let config = load_from("", &variables, &[(FILE, file)]).expect("no fault");
    let expected = [("cleanup.policy", "delete"), ("retention.ms", "-1")];
    let found = config.kafka.topic_properties.iter();
    assert!(found.map(|(name, value)| (&**name, &**value)).eq(expected));
    assert_eq!(config.kafka.properties.iter().count(), 0);
    let check = |line: &str, reason: &str| {
        let file = format!("[kafka.topic_properties]\n{line}");
        let faults = load_from("", &[], &[(FILE, &file)]).expect_err(line);
        let said: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let [fault] = &said[..] else { panic!("{line}: {said:?}") };
        assert!(fault.starts_with("streamboard.toml:2:") && fault.contains(reason), "{fault}");
    };
    check("retention.ms = '7d'", "retention.ms: \"7d\" is whole milliseconds");
    check("retention.ms = -2", "\"-2\" is whole milliseconds");
    check("cleanup.policy = 'keep'", "\"keep\" is delete, compact");
    check("segment.bytes = ''", "segment.bytes: \"\" is empty");
    check("min.cleanable.dirty.ratio = [1]", "expected text, a number or a truth, found array");
}

#[test]
fn secrets_stand_elsewhere_and_are_never_shown() {
    let file = "[kafka.properties]\nsecurity.protocol = 'SASL_SSL'\nsasl.username = 'u'\n\
                sasl.password = { file = '/run/secrets/kafka' }\n\
                ssl.key.password = { env = 'KEY_PASSWORD' }\nsocket.timeout.ms = 1000";
    let variables = [
        ("KEY_PASSWORD", "hunter3"),
        ("STREAMBOARD_KAFKA__PROPERTIES__SSL_KEY_PEM", "hunter4"),
        ("STREAMBOARD_KAFKA__PROPERTIES__SSL_KEYSTORE_PASSWORD__FILE", "/run/secrets/kafka"),
    ];
    let files = [(FILE, file), ("/run/secrets/kafka", "hunter2\n")];
    let config = load_from("", &variables, &files).expect("no fault");
    let properties: Vec<_> = config.kafka.properties.iter().collect();
    assert_eq!(
        properties,
        [
            ("sasl.password", "hunter2"),
            ("sasl.username", "u"),
            ("security.protocol", "SASL_SSL"),
            ("socket.timeout.ms", "1000"),
            ("ssl.key.password", "hunter3"),
            ("ssl.key.pem", "hunter4"),
            ("ssl.keystore.password", "hunter2"),
        ]
    );
    assert!(!format!("{config:?}").contains("hunter"));
    let found = faults(load_from("", &[("STREAMBOARD_KAFKA__PROPERTIES", "hunter5")], &[]));
    assert_eq!(found.len(), 1);
    assert!(!found[0].contains("hunter"), "{}", found[0]);
    check(
        "[kafka.properties]\nsasl.pasword = 'hunter6'",
        &[
            "streamboard.toml:2:16: kafka.properties: sasl.pasword: No such configuration property: \
           \"sasl.pasword\"",
        ],
    );
    check(
        "[kafka.properties]\nsasl.mechanism = 'OAUTHBEARER'\nsecurity.protocol = 'SASL_SSL'\n\
         sasl.oauthbearer.method = 'oidc'\n\
         sasl.oauthbearer.client.id = 'desk'\n\
         sasl.oauthbearer.token.endpoint.url = 'http://login.bank.example/token'",
        &[
            "streamboard.toml:2:18: kafka.properties: sasl.oauthbearer.client.secret is missing: \
             OAUTHBEARER fetches its token with it",
            "streamboard.toml:6:39: kafka.properties: sasl.oauthbearer.token.endpoint.url must be \
             https: a secret goes to another machine",
        ],
    );
    check(
        "[kafka.properties]\nsasl.password = { env = 'GONE' }",
        &["streamboard.toml:2:17: kafka.properties: sasl.password: env GONE: is not set"],
    );
}

#[test]
fn people() {
    let file = "[people.ana]\nname = 'Ana'\ntitle = 'CEO'\n\
                [people.beto]\nname = 'Beto'\ntitle = 'SVP'\nsuperior = 'ana'";
    let config = load_from("", &[], &[(FILE, file)]).expect("no fault");
    let superiors =
        config.people.iter().map(|p| (p.id.as_str(), p.superior.as_ref().map(|s| s.as_str())));
    assert_eq!(superiors.collect::<Vec<_>>(), [("ana", None), ("beto", Some("ana"))]);
    check(
        "[people.ana]\nname = 'Ana'\ntitel = 'CEO'",
        &[
            "streamboard.toml:1:9: people.ana: title is missing",
            "streamboard.toml:3:1: people.ana.titel: no such key; did you mean title?",
        ],
    );
    check(
        "[people.ana]\nname = 'Ana'\ntitle = 'CEO'\nsuperior = 'zoe'",
        &["streamboard.toml:4:12: people.ana.superior: nobody is named zoe"],
    );
    check(
        "[people.ana]\nname = 'Ana'\ntitle = 'CEO'\nsuperior = 'ana'",
        &["streamboard.toml:4:12: people.ana.superior: stands above and below them"],
    );
}

/// A file that spells out every default changes nothing, so path, kind and default agree.
#[test]
fn defaults_can_be_written_down() {
    let mut file = String::new();
    for leaf in setting::leaves() {
        let Some(text) = leaf.setting.default.value(leaf.topic) else { continue };
        let bare = matches!(leaf.setting.kind, setting::Kind::Flag | setting::Kind::Integer(..));
        let text = if bare { text } else { format!("{text:?}") };
        file += &format!("{} = {text}\n", leaf.path);
    }
    assert_eq!(load_from("", &[], &[(FILE, &file)]), Ok(Config::default()), "{file}");
    let schema = jsonschema::validator_for(&json_schema()).expect("a schema");
    let value: serde_json::Value = toml::from_str(&file).expect("TOML");
    assert!(schema.is_valid(&value), "{:?}", schema.validate(&value));
    assert!(!schema.is_valid(&serde_json::json!({ "http": { "port": 80 } })));
}

#[test]
fn documentation_is_complete() {
    let table = table();
    let schema = json_schema();
    for setting in setting::all() {
        let stem = setting.path.trim_end_matches(".*");
        assert!(table.contains(&format!("| `{}` |", setting.path.replace('*', "<topic>"))));
        assert!(table.contains(&format!("`{}`", setting.variables())));
        let pointer = format!("/properties/{}", stem.replace('.', "/properties/"));
        assert!(schema.pointer(&pointer).is_some_and(|s| s["description"].is_string()), "{stem}");
        let section = stem.split('.').next().unwrap();
        let parts = stem.split('.').count();
        assert!(parts == 2 && !section.is_empty(), "{stem}: section and key");
    }
    for flag in ["--listen", "--data", "--source", "--brokers", "--seed", "--rules", "--log-format"]
    {
        assert!(setting::all().any(|setting| setting.flag == Some(flag)), "{flag}");
    }
}

proptest::proptest! {
    /// Whatever stands in a file, it is read or refused with places within the file.
    #[test]
    fn any_file_is_read_or_refused(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "[", "]", "[[", "http", "kafka", "people", ".", "=", "\n", "'", "\"", "listen", "topics",
                "properties", "{", "}", "budget", "1", "true", "é", ",", " ", "#", "1979-05-27", "\\",
            ]),
            0..24,
        ),
        tail in ".{0,12}",
    ) {
        let text = pieces.concat() + &tail;
        let lines = text.matches('\n').count() + 1;
        for fault in load_from("", &[], &[(FILE, &text)]).err().unwrap_or_default() {
            if let Origin::File { line, column, .. } = fault.origin {
                proptest::prop_assert!((1..=lines).contains(&line) && column >= 1);
            }
        }
    }
}
