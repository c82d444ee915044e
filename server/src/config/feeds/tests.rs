use std::collections::BTreeMap;

use pipeline::feed::{Convert, Format, Headers, Take};

use super::*;

/// A feed of budgets from CSV, complete.
const BUDGET: &str = r#"[[feed]]
name = "erp-budget"
topic = "budget"
path = "exports/budget-*.csv"
format = "csv"
delimiter = ";"
time = "POSTED"
currency = "CUR"
[feed.map]
department = "DEPT"
cost_centre = "CC"
svp = "OWNER"
fiscal_period = { value = "2026-Q4" }
approved = { from = "APPROVED", as = "minor" }
planned_to_date = { from = "PLANNED", as = "minor" }
actual_to_date = { from = "ACTUAL", as = "minor", currency = { value = "USD" } }
committed.minor = "CENTS"
committed.currency = "CUR"
forecast_remaining = { from = "FORECAST", as = "minor" }
"#;

/// A feed of system metrics from an address.
const SYSTEM: &str = r#"[[feed]]
name = "metrics"
topic = "system"
url = "https://monitor.example/api/services?depth=1"
every = "30s"
headers.authorization = { env = "MONITOR_TOKEN" }
format = "json"
items = "/data/services"
time = "/at"
[feed.map]
service = "/name"
up = "/up"
system.cpu.utilization = "/cpu"
"system.memory.utilization" = { from = "/memory", as = "number" }
request_rate = "/rate"
error_ratio = { value = 0 }
latency_p50_ms = "/latency/0"
latency_p95_ms = "/latency/1"
latency_p99_ms = "/latency/2"
"#;

fn load(text: &str) -> (Vec<Feed>, Vec<String>) {
    let variables = [("MONITOR_TOKEN".to_owned(), "Bearer hush\n".to_owned())];
    let variables = BTreeMap::from(variables);
    let read = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    let layers = Layers::new(variables, &read);
    let mut reading = Reading::new(Path::new("feeds.toml"), text);
    let feeds = parse::feeds(&mut reading, &layers);
    let mut faults = reading.into_faults();
    faults.sort();
    (
        feeds.into_iter().map(|(_, feed)| feed).collect(),
        faults.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn a_file_is_read() {
    let (feeds, faults) = load(&format!("{BUDGET}{SYSTEM}"));
    assert_eq!(faults, [""; 0]);
    let [budget, system] = &*feeds else { panic!("{feeds:?}") };
    assert_eq!(budget.format, Format::Csv { delimiter: b';' });
    let minor = |currency| Convert::Minor { currency };
    let convert = |name: &str| {
        let field = budget.map.fields.iter().find(|field| field.path.join(".") == name);
        field.unwrap_or_else(|| panic!("{name}")).convert.clone()
    };
    assert_eq!(convert("approved"), minor(Take::From("CUR".into())));
    assert_eq!(convert("actual_to_date"), minor(Take::Value("USD".into())));
    assert_eq!(convert("committed.minor"), Convert::Number);
    assert_eq!(convert("svp"), Convert::Text);
    let Place::Url(address) = &system.place else { panic!("{system:?}") };
    assert_eq!(address.headers, Headers(vec![("authorization".into(), "Bearer hush".into())]));
    assert_eq!((address.every.as_secs(), address.timeout.as_secs()), (30, 10));
    assert!(system.map.fields.iter().any(|field| field.path == ["system.cpu.utilization"]));
    assert!(!format!("{feeds:?}").contains("hush"));
}

/// Changes one of the two files, and names the one fault that follows.
#[test]
fn faults_name_their_place() {
    let check = |text: &str, from: &str, to: &str, fault: &str| {
        assert!(text.contains(from), "{from}");
        let (_, faults) = load(&text.replacen(from, to, 1));
        let expected = format!("feeds.toml:{fault}");
        assert!(
            faults.len() == 1 && faults[0].starts_with(&expected),
            "{from} -> {to}: {faults:?}, not {expected}"
        );
    };
    let budget = |from: &str, to: &str, fault: &str| check(BUDGET, from, to, fault);
    budget(
        "delimiter",
        "delimeter",
        "6:1: feed erp-budget: delimeter: no such key; did you mean delimiter?",
    );
    budget("\";\"", "\";;\"", "6:13: feed erp-budget: delimiter: expected one character");
    budget("\"erp-budget\"", "\"ERP\"", "2:8: feed ERP: name: at most 48 of a to z");
    budget(
        "\"budget\"",
        "\"budgets\"",
        "3:9: feed erp-budget: topic: \"budgets\" is none of budget, projects",
    );
    budget("exports/", "exp*rts/", "4:8: feed erp-budget: path: * and ? stand in the last part");
    budget(
        "\"csv\"",
        "\"cvs\"",
        "5:10: feed erp-budget: format: \"cvs\" is none of csv, ndjson, json; did you mean csv?",
    );
    budget("time = \"POSTED\"\n", "", "1:1: feed erp-budget: time is missing");
}

#[test]
fn faults_of_a_mapping() {
    let check = |text: &str, from: &str, to: &str, expected: &[&str]| {
        let (_, faults) = load(&text.replacen(from, to, 1));
        let found: Vec<_> = faults.iter().map(|fault| fault.split_once(": ").unwrap().1).collect();
        let fits = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, part)| found.contains(part));
        assert!(fits, "{from} -> {to}: {faults:#?}");
    };
    let budget = |from: &str, to: &str, expected: &[&str]| check(BUDGET, from, to, expected);
    budget(
        "svp =",
        "svpp =",
        &["map: the field svp is missing", "map.svpp: no such field; did you mean svp?"],
    );
    budget("{ value = \"2026-Q4\" }", "7", &["map.fiscal_period: expected a column or"]);
    budget(
        "as = \"minor\" }\npl",
        "as = \"major\" }\npl",
        &["map.approved: is an amount: as is \"minor\", not \"major\""],
    );
    budget(
        ", as = \"minor\" }\npl",
        " }\npl",
        &["map.approved: is an amount: write as = \"minor\""],
    );
    budget(
        "from = \"APPROVED\"",
        "form = \"APPROVED\"",
        &[
            "map.approved: has neither from nor value",
            "map.approved: no such key: form; did you mean from?",
        ],
    );
    budget(
        "currency = \"CUR\"\n[",
        "[",
        &["map.approved: its currency is missing", "map.planned_to_date", "map.forecast_remaining"],
    );
    budget("committed.minor = \"CENTS\"\n", "", &["map: the field committed.minor is missing"]);
    budget(
        "{ from = \"ACTUAL\"",
        "{ value = \"1.005\"",
        &["map.actual_to_date: \"1.005\" is no amount: USD has 2 decimals"],
    );
    budget(
        "\"OWNER\"",
        "{ from = \"OWNER\", as = \"number\" }",
        &["map.svp: is a text: as is \"text\", not \"number\""],
    );
    budget("\"OWNER\"", "{ from = \"OWNER\", value = 1 }", &["has both from and value"]);
    budget(
        "path = \"exports/budget-*.csv\"",
        "url = \"ftp://erp/x\"",
        &["url: expected http:// or https://"],
    );
    budget("path = \"exports/budget-*.csv\"", "url = \"http://u:p@erp/x\"", &["no password in it"]);
    budget(
        "path = \"exports/budget-*.csv\"",
        "every = \"1s\"",
        &["path or url is missing", "every: belongs to a url"],
    );
    budget("path =", "url = \"http://erp/\"\npath =", &["has both path and url"]);

    let system = |from: &str, to: &str, expected: &[&str]| check(SYSTEM, from, to, expected);
    system(
        "\"/name\"",
        "\"name\"",
        &["map.service: \"name\" is no JSON pointer; did you mean \"/name\"?"],
    );
    system("\"/at\"", "\"$.at\"", &["time: \"$.at\" is no JSON pointer; did you mean \"/at\"?"]);
    system("\"/data/services\"", "\"data\"", &["items: \"data\" is no JSON pointer"]);
    system("value = 0", "value = \"none\"", &["map.error_ratio: \"none\" is not a number"]);
    system("as = \"number\"", "as = \"text\"", &["as is \"number\" or \"json\", not \"text\""]);
    system(
        "system.cpu.utilization",
        "system.cpu.utilisation",
        &[
            "map: the field system.cpu.utilization is missing",
            "map.system.cpu.utilisation: no such field; did you mean system.cpu.utilization?",
        ],
    );
    system(
        "MONITOR_TOKEN",
        "MONITOR_TOKN",
        &["headers.authorization: env MONITOR_TOKN: is not set"],
    );
    system("{ env = \"MONITOR_TOKEN\" }", "7", &["headers.authorization: expected a text"]);
    system("\"30s\"", "\"1ms\"", &["every: expected a time from 1s to 7d"]);
    system(
        "items = \"/data/services\"",
        "delimiter = \",\"",
        &["delimiter: belongs to format = \"csv\""],
    );
    system(
        "url = \"https://monitor.example/api/services?depth=1\"",
        "path = \"x\"",
        &["every: belongs", "headers: belongs", "format: \"json\" is for a url"],
    );

    let etl = "[[feed]]\nname = \"jobs\"\ntopic = \"etl\"\npath = \"jobs.csv\"\nformat = \"csv\"\ntime = \"AT\"\n\
        [feed.map]\neventType = { from = \"STATE\", values = { ok = \"COMPLETE\", bad = \"FAIL\" } }\n\
        run.runId = \"RUN\"\njob.name = \"JOB\"\njob.namespace = { value = \"cron\" }\n";
    let (_, faults) = load(etl);
    assert!(faults.iter().all(|fault| fault.contains("is missing")), "{faults:#?}");
    let lacking = faults.len();
    let (_, faults) = load(&etl.replace("COMPLETE", "COMPLETED"));
    assert!(
        faults.iter().any(|fault| fault.contains(
            "\"COMPLETED\" is none of START, RUNNING, COMPLETE, FAIL, ABORT; did you mean COMPLETE?"
        )),
        "{faults:#?}"
    );
    let (_, faults) = load(&etl.replace("job.namespace = { value = \"cron\" }\n", ""));
    assert_eq!(faults.len(), lacking + 1, "{faults:#?}");
    let (_, faults) = load(&etl.replace("run.runId = \"RUN\"\n", ""));
    assert_eq!(faults.len(), lacking + 1, "{faults:#?}");
    let (_, faults) = load(&format!("{etl}inputs = \"IN\"\n"));
    assert!(
        faults.iter().any(|fault| fault.contains("map.inputs: is a list, which no cell holds")),
        "{faults:#?}"
    );
}

#[test]
fn the_file_has_feeds_and_nothing_else() {
    let (_, faults) = load("[[fed]]\nname = \"a\"\n");
    assert_eq!(faults, ["feeds.toml:1:3: fed: a feed is a table [[feed]]; did you mean feed?"]);
    let (_, faults) = load("feed = 7\n");
    assert_eq!(faults, ["feeds.toml:1:1: feed: a feed is a table [[feed]]"]);
}

#[test]
fn two_feeds_have_two_names() {
    let (_, faults) = load(&format!("{BUDGET}{BUDGET}"));
    assert_eq!(faults, ["feeds.toml:21:8: feed erp-budget: name: another feed has it already"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_warning() {
    let (feeds, _) = load(BUDGET);
    let list = feeds.into_iter().map(|feed| (Origin::Default, feed)).collect();
    let warnings = Feeds { file: None, list }.warnings();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].reason.contains("the folder exports is not there yet"), "{warnings:?}");
}

#[test]
fn the_example_of_the_readme_is_in_order() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(readme).expect("the README lies above the server");
    let (_, rest) = readme.split_once("<!-- feeds").expect("a place for the example");
    let (_, rest) = rest.split_once("```toml\n").expect("the example begins");
    let (example, _) = rest.split_once("```").expect("the example ends");
    let (feeds, faults) = load(example);
    assert_eq!(faults, [""; 0]);
    assert_eq!(feeds.len(), 2);
}
