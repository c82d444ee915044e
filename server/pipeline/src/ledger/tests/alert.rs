//! The life of an alert, under the built-in rules.

use model::{
    alert::StepKind,
    event::{
        Budget, Compliance, Etl, Project, System, Transaction, compliance::Rating,
        etl::RunEventType,
    },
    unit::Country,
};

use super::*;
use crate::message::Gap;
use crate::process::testing::{budget, compliance, etl, project, ratio, risk, system, transaction};

/// A department whose actual is so many thousandths of what is approved.
fn used(thousandths: i64) -> Payload {
    Payload::Budget(Budget {
        name: Some("Retail Banking".into()),
        ..budget("rb", 1_000, thousandths)
    })
}

fn kinds(alert: &Alert) -> Vec<StepKind> {
    alert.history.iter().rev().map(|step| step.what).collect()
}

const MINUTE: i64 = 60;

#[test]
fn a_value_that_moves_to_and_fro_fires_once() {
    let mut bench = Bench::new();
    for minute in 0..60 {
        bench.event(minute * MINUTE, used(if minute % 2 == 0 { 910 } else { 890 }));
    }
    let alert = bench.alert("budget.utilization");
    assert!(is(&alert, AlertState::Firing, Severity::Critical));
    assert_eq!(alert.id.as_str(), "real-1-1");
    assert_eq!(kinds(&alert), [StepKind::Fired]);
    assert_eq!(alert.title, "Retail Banking over 90 %");
    assert_eq!(alert.value, 0.89);
    assert_eq!(alert.owner, person("svp"));
    assert_eq!(alert.events.len(), 10);
    assert_eq!(alert.events[0].sequence, 60);
    bench.event(3_600, used(869));
    let alert = bench.alert("budget.utilization");
    assert!(is(&alert, AlertState::Firing, Severity::Warning), "lowered below 87 %");
    bench.event(3_660, used(719));
    let alert = bench.alert("budget.utilization");
    assert_eq!(kinds(&alert), [StepKind::Fired, StepKind::Lowered, StepKind::Resolved]);
}

#[test]
fn escalates_until_somebody_acknowledges() {
    let mut bench = Bench::new();
    bench.event(0, used(910));
    let ladder = |bench: &Bench| {
        let escalation = bench.alert("budget.utilization").escalation.unwrap();
        (escalation.level, escalation.to, escalation.next_to)
    };
    assert_eq!(ladder(&bench), (1, person("svp"), person("cfo")));
    bench.tick(15 * MINUTE - 1);
    assert_eq!(ladder(&bench).0, 1);
    bench.tick(15 * MINUTE);
    assert_eq!(ladder(&bench), (2, person("cfo"), person("ceo")));
    let alert = bench.alert("budget.utilization");
    bench.command(16 * MINUTE, Action::Acknowledge, &alert);
    bench.tick(60 * MINUTE);
    assert_eq!(ladder(&bench), (2, person("cfo"), None), "acknowledging stops it");
    let alert = bench.alert("budget.utilization");
    assert!(is(&alert, AlertState::Acknowledged, Severity::Critical));
    assert!(bench.command(61 * MINUTE, Action::Acknowledge, &alert).is_empty());
    bench.command(61 * MINUTE, Action::Unacknowledge, &alert);
    bench.tick(76 * MINUTE);
    assert_eq!(ladder(&bench), (3, person("ceo"), None), "giving it back starts it again");
    let alert = bench.alert("budget.utilization");
    let expected = [
        StepKind::Fired,
        StepKind::Escalated,
        StepKind::Acknowledged,
        StepKind::Unacknowledged,
        StepKind::Escalated,
    ];
    assert_eq!(kinds(&alert), expected);
}

#[test]
fn an_emergency_goes_up_at_once_and_asks_again() {
    let mut bench = Bench::new();
    bench.event(0, used(910));
    let alert = bench.alert("budget.utilization");
    bench.command(60, Action::Acknowledge, &alert);
    bench.event(120, used(1_000));
    let alert = bench.alert("budget.utilization");
    assert!(is(&alert, AlertState::Firing, Severity::Emergency), "a new acknowledgement is needed");
    assert_eq!(alert.acknowledged_by, None);
    let escalation = alert.escalation.clone().unwrap();
    assert_eq!((escalation.level, escalation.to, escalation.next_at), (3, person("cfo"), None));
    assert!(alert.history[0].note.as_deref().unwrap().contains("level 3"));
    assert_eq!(alert.title, "Retail Banking over 100 %");
}

#[test]
fn pace_is_an_emergency_only_at_critical_utilization() {
    let check = |period: &str, thousandths, expected| {
        let mut bench = Bench::new();
        let fiscal_period = period.parse().unwrap();
        bench.event(
            0,
            Payload::Budget(Budget { fiscal_period, ..budget("rb", 1_000, thousandths) }),
        );
        assert_eq!(bench.alert("budget.pace").severity, expected);
    };
    check("2026-Q4", 700, Severity::Warning);
    check("2026-Q4", 880, Severity::Critical);
    check("2026-Q4", 905, Severity::Emergency);
}

#[test]
fn each_rule_fires_where_it_says() {
    let check = |data: Payload, expected: &[(&str, Severity)]| {
        let mut bench = Bench::new();
        bench.tick(0);
        bench.event(0, data);
        let open = bench.open();
        let found: Vec<_> = open.iter().map(|(rule, _, severity)| (&**rule, *severity)).collect();
        assert_eq!(found, expected);
    };
    use Severity::{Critical, Info, Warning};
    let healthy = || project("p", 1_000, 500, 500, 500);
    let plan = |days: i64| start().plus(days * Timestamp::DAY);
    let finish = |days, slip| Project {
        baseline_finish: plan(days),
        forecast_finish: plan(days + slip),
        ..healthy()
    };
    check(Payload::Project(finish(60, 7)), &[]);
    check(Payload::Project(finish(60, 10)), &[("projects.slip", Warning)]);
    check(Payload::Project(finish(13, 0)), &[("projects.deadline", Critical)]);
    check(Payload::Project(Project { percent_complete: ratio(0.8), ..finish(13, 0) }), &[]);
    let dear = Project { ac: crate::process::testing::usd(530), ..finish(60, 0) };
    check(Payload::Project(dear), &[("projects.cpi", Warning)]);
    let due = |severity, days: i64| {
        Payload::Compliance(Compliance { due: plan(days).plus(-1), ..compliance("i", severity) })
    };
    check(due(Rating::High, 31), &[]);
    check(due(Rating::High, 30), &[("compliance.deadline", Info)]);
    check(due(Rating::High, 7), &[("compliance.deadline", Warning)]);
    check(due(Rating::High, 1), &[("compliance.deadline", Critical)]);
    check(due(Rating::Medium, 1), &[]);
    check(due(Rating::Medium, 0), &[("compliance.overdue", Warning)]);
    check(due(Rating::High, 0), &[("compliance.overdue", Critical)]);
    check(due(Rating::Critical, 60), &[("compliance.severity", Critical)]);
    let repeat =
        Compliance { repeat_of: Some(id("e")), due: plan(60), ..compliance("i", Rating::High) };
    check(
        Payload::Compliance(repeat),
        &[("compliance.repeat", Warning), ("compliance.severity", Critical)],
    );
    check(Payload::Risk(risk("r", 0.6, 1_000_000)), &[("risk.rating", Warning)]);
    check(Payload::Risk(risk("r", 0.9, 11_000_000)), &[("risk.rating", Critical)]);
    check(Payload::System(system("s", 0.02)), &[("system.error_ratio", Warning)]);
    check(Payload::System(System { up: false, ..system("s", 0.5) }), &[("system.down", Critical)]);
    let slow = System { latency_p99_ms: 1_000.0, ..system("s", 0.0) };
    check(Payload::System(slow), &[("system.latency_p99", Critical)]);
    let failed = etl("fx_rates", RunEventType::Fail, "a", "b");
    check(Payload::Etl(Etl { attempt: 2, ..failed.clone() }), &[]);
    check(Payload::Etl(failed), &[("etl.failed", Critical)]);
}

#[test]
fn titles_say_what_is_so() {
    let check = |data: Payload, rule: &str, title: &str| {
        let mut bench = Bench::new();
        bench.tick(0);
        bench.event(0, data);
        assert_eq!(bench.alert(rule).title, title);
    };
    let payments = project("instant-payments", 1_000, 500, 435, 500);
    check(Payload::Project(payments), "projects.cpi", "Instant Payments CPI 0.87");
    let failed = etl("fx_rates", RunEventType::Fail, "a", "b");
    check(Payload::Etl(failed), "etl.failed", "fx_rates failed, attempt 3 of 3");
    let due = start().plus(20 * 3_600_000);
    let item = Compliance { due, ..compliance("BCRA A 7724", Rating::High) };
    check(Payload::Compliance(item), "compliance.deadline", "BCRA A 7724 report due in 1 d");
}

#[test]
fn the_clock_alone_walks_the_deadline_ladder() {
    let mut bench = Bench::new();
    bench.tick(0);
    let due = start().plus(31 * Timestamp::DAY);
    bench.event(0, Payload::Compliance(Compliance { due, ..compliance("i", Rating::High) }));
    let day = 24 * 3_600;
    let mut check = |at: i64, expected: Option<(&str, Severity)>| {
        bench.tick(at);
        let open = bench.open();
        let found = open.first().map(|(rule, _, severity)| (&**rule, *severity));
        assert_eq!(found, expected, "{at}");
    };
    check(day, None);
    check(day + 1, Some(("compliance.deadline", Severity::Info)));
    check(24 * day + 1, Some(("compliance.deadline", Severity::Warning)));
    check(30 * day + 1, Some(("compliance.deadline", Severity::Critical)));
    check(31 * day + 1, Some(("compliance.overdue", Severity::Critical)));
}

#[test]
fn freshness_is_watched_between_events() {
    let mut bench = Bench::new();
    let watermark = Some(start());
    let run = Etl { watermark, ..etl("fx_rates", RunEventType::Complete, "a", "b") };
    bench.event(0, Payload::Etl(run));
    bench.tick(59 * MINUTE);
    assert_eq!(bench.find("etl.freshness"), None);
    bench.tick(60 * MINUTE);
    assert_eq!(bench.alert("etl.freshness").title, "fx_rates data 60 min old");
    bench.tick(61 * MINUTE);
    assert_eq!(bench.alert("etl.freshness").title, "fx_rates data 61 min old");
    assert!(!bench.tick(61 * MINUTE + 1).iter().any(|change| matches!(change, Change::Alert(_))));
}

#[test]
fn a_silent_project_is_noticed_by_the_clock_and_by_nothing_else() {
    let mut bench = Bench::new();
    let week = 7 * 24 * 3_600;
    bench.event(0, Payload::Project(project("instant-payments", 1_000, 500, 500, 500)));
    bench.tick(week - 1);
    assert_eq!(bench.find("projects.status_age"), None);
    bench.tick(week);
    let alert = bench.alert("projects.status_age");
    assert_eq!(alert.title, "Instant Payments silent for 7 d");
    assert_eq!(alert.events, [], "no event is behind it");
    bench.event(week + 1, Payload::Project(project("instant-payments", 1_000, 500, 500, 500)));
    assert_eq!(bench.alert("projects.status_age").state, AlertState::Resolved);
}

/// A purchase with everything wrong.
fn suspicious(account: &str) -> Payload {
    Payload::Transaction(Transaction {
        device: Some(id("other")),
        ip_country: Some(Country::BR),
        ..transaction(account, 9_500)
    })
}

fn raise(bench: &mut Bench, account: &str, second: i64) {
    for number in 0..5 {
        bench.event(second + number, Payload::Transaction(transaction(account, 10)));
    }
    bench.event(second + 5, suspicious(account));
}

#[test]
fn an_account_stays_for_ten_minutes_after_its_last_high_score() {
    let mut bench = Bench::new();
    raise(&mut bench, "a", 0);
    let alert = bench.alert("transactions.score");
    assert!(is(&alert, AlertState::Firing, Severity::Critical));
    assert_eq!(alert.title, "a scored 100");
    assert!(alert.summary.contains("velocity, amount, new device, country mismatch"));
    bench.event(60, Payload::Transaction(transaction("a", 10)));
    bench.tick(604);
    assert!(bench.alert("transactions.score").state.is_open());
    bench.tick(605);
    assert_eq!(bench.alert("transactions.score").state, AlertState::Resolved);
}

#[test]
fn open_and_resolved_alerts_are_bounded() {
    let mut bench = Bench::new();
    for number in 0..620 {
        raise(&mut bench, &format!("a{number}"), 0);
    }
    let alerts = &bench.ledger.snapshot().alerts;
    let open = alerts.values().filter(|alert| alert.state.is_open());
    assert!(open.clone().all(|alert| alert.entity != "a119"), "the oldest went first");
    assert_eq!(open.count(), 500);
    assert_eq!(alerts.len(), 600, "a hundred resolved ones are kept");
    bench.tick(700);
    assert_eq!(bench.ledger.snapshot().alerts.len(), 100);
    bench.tick(700 + 6 * 3_600);
    assert_eq!(bench.ledger.snapshot().alerts.len(), 100);
    bench.tick(701 + 6 * 3_600);
    assert!(bench.ledger.snapshot().alerts.is_empty());
}

#[test]
fn commands_to_what_is_over_or_unknown_change_nothing() {
    let mut bench = Bench::new();
    bench.event(0, used(910));
    bench.event(1, used(100));
    let alert = bench.alert("budget.utilization");
    assert_eq!(alert.state, AlertState::Resolved);
    assert!(bench.command(2, Action::Acknowledge, &alert).is_empty());
    let unknown = Alert { id: id("real-77-1"), ..alert };
    assert!(bench.command(3, Action::Unacknowledge, &unknown).is_empty());
    assert_eq!(bench.ledger.sequence(), 4, "each is an entry all the same");
    bench.event(4, used(910));
    assert_eq!(bench.alert("budget.utilization").id.as_str(), "real-5-1", "a new alert");
}

#[test]
fn a_restored_book_goes_on_under_other_rules() {
    let mut bench = Bench::new();
    bench.event(0, used(910));
    let none = Arc::new(Rules::parse("").unwrap());
    bench.ledger = Ledger::restore(&bench.ledger.checkpoint(), none).unwrap();
    bench.tick(1);
    assert_eq!(bench.alert("budget.utilization").state, AlertState::Resolved);
}

#[test]
fn missed_messages_add_up_for_a_day() {
    let mut bench = Bench::new();
    let mut miss = |seconds: i64, found: i64| {
        let at = start().plus(seconds * Timestamp::SECOND);
        let gap = Gap { at, topic: Topic::Budget, partition: 1, expected: 100, found };
        bench.ledger.fold(Entry::Missed(&gap), &mut Vec::new());
        (bench.find("system.missed_records").unwrap().value, bench.open().len())
    };
    assert_eq!(miss(0, 112), (12.0, 1));
    assert_eq!(miss(60, 105), (17.0, 1));
    let alert = bench.alert("system.missed_records");
    assert!(is(&alert, AlertState::Firing, Severity::Critical));
    assert_eq!(alert.title, "Budget Partition 1: 17 messages missed");
    bench.tick(24 * 60 * MINUTE);
    assert!(bench.open().is_empty(), "nothing brings them back");
}
