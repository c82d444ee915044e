//! A bank made by hand: one realistic moment, for tests and for looking at a page without a
//! server. The numbers are those of a quiet afternoon with three matters open.

pub mod runs;

use model::{
    Alert, AlertState, Book, Currency, Figure, Provenance, Severity, Snapshot, SourceState,
    Timestamp, Topic,
    snapshot::Change,
    status::{FeedState, FeedStatus, SpoolStatus, TopicStatus},
    trend::STEP,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::feed::Initial;

/// The moment.
pub fn now() -> Timestamp {
    "2026-11-23T14:42:18Z".parse().expect("a time in RFC 3339")
}

/// The page at that moment, in the real book.
pub fn initial() -> Initial {
    let mut initial = Initial::default();
    let snapshot = &mut initial.hello.snapshot;
    snapshot.now = now();
    snapshot.sequence = 8_412_907;
    people(snapshot);
    budgets(snapshot);
    projects(snapshot);
    compliance(snapshot);
    transactions(snapshot);
    risks(snapshot);
    systems(snapshot);
    jobs(snapshot);
    alerts(snapshot);
    trends(snapshot);
    let ages = [4, 11, 21, 1, 17, 1, 9];
    for (topic, age) in Topic::ALL.into_iter().zip(ages) {
        snapshot.newest.insert(topic, now().plus(-age * Timestamp::SECOND));
    }
    status(&mut initial);
    initial
}

/// The same moment in the simulated book, eleven minutes after the brokers fell silent.
pub fn simulated() -> Initial {
    let mut initial = initial();
    initial.hello.snapshot.book = Book::Simulated;
    for alert in initial.hello.snapshot.alerts.values_mut() {
        alert.book = Book::Simulated;
    }
    let status = &mut initial.status;
    status.book = Book::Simulated;
    status.state = SourceState::Simulating;
    status.since = now().plus(-671 * Timestamp::SECOND);
    status.last_real = Some(status.since);
    status.real_events = 38;
    status.real_alerts = [5, 9, 4, 0];
    status.attempt = 22;
    status.next_attempt = Some(now().plus(8 * Timestamp::SECOND));
    status.seed = Some(4_127);
    initial
}

/// The same moment with jobs that are simulated beside what is real.
pub fn mixed() -> Initial {
    let mut initial = initial();
    initial.hello.snapshot.book = Book::Mixed;
    initial.status.book = Book::Mixed;
    let etl = &mut initial.status.topics[Topic::Etl.index()];
    (etl.provenance, etl.simulated) = (Provenance::Simulated, true);
    for alert in initial.hello.snapshot.alerts.values_mut() {
        if alert.topic == Topic::Etl {
            alert.book = Book::Simulated;
        }
    }
    initial
}

/// The same moment followed by a drill: its book, 84 s after its start.
pub fn drill() -> Initial {
    let mut initial = initial();
    let run = runs::market();
    initial.hello.snapshot.book = run.book();
    initial.status.runs.insert(0, run);
    initial
}

fn feed(name: &str, topic: Topic) -> FeedStatus {
    FeedStatus {
        name: name.into(),
        topic,
        place: "exports/*.csv".into(),
        state: FeedState::Reading,
        reason: None,
        next_attempt: None,
        rows: 12_480,
        rejects: 3,
        last_read: Some(now().plus(-4 * Timestamp::SECOND)),
    }
}

fn status(initial: &mut Initial) {
    let status = &mut initial.status;
    status.state = SourceState::Live;
    status.now = now();
    status.brokers = "127.0.0.1:9092".into();
    status.events_per_second = 214.0;
    status.latency_p99_ms = 4.1;
    status.spool = Some(SpoolStatus {
        records: 12,
        bytes: 8_400,
        limit: 256_000_000,
        oldest: Some(now().plus(-90_000)),
        fault: None,
    });
    status.feeds = vec![feed("erp-budget", Topic::Budget), feed("monitor", Topic::System)];
    status.viewers = 6;
    status.version = "0.1.0".into();
    status.runs = vec![runs::budget(), runs::projects(), runs::burst()];
    let topic = |topic: Topic| TopicStatus {
        topic,
        provenance: Default::default(),
        simulated: false,
        newest: initial.hello.snapshot.newest.get(&topic).copied(),
        stale_after_ms: i64::from(topic.interval_seconds()) * 3_000,
        events: 1_000,
        rejects: 0,
        fault: None,
        lag_records: Some(3),
        lag_seconds: Some(0.3),
    };
    status.topics = Topic::ALL.map(topic).into();
}

/// A value of the model from its JSON.
fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("the fixture has the shape of the model")
}

fn ago(minutes: i64) -> Timestamp {
    now().plus(-minutes * Timestamp::MINUTE)
}

fn origin(sequence: u64) -> Value {
    json!({ "event": format!("019ab1c4-7e2d-7c11-9a40-{sequence:012}"), "time": now().plus(-4_000),
        "sequence": sequence, "position": { "partition": 3, "offset": 184_220 } })
}

fn usd(cents: i64) -> Value {
    json!({ "minor": cents, "currency": "USD" })
}

fn people(snapshot: &mut Snapshot) {
    for (id, name, title, superior) in [
        ("marisol-etcheverry", "Marisol Etcheverry", "SVP Retail Banking", Some("cfo")),
        ("priya-raman", "Priya Raman", "SVP Technology", Some("cfo")),
        ("cfo", "Daniel Okafor", "CFO", None),
    ] {
        let person: model::Person =
            read(json!({ "id": id, "name": name, "title": title, "superior": superior }));
        snapshot.people.insert(person.id.clone(), person);
    }
}

fn budgets(snapshot: &mut Snapshot) {
    let rows = [
        ("retail-banking", "Retail Banking", 10_300, 94_66, 6_14),
        ("technology", "Technology & Operations", 13_500, 10_449, 9_20),
        ("commercial", "Commercial Banking", 67_10, 45_02, 3_05),
        ("markets", "Capital Markets", 48_80, 28_89, 2_71),
        ("wealth", "Wealth Management", 30_60, 17_11, 1_44),
        ("risk", "Risk & Compliance", 24_00, 12_70, 1_90),
    ];
    for (index, (id, name, approved, actual, committed)) in (1..).zip(rows) {
        let cents = |hundredths: i64| usd(hundredths * 1_000_000);
        let share = |part: i64| ratio(part, approved);
        snapshot.apply(&Change::Budget(read(json!({
            "origin": origin(index),
            "budget": { "department": id, "name": name, "cost_centre": "RB-4410",
                "svp": "marisol-etcheverry", "fiscal_period": "2026-Q4",
                "approved": cents(approved), "planned_to_date": cents(approved / 2),
                "actual_to_date": cents(actual), "committed": cents(committed),
                "forecast_remaining": cents(approved / 4) },
            "utilization": share(actual), "committed_utilization": share(actual + committed),
            "available": cents(approved - actual - committed),
            "variance": cents(actual - approved / 2),
            "elapsed": 0.587, "pace": share(actual) / 0.587, "burn_per_day": cents(actual / 54),
            "exhausted_at": null, "forecast": cents(approved), "forecast_overrun": 0.0,
        }))));
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of small numbers")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

fn projects(snapshot: &mut Snapshot) {
    let names = [
        ("Instant Payments", 87),
        ("KYC Remediation", 91),
        ("Ledger Migration", 93),
        ("Branch Refit", 96),
        ("Card Renewal", 97),
        ("Data Lake", 98),
        ("Open Banking", 99),
        ("Treasury Core", 100),
        ("Fraud Engine", 100),
        ("Mobile Wallet", 102),
        ("Risk Models", 103),
        ("Call Centre", 106),
    ];
    for (index, (name, cpi)) in (100..).zip(names) {
        let id = name.to_lowercase().replace(' ', "-");
        let (ev, ac) = (cpi * 10_000_000, 1_000_000_000_i64);
        snapshot.apply(&Change::Project(read(json!({
            "origin": origin(index),
            "project": { "project": id, "name": name, "portfolio": "Change",
                "sponsor": "priya-raman", "department": "technology", "status": "active",
                "bac": usd(2_000_000_000), "pv": usd(1_010_000_000), "ev": usd(ev), "ac": usd(ac),
                "percent_complete": 0.5, "baseline_finish": ago(-100_000),
                "forecast_finish": ago(-120_000), "reported_rag": "green", "risk_score": 20 },
            "cv": usd(ev - ac), "sv": usd(0), "cpi": ratio(ev, ac), "spi": ratio(ev, 1_010_000_000),
            "eac": usd(2_000_000_000), "etc": usd(1), "vac": usd(0), "tcpi": 1.0,
            "slip_days": 14.0, "watermelon": cpi == 91,
            "risk": { "cost": 3, "schedule": 3, "deadline": 3, "reported": 3 },
        }))));
    }
}

fn compliance(snapshot: &mut Snapshot) {
    let ages = (0..61_i64).map(|index| match index {
        0..38 => index % 30,
        38..52 => 31 + index % 30,
        52..57 => 61 + index % 30,
        _ => 95,
    });
    for (index, age) in (200..).zip(ages) {
        let overdue = age > 90;
        snapshot.apply(&Change::Compliance(read(json!({
            "origin": origin(index),
            "item": { "item": format!("C-{index}"), "title": "Report", "kind": "obligation",
                "regulator": "BCRA", "jurisdiction": "AR", "regulation": "A 7724",
                "severity": "medium", "status": "open", "opened": ago(age * 1_440 + 5),
                "due": if overdue { ago(600) } else { ago(-20_000) }, "owner": "priya-raman",
                "impact": null, "repeat_of": null },
            "weight": 2,
        }))));
    }
    for index in 300..352_u64 {
        let status = if index < 349 { "passed" } else { "failed" };
        snapshot.apply(&Change::Compliance(read(json!({
            "origin": origin(index),
            "item": { "item": format!("T-{index}"), "title": "Test", "kind": "control_test",
                "regulator": "BCRA", "jurisdiction": "AR", "regulation": "A 7724",
                "severity": "low", "status": status, "opened": ago(9_000), "due": ago(10),
                "owner": "priya-raman", "impact": null, "repeat_of": null },
            "weight": 0,
        }))));
    }
}

fn transactions(snapshot: &mut Snapshot) {
    for minute in 0..60 {
        let at = ago(minute).floor(Timestamp::MINUTE);
        snapshot.apply(&Change::Minute(at, read(json!({
            "count": 1_284, "approved": 1_243, "declined": 41, "review": 4, "advised_decline": 1,
            "by_channel": [591, 398, 154, 90, 51], "value": [77_000_000, 0, 0, 0, 0, 0],
            "scores": [900, 200, 80, 50, 20, 15, 9, 5, 3, 2],
        }))));
    }
    for index in 0..40_u64 {
        let score = if index % 11 == 3 { 86 } else { index % 7 * 6 };
        let flagged = score >= 80;
        snapshot.apply(&Change::Transaction(read(json!({
            "origin": origin(700 + index),
            "transaction": { "transaction": format!("t-{index}"),
                "account": format!("ac-{}", 4_000 + index * 37), "customer": "cu-1",
                "amount": { "minor": 128_400 * (index + 1), "currency": Currency::ALL[index as usize % 6] },
                "type": "purchase", "channel": "online", "status": "approved", "country": "MX",
                "card_present": false, "ip_country": flagged.then_some("BR") },
            "score": score, "reasons": if flagged { vec!["amount", "new_device"] } else { vec![] },
            "decision": if flagged { "review" } else { "approve" },
        }))));
    }
    let rate = |per_usd: f64| json!({ "per_usd": per_usd, "as_of": ago(47), "source": "desk" });
    snapshot.apply(&Change::Rates(read(json!([
        rate(1.0),
        rate(1_050.0),
        rate(5.8),
        rate(970.0),
        rate(4_300.0),
        rate(20.1)
    ]))));
}

fn risks(snapshot: &mut Snapshot) {
    let cells = [
        (5, 3, 1),
        (4, 2, 2),
        (4, 3, 1),
        (4, 4, 1),
        (4, 5, 1),
        (3, 1, 1),
        (3, 2, 3),
        (3, 3, 4),
        (3, 4, 2),
        (2, 1, 2),
        (2, 2, 5),
        (2, 3, 3),
        (2, 4, 1),
        (1, 1, 4),
        (1, 2, 6),
        (1, 3, 2),
    ];
    let each = cells
        .into_iter()
        .flat_map(|(impact, likelihood, count)| std::iter::repeat_n((impact, likelihood), count));
    for (index, (impact, likelihood)) in (400..).zip(each) {
        snapshot.apply(&Change::Risk(read(json!({
            "origin": origin(index),
            "risk": { "event": format!("RSK-{index}"), "title": "Rates", "category": "market",
                "business_line": "Capital Markets", "probability": 0.2, "impact": usd(100),
                "gross_loss": usd(0), "recovery": usd(0), "officer": null,
                "mitigation_status": "planned", "mitigation_due": null,
                "control_effectiveness": 0.4, "credit": null },
            "expected_loss": usd(21_538_400), "residual": usd(1), "likelihood": likelihood,
            "impact": impact, "rating": "low",
        }))));
    }
}

fn systems(snapshot: &mut Snapshot) {
    let names = [
        "atm", "auth", "cards", "core", "fx", "gateway", "ledger", "notify", "onboard", "payments",
        "pricing", "reports", "search", "web",
    ];
    let left = [0.96, 0.92, 0.83, 0.91, 0.97, 0.91, 0.98, 0.62, 0.94, 0.92, 0.86, 0.97, 0.95, 0.94];
    for (index, (name, left)) in (500..).zip(names.into_iter().zip(left)) {
        snapshot.apply(&Change::System(read(json!({
            "origin": origin(index),
            "system": { "service": name, "up": true, "system.cpu.utilization": 0.4,
                "system.memory.utilization": 0.5, "request_rate": 120.0, "error_ratio": 0.0004,
                "latency_p50_ms": 20.0, "latency_p95_ms": 80.0,
                "latency_p99_ms": if name == "notify" { 184.0 } else { 120.0 } },
            "availability": 0.9997, "hour_error_ratio": 0.0003, "error_budget_left": left,
        }))));
    }
}

fn jobs(snapshot: &mut Snapshot) {
    let names = [
        "fx_rates",
        "gl_close",
        "kyc_sync",
        "aml_scan",
        "positions",
        "limits",
        "cards_feed",
        "ledger_copy",
        "risk_cube",
    ];
    for (index, name) in (600..).zip(names) {
        let mut runs = vec!["completed"; 14];
        if name == "fx_rates" {
            runs[11..].fill("failed");
        }
        if name == "kyc_sync" {
            runs[13] = "aborted";
        }
        let (age, failed) = if name == "fx_rates" { (47, true) } else { (9, false) };
        snapshot.apply(&Change::Etl(read(json!({
            "origin": origin(index),
            "etl": { "eventType": if failed { "FAIL" } else { "COMPLETE" },
                "job": { "namespace": "dwh", "name": name }, "run": { "runId": "r" },
                "nominalTime": ago(age), "watermark": ago(age), "attempt": 3, "maxAttempts": 3,
                "error": null },
            "watermark": ago(age), "runs": runs, "day": [97, 100], "median_duration_ms": 4_000,
            "duration_ratio": 1.0, "row_deviation": 0.0, "reject_rate": 0.0, "stale_because": null,
        }))));
    }
}

fn alerts(snapshot: &mut Snapshot) {
    use AlertState::{Acknowledged, Firing, Resolved};
    use Severity::{Critical, Info, Warning};
    use Topic::{Budget, Compliance, Etl, Projects, Risk, System, Transactions};
    let rows = [
        (Budget, Critical, Firing, 6, "Retail Banking", "Retail Banking over 90 %"),
        (Compliance, Critical, Firing, 8, "BCRA A 7724", "BCRA A 7724 report due in 1 d"),
        (Etl, Warning, Firing, 9, "fx_rates", "fx_rates failed, attempt 3 of 3"),
        (Transactions, Warning, Acknowledged, 10, "ac-77", "212 transactions scored over 80"),
        (Projects, Critical, Acknowledged, 38, "Instant Payments", "Instant Payments slips 19 d"),
        (System, Warning, Resolved, 44, "notify", "notify p99 back under 250 ms"),
        (Budget, Warning, Acknowledged, 62, "Technology", "Technology & Ops over 75 %"),
        (Projects, Warning, Firing, 115, "KYC", "KYC: reported green, CPI 0.91"),
        (Etl, Warning, Resolved, 142, "USD/BRL", "USD/BRL feed fresh again"),
        (Risk, Warning, Acknowledged, 192, "RSK-7", "Mitigation overdue 6 d"),
        (Compliance, Info, Firing, 267, "CMF 2364", "CMF 2364 enters into force"),
        (Projects, Warning, Acknowledged, 340, "Ledger", "Ledger Migration status 8 d old"),
        (Compliance, Info, Firing, 347, "Card fees", "Card fee revision, 14 d to comply"),
    ];
    for (index, (topic, severity, state, minutes, entity, title)) in (0..).zip(rows) {
        let escalation = (severity == Critical && state == Firing).then(|| {
            json!({ "level": 1, "to": "marisol-etcheverry", "next_to": "cfo",
                "next_at": now().plus(402_000 + index * 60_000) })
        });
        let fired = ago(match state {
            Firing => minutes,
            Acknowledged => minutes + 4,
            Resolved => minutes + 11,
        });
        let [value, threshold, recovers] = limits(topic, severity);
        let mut alert: Alert = read(json!({
            "id": format!("a{index}"), "book": "real", "topic": topic.name(), "rule": "budget.u",
            "rule_version": 1, "entity": entity.to_lowercase().replace(' ', "-"),
            "entity_name": entity,
            "severity": severity.name(), "state": state.name(), "title": title,
            "summary": format!("{title}."), "figure": Figure::headline(topic), "value": value,
            "threshold": threshold, "recovers": recovers, "fired_at": fired,
            "changed_at": ago(minutes),
            "owner": (topic == Projects || topic == Compliance).then_some("priya-raman"),
            "acknowledged_by": (state == Acknowledged).then_some("Priya Raman"),
            "escalation": escalation, "events": [],
            "history": [step(fired, "fired", severity, None, &format!("{title}."))],
            "sequence": 8_412_000 - index,
        }));
        if state == Acknowledged {
            let taken = step(ago(minutes), "acknowledged", severity, Some("Priya Raman"), "");
            alert.history.insert(0, read(taken));
        }
        if index == 0 {
            retail_banking(&mut alert);
        }
        snapshot.apply(&Change::Alert(Box::new(alert)));
    }
}

/// Value, threshold and recovery of a topic's headline figure.
fn limits(topic: Topic, severity: Severity) -> [f64; 3] {
    match topic {
        Topic::Budget if severity == Severity::Critical => [0.919, 0.90, 0.87],
        Topic::Budget => [0.774, 0.75, 0.72],
        Topic::Projects => [0.87, 0.90, 0.92],
        Topic::Compliance => [4.0, 3.0, 3.0],
        Topic::Transactions => [1_512.0, 1_400.0, 1_300.0],
        Topic::Risk => [8_400_000.0, 8_000_000.0, 7_500_000.0],
        Topic::System => [184.0, 250.0, 220.0],
        Topic::Etl => [47.0, 30.0, 25.0],
    }
}

/// A step in the life of an alert; without a note where it is empty.
fn step(at: Timestamp, what: &str, severity: Severity, actor: Option<&str>, note: &str) -> Value {
    let note = Some(note).filter(|note| !note.is_empty());
    json!({ "at": at, "what": what, "severity": severity.name(), "actor": actor, "note": note })
}

/// The whole story of the first alert: a warning a week ago, raised to critical just now.
fn retail_banking(alert: &mut Alert) {
    use Severity::{Critical, Warning};
    let raised = now().plus(-372 * Timestamp::SECOND);
    let week = ago(7 * 24 * 60);
    let used = |share: &str| format!("Retail Banking has used {share} of its budget.");
    alert.rule = read(json!("budget.utilization"));
    alert.owner = read(json!("marisol-etcheverry"));
    (alert.fired_at, alert.changed_at) = (raised, raised);
    alert.summary =
        "Retail Banking has used 91.9 % of its budget: USD 94,660,000.00 of USD 103,000,000.00 \
         spent in Q4 2026, USD 6,140,000.00 committed."
            .to_owned();
    alert.history = [
        step(raised, "raised", Critical, None, &used("91.9 %")),
        step(
            week.plus(18 * Timestamp::MINUTE),
            "acknowledged",
            Warning,
            Some("Marisol Etcheverry"),
            "",
        ),
        step(week, "fired", Warning, None, &used("75.2 %")),
    ]
    .map(read)
    .into();
    let event = |(index, seconds, offset): (u64, i64, i64)| {
        let mut event = origin(index);
        event["time"] = json!(now().plus(-seconds * 1_000 + 412));
        event["position"]["offset"] = json!(offset);
        read(event)
    };
    alert.events = [(1, 372, 184_220), (801, 433, 184_211), (802, 494, 184_196)].map(event).into();
}

/// Curves that wander without chance: sums of sines of unrelated periods.
fn trends(snapshot: &mut Snapshot) {
    let wave =
        |step: f64| (step * 0.31).sin() + 0.7 * (step * 0.83).sin() + 0.4 * (step * 1.9).sin();
    for step in 0..=120_i32 {
        let at = ago(60).plus(i64::from(step) * STEP);
        let (step, wave) = (f64::from(step), wave(step.into()));
        let mut put = |topic, value| snapshot.apply(&Change::Trend(topic, at, value));
        put(Topic::Budget, 0.734 + 0.007 * (step / 120.0) + 0.0001 * wave);
        put(Topic::Projects, 0.945 + 0.004 * wave - step * 0.0001);
        put(
            Topic::Compliance,
            if (33.0..73.0).contains(&step) || step > 100.0 { 4.0 } else { 3.0 },
        );
        put(Topic::Transactions, 1_146.0 + 25.0 * wave + if step > 96.0 { 120.0 } else { 0.0 });
        put(Topic::Risk, 7.8e6 + 5e3 * step + 5e4 * wave);
        if !(40.0..50.0).contains(&step) {
            put(Topic::System, 190.0 + 14.0 * wave);
        }
        put(Topic::Etl, if step < 82.0 { 9.0 + wave } else { 9.0 + (step - 82.0) });
    }
}
