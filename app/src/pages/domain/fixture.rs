//! A small bank for tests of pages: every kind of row, a trend of each topic, two alerts.

use model::{
    Alert, AlertId, AlertState, Book, Currency, EventId, Figure, Money, Origin, PersonId, Position,
    Ratio, Severity, Snapshot, Timestamp, Topic,
    alert::RuleId,
    event::{
        Budget, Compliance, Etl, Project, Risk, System, Transaction,
        compliance::{ItemKind, ItemStatus, Rating},
        etl::{Job, Run, RunEventType},
        project::{ProjectStatus, Rag},
        risk::{MitigationStatus, RiskCategory},
        transaction::{Channel, TransactionStatus, TransactionType},
    },
    unit::Country,
    view::{
        budget, compliance,
        etl::{self, Outcome},
        project, risk, system,
        transaction::{self, Decision, Minute, Rate, Reason},
    },
};

/// The moment of the fixture.
pub fn now() -> Timestamp {
    "2026-11-23T14:42:18Z".parse().expect("a constant time is valid")
}

/// The bank at that moment.
pub fn bank() -> Snapshot {
    let mut snapshot =
        Snapshot { book: Book::Real, sequence: 900, now: now(), ..Snapshot::default() };
    for (index, place) in (0_u8..6).zip(DEPARTMENTS) {
        let row = department(index, place);
        snapshot.budget.insert(row.budget.department.to_string(), row);
    }
    for (index, name) in (0_u8..12).zip(PROJECTS) {
        let row = project(index, name);
        snapshot.projects.insert(row.project.project.to_string(), row);
    }
    for index in 0_u8..24 {
        let row = item(index);
        snapshot.compliance.insert(row.item.item.to_string(), row);
        let row = risk_event(index);
        snapshot.risk.insert(row.risk.event.to_string(), row);
        let row = payment(index);
        snapshot.transactions.insert(row.origin.sequence, row);
    }
    for (index, name) in (0_u8..14).zip(SERVICES) {
        let row = service(index, name);
        snapshot.system.insert(name.to_owned(), row);
    }
    for (index, name) in (0_u8..9).zip(JOBS) {
        let row = job(index, name);
        snapshot.etl.insert(name.to_owned(), row);
    }
    minutes(&mut snapshot);
    trends(&mut snapshot);
    let critical = alert(Topic::Budget, "retail-banking", Severity::Critical, Figure::Utilization);
    let warning = alert(Topic::System, "notify", Severity::Warning, Figure::LatencyP99);
    snapshot.alerts.extend([critical, warning].map(|alert| (alert.id.clone(), alert)));
    snapshot
}

const DEPARTMENTS: [(&str, i64, i64, i64); 6] = [
    ("retail-banking", 10_300, 9_466, 614),
    ("technology-operations", 13_500, 10_449, 920),
    ("commercial-banking", 6_710, 4_502, 305),
    ("capital-markets", 4_880, 2_889, 271),
    ("wealth-management", 3_060, 1_711, 144),
    ("risk-compliance", 2_400, 1_270, 190),
];

const PROJECTS: [&str; 12] = [
    "instant-payments",
    "kyc-remediation",
    "ledger-migration",
    "open-banking",
    "branch-refit",
    "fraud-models",
    "card-platform",
    "data-lake",
    "basel-reporting",
    "mobile-onboarding",
    "treasury-desk",
    "cloud-exit-plan",
];

const SERVICES: [&str; 14] = [
    "payments",
    "cards",
    "ledger",
    "login",
    "notify",
    "fx",
    "kyc",
    "fraud",
    "search",
    "limits",
    "reports",
    "statements",
    "gateway",
    "pricing",
];

const JOBS: [&str; 9] = [
    "fx_rates",
    "gl_close",
    "kyc_sync",
    "aml_screen",
    "cards_in",
    "positions",
    "crm_load",
    "tax_feed",
    "limits_eod",
];

fn id(text: &str, sequence: u64) -> Origin {
    let event =
        EventId::new(format!("019ab1c4-{text}-{sequence}")).expect("a constant id is valid");
    let position = Some(Position { partition: 3, offset: 184_000 + sequence.cast_signed() });
    Origin { event, time: now().plus(-4_000), sequence, position }
}

fn person(name: &str) -> PersonId {
    PersonId::new(name).expect("a constant id is valid")
}

fn dollars(thousands: i64) -> Money {
    Money::major(thousands * 1_000, Currency::Usd)
}

fn department(
    index: u8,
    (name, approved, actual, committed): (&str, i64, i64, i64),
) -> budget::Row {
    let ten = |tens: i64| dollars(tens * 10);
    let utilization = ten(actual).share_of(ten(approved));
    let budget = Budget {
        department: name.to_owned().try_into().expect("a constant id is valid"),
        name: None,
        cost_centre: format!("CC-{index}").try_into().expect("a constant id is valid"),
        svp: person("marisol-etcheverry"),
        fiscal_period: "2026-Q4".parse().expect("a constant period is valid"),
        approved: ten(approved),
        planned_to_date: ten(approved * 6 / 10),
        actual_to_date: ten(actual),
        committed: ten(committed),
        forecast_remaining: ten(approved / 3),
    };
    budget::Row {
        origin: id("budget", u64::from(index) + 1),
        utilization,
        committed_utilization: ten(actual + committed).share_of(ten(approved)),
        available: ten(approved - actual - committed),
        variance: ten(actual - approved * 6 / 10),
        elapsed: 0.587,
        pace: utilization.map(|used| used / 0.587),
        burn_per_day: Some(dollars(900)),
        exhausted_at: (index < 2).then(|| now().plus(6 * Timestamp::DAY)),
        forecast: ten(actual + approved / 3),
        forecast_overrun: Some(0.02),
        budget,
    }
}

fn project(index: u8, name: &str) -> project::Row {
    let cpi = 0.84 + f64::from(index) * 0.021;
    let slip = 19.0 - f64::from(index) * 3.0;
    let finish = now().plus(40 * Timestamp::DAY);
    let project = Project {
        project: name.to_owned().try_into().expect("a constant id is valid"),
        name: model::person::readable(name),
        portfolio: "Payments".into(),
        sponsor: person("priya-raman"),
        department: "technology-operations".to_owned().try_into().expect("a constant id is valid"),
        status: if index == 11 { ProjectStatus::Planned } else { ProjectStatus::Active },
        bac: dollars(9_000 + i64::from(index) * 700),
        pv: dollars(5_000),
        ev: dollars(4_800),
        ac: dollars(5_000),
        percent_complete: Ratio::clamped(0.3 + f64::from(index) * 0.05),
        baseline_finish: finish,
        forecast_finish: finish.plus(19 * Timestamp::DAY),
        milestones: Vec::new(),
        reported_rag: if index < 2 { Rag::Green } else { Rag::Amber },
        risk_score: 40,
    };
    project::Row {
        origin: id("projects", u64::from(index) + 1),
        cv: dollars(-200),
        sv: dollars(-200),
        cpi: Some(cpi),
        spi: Some(cpi + 0.03),
        eac: Some(dollars(10_200)),
        etc: Some(dollars(5_200)),
        vac: Some(dollars(-900)),
        tcpi: Some(1.05),
        slip_days: slip,
        watermelon: index < 2,
        risk: project::RiskParts { cost: 16 - index, schedule: 13, deadline: 9, reported: 8 },
        project,
    }
}

fn item(index: u8) -> compliance::Row {
    let days = i64::from(index);
    let severity =
        [Rating::Low, Rating::Medium, Rating::High, Rating::Critical][usize::from(index % 4)];
    let item = Compliance {
        item: format!("BCRA-A-{}", 7_700 + days).try_into().expect("a constant id is valid"),
        title: "Report incidents of payment services within a day of their detection".into(),
        kind: if index % 3 == 0 { ItemKind::ControlTest } else { ItemKind::Obligation },
        regulator: "BCRA".into(),
        jurisdiction: Country::AR,
        regulation: "Comunicación A 7724".into(),
        severity,
        status: if index % 6 == 3 { ItemStatus::Passed } else { ItemStatus::InProgress },
        opened: now().plus(-days * 5 * Timestamp::DAY),
        due: now().plus((days - 4) * 3 * Timestamp::DAY + Timestamp::HOUR),
        owner: person("henrik-lindqvist"),
        impact: None,
        repeat_of: None,
    };
    compliance::Row { origin: id("compliance", u64::from(index) + 1), item, weight: index % 4 + 1 }
}

fn risk_event(index: u8) -> risk::Row {
    let probability = Ratio::clamped(f64::from(index % 6) * 0.18 + 0.02);
    let impact = dollars(60 * (1 << (index % 9)));
    let risk = Risk {
        event: format!("RSK-{}", 2_041 + u32::from(index))
            .try_into()
            .expect("a constant id is valid"),
        title: "Settlement with a correspondent bank is late".into(),
        category: RiskCategory::ALL[usize::from(index) % 7],
        business_line: "Capital Markets".into(),
        probability,
        impact,
        gross_loss: dollars(30),
        recovery: dollars(10),
        officer: (index % 5 != 0).then(|| person("ingrid-halvorsen")),
        mitigation_status: MitigationStatus::InProgress,
        mitigation_due: Some(now().plus((i64::from(index) - 2) * Timestamp::DAY)),
        control_effectiveness: Ratio::clamped(0.4),
        credit: None,
    };
    let (likelihood, weight) = (risk::likelihood(probability), risk::impact(impact));
    risk::Row {
        origin: id("risk", u64::from(index) + 1),
        expected_loss: impact.scaled(probability.get()),
        residual: impact.scaled(probability.get() * 0.6),
        likelihood,
        impact: weight,
        rating: risk::rating(likelihood, weight),
        risk,
    }
}

fn payment(index: u8) -> transaction::Row {
    let score = index * 4 + 4;
    let transaction = Transaction {
        transaction: format!("tx-{index}").try_into().expect("a constant id is valid"),
        account: format!("acct-{:04}", u32::from(index) * 37)
            .try_into()
            .expect("a constant id is valid"),
        customer: "cust-1".to_owned().try_into().expect("a constant id is valid"),
        amount: Money::major(1_284 * (i64::from(index) + 1), Currency::ALL[usize::from(index) % 6]),
        kind: TransactionType::Purchase,
        channel: Channel::ALL[usize::from(index) % 5],
        status: TransactionStatus::Approved,
        merchant_category: None,
        country: Country::MX,
        card_present: false,
        device: None,
        ip_country: (index % 7 == 0).then_some(Country::BR),
        balance_after: None,
    };
    let reasons = if score >= 80 { vec![Reason::Amount, Reason::NewDevice] } else { Vec::new() };
    let sequence = u64::from(index) + 100;
    let origin = id("transactions", sequence);
    let time = origin.time.plus(-i64::from(24 - index) * 5_000);
    let origin = Origin { time, ..origin };
    transaction::Row { origin, transaction, score, reasons, decision: Decision::of(score) }
}

fn service(index: u8, name: &str) -> system::Row {
    let share = f64::from(index) / 14.0;
    let p99 = 80.0 + f64::from(index % 5) * 26.0;
    let p99 = if name == "notify" { 268.0 } else { p99 };
    let system = System {
        service: name.to_owned().try_into().expect("a constant id is valid"),
        up: name != "reports",
        cpu_utilization: Ratio::clamped(0.2 + share * 0.5),
        memory_utilization: Ratio::clamped(0.5 + share * 0.3),
        request_rate: 40.0 + 900.0 * share,
        error_ratio: Ratio::clamped(0.0003 + if name == "notify" { 0.023 } else { 0.0 }),
        latency_p50_ms: 12.0,
        latency_p95_ms: 44.0,
        latency_p99_ms: p99,
    };
    system::Row {
        origin: id("system", u64::from(index) + 1),
        system,
        availability: 0.9997,
        hour_error_ratio: 0.0002,
        error_budget_left: 1.0 - share,
    }
}

fn job(index: u8, name: &str) -> etl::Row {
    let failed = index == 0;
    let mut runs = vec![Outcome::Completed; 14];
    if failed {
        runs[11..].fill(Outcome::Failed);
    }
    let etl = Etl {
        event_type: if failed { RunEventType::Fail } else { RunEventType::Complete },
        job: Job {
            namespace: "core".into(),
            name: name.to_owned().try_into().expect("a constant id is valid"),
        },
        run: Run { run_id: format!("run-{index}").try_into().expect("a constant id is valid") },
        inputs: Vec::new(),
        outputs: Vec::new(),
        nominal_time: now(),
        rows_in: 120_000,
        rows_out: 119_000,
        rows_rejected: 1_000,
        bytes: 9_000_000,
        duration_ms: 74_000,
        watermark: None,
        attempt: if failed { 3 } else { 1 },
        max_attempts: 3,
        error: failed.then(|| "rates service answered 503".to_owned()),
    };
    let age = if failed { 47 } else { 3 + 3 * i64::from(index) };
    etl::Row {
        origin: id("etl", u64::from(index) + 1),
        etl,
        watermark: Some(now().plus(-age * Timestamp::MINUTE)),
        runs,
        day: (46, 48),
        median_duration_ms: Some(70_000),
        duration_ratio: Some(1.06),
        row_deviation: Some(0.02),
        reject_rate: Some(0.008),
        stale_because: (index == 1).then(|| "fx_rates failed".to_owned()),
    }
}

fn minutes(snapshot: &mut Snapshot) {
    for index in 0_u32..60 {
        let at = now().floor(Timestamp::MINUTE).plus(-i64::from(index) * Timestamp::MINUTE);
        let count = 12 + index * 7 % 5;
        let minute = Minute {
            count,
            approved: count - 1,
            declined: 1,
            review: u32::from(index % 9 == 0),
            advised_decline: u32::from(index % 30 == 0),
            by_channel: [6, 4, 1, 1, 0],
            value: [900_000, 80_000_000, 300_000, 55_000_000, 900_000_000, 2_000_000],
            scores: [5, 3, 1, 1, 0, 0, 1, 0, u32::from(index % 9 == 0), u32::from(index % 30 == 0)],
        };
        snapshot.minutes.insert(at, minute);
    }
    let rate = |per_usd| Some(Rate { per_usd, as_of: now().plus(-47 * Timestamp::MINUTE) });
    snapshot.rates = [rate(1.0), rate(1_012.5), rate(5.4), rate(931.0), rate(4_080.0), rate(18.3)];
}

fn trends(snapshot: &mut Snapshot) {
    for topic in Topic::ALL {
        let Some(value) = snapshot.headline(topic) else { continue };
        for step in 0..120_u8 {
            let at = now().plus(-i64::from(119 - step) * 30 * Timestamp::SECOND);
            let wave = f64::from(step * 37 % 11) / 500.0 + f64::from(step) / 4_000.0;
            let missing = topic == Topic::System && (40..60).contains(&step);
            if !missing {
                snapshot.trends.entry(topic).or_default().put(at, value * (0.95 + wave));
            }
        }
        snapshot.newest.insert(topic, now().plus(-4_000));
    }
}

fn alert(topic: Topic, entity: &str, severity: Severity, figure: Figure) -> Alert {
    let fired_at = now().plus(-6 * Timestamp::MINUTE);
    Alert {
        id: AlertId::new(format!("{topic}-{entity}")).expect("a constant id is valid"),
        book: Book::Real,
        topic,
        rule: RuleId::new("rule").expect("a constant id is valid"),
        rule_version: 1,
        entity: entity.to_owned(),
        entity_name: model::person::readable(entity),
        severity,
        state: AlertState::Firing,
        title: format!("{entity} over its limit"),
        summary: String::new(),
        figure,
        value: if figure == Figure::Utilization { 0.919 } else { 268.0 },
        threshold: 0.9,
        recovers: 0.87,
        fired_at,
        changed_at: fired_at,
        owner: None,
        acknowledged_by: None,
        escalation: None,
        events: vec![id(topic.name(), 1)],
        history: Vec::new(),
        sequence: 1,
    }
}
