//! Examples of payloads, as a bank's own systems would send them.

use model::{
    Currency, FiscalPeriod, Money, PersonId, Ratio, Timestamp, Topic,
    event::{
        Budget, Compliance, Etl, Payload, Project, Risk, System, Transaction,
        budget::{CostCentreId, DepartmentId},
        compliance::{ImpactAssessment, ItemId, ItemKind, ItemStatus, Rating},
        etl::{Dataset, DatasetId, Job, JobId, Run, RunEventType, RunId},
        project::{Milestone, ProjectId, ProjectStatus, Rag},
        risk::{CreditExposure, MitigationStatus, RiskCategory, RiskEventId},
        system::ServiceId,
        transaction::{
            AccountId, Channel, CustomerId, DeviceId, TransactionId, TransactionStatus,
            TransactionType,
        },
    },
    unit::Country,
};

/// Two examples of a topic's payload.
pub(super) fn of(topic: Topic) -> [Payload; 2] {
    match topic {
        Topic::Budget => budgets().map(Payload::Budget),
        Topic::Projects => projects().map(Payload::Project),
        Topic::Compliance => items().map(Payload::Compliance),
        Topic::Transactions => transactions().map(Payload::Transaction),
        Topic::Risk => risks().map(Payload::Risk),
        Topic::System => systems().map(Payload::System),
        Topic::Etl => runs().map(Payload::Etl),
    }
}

/// An identifier that is written here.
macro_rules! id {
    ($kind:ident $text:literal) => {
        $kind::new($text).expect("the identifiers of examples are good")
    };
}

fn usd(units: i64) -> Money {
    Money::major(units, Currency::Usd)
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("the times of examples are good")
}

fn period(text: &str) -> FiscalPeriod {
    text.parse().expect("the periods of examples are good")
}

fn budgets() -> [Budget; 2] {
    let retail = Budget {
        department: id!(DepartmentId "retail-banking"),
        name: Some("Retail Banking".into()),
        cost_centre: id!(CostCentreId "RB-4410"),
        svp: id!(PersonId "marisol-etcheverry"),
        fiscal_period: period("2026-Q4"),
        approved: usd(18_400_000),
        planned_to_date: usd(10_600_000),
        actual_to_date: usd(11_284_060),
        committed: usd(1_950_000),
        forecast_remaining: usd(6_900_000),
    };
    let clp = |units| Money::major(units, Currency::Clp);
    let treasury = Budget {
        department: id!(DepartmentId "treasury"),
        name: None,
        cost_centre: id!(CostCentreId "TR-1020"),
        svp: id!(PersonId "tomas-arriagada"),
        fiscal_period: period("2026-11"),
        approved: clp(920_000_000),
        planned_to_date: clp(690_000_000),
        actual_to_date: clp(655_310_400),
        committed: clp(88_000_000),
        forecast_remaining: clp(210_000_000),
    };
    [retail, treasury]
}

fn projects() -> [Project; 2] {
    let payments = Project {
        project: id!(ProjectId "instant-payments"),
        name: "Instant Payments".into(),
        portfolio: "Payments".into(),
        sponsor: id!(PersonId "marisol-etcheverry"),
        department: id!(DepartmentId "retail-banking"),
        status: ProjectStatus::Active,
        bac: usd(4_200_000),
        pv: usd(2_520_000),
        ev: usd(2_310_000),
        ac: usd(2_604_000),
        percent_complete: Ratio::clamped(0.55),
        baseline_finish: time("2027-03-31T00:00:00Z"),
        forecast_finish: time("2027-04-21T00:00:00Z"),
        milestones: vec![Milestone {
            name: "Certified by the clearing house".into(),
            baseline: time("2026-12-15T00:00:00Z"),
            forecast: time("2027-01-12T00:00:00Z"),
            done: false,
        }],
        reported_rag: Rag::Amber,
        risk_score: 46,
    };
    let archive = Project {
        project: id!(ProjectId "records-archive"),
        name: "Records Archive".into(),
        portfolio: "Operations".into(),
        sponsor: id!(PersonId "ines-valdivia"),
        department: id!(DepartmentId "operations"),
        status: ProjectStatus::Planned,
        bac: usd(780_000),
        pv: usd(0),
        ev: usd(0),
        ac: usd(0),
        percent_complete: Ratio::ZERO,
        baseline_finish: time("2027-09-30T00:00:00Z"),
        forecast_finish: time("2027-09-30T00:00:00Z"),
        milestones: Vec::new(),
        reported_rag: Rag::Green,
        risk_score: 8,
    };
    [payments, archive]
}

fn items() -> [Compliance; 2] {
    let report = Compliance {
        item: id!(ItemId "BCRA-A-7724"),
        title: "Quarterly report on technology risk".into(),
        kind: ItemKind::Obligation,
        regulator: "BCRA".into(),
        jurisdiction: Country::AR,
        regulation: "Comunicación A 7724".into(),
        severity: Rating::High,
        status: ItemStatus::InProgress,
        opened: time("2026-10-01T12:00:00Z"),
        due: time("2026-12-10T21:00:00Z"),
        owner: id!(PersonId "lucia-ferreyra"),
        impact: Some(ImpactAssessment {
            rating: Rating::Medium,
            summary: "A late report is fined by the day".into(),
            exposure: Some(Money::major(45_000_000, Currency::Ars)),
        }),
        repeat_of: None,
    };
    let test = Compliance {
        item: id!(ItemId "SOX-404-CT-118"),
        title: "Segregation of duties in payment release".into(),
        kind: ItemKind::ControlTest,
        regulator: "SEC".into(),
        jurisdiction: Country::US,
        regulation: "SOX 404".into(),
        severity: Rating::Critical,
        status: ItemStatus::Failed,
        opened: time("2026-11-02T09:30:00Z"),
        due: time("2026-11-20T22:00:00Z"),
        owner: id!(PersonId "daniel-oyarzun"),
        impact: None,
        repeat_of: Some(id!(ItemId "SOX-404-CT-091")),
    };
    [report, test]
}

fn transactions() -> [Transaction; 2] {
    let purchase = Transaction {
        transaction: id!(TransactionId "txn-01938f2e-7c1a"),
        account: id!(AccountId "acc_9f31c2"),
        customer: id!(CustomerId "cus_4b07"),
        amount: Money::new(128_406, Currency::Brl),
        kind: TransactionType::Purchase,
        channel: Channel::Mobile,
        status: TransactionStatus::Approved,
        merchant_category: Some("5411".into()),
        country: Country::BR,
        card_present: false,
        device: Some(id!(DeviceId "dev_a81d")),
        ip_country: Some(Country::BR),
        balance_after: Some(Money::new(812_733, Currency::Brl)),
    };
    let withdrawal = Transaction {
        transaction: id!(TransactionId "txn-01938f2e-9b44"),
        account: id!(AccountId "acc_07ad55"),
        customer: id!(CustomerId "cus_91fe"),
        amount: Money::major(180_000, Currency::Clp),
        kind: TransactionType::Withdrawal,
        channel: Channel::Atm,
        status: TransactionStatus::Pending,
        merchant_category: None,
        country: Country::CL,
        card_present: true,
        device: None,
        ip_country: None,
        balance_after: None,
    };
    [purchase, withdrawal]
}

fn risks() -> [Risk; 2] {
    let credit = Risk {
        event: id!(RiskEventId "RSK-2041"),
        title: "Covenant breach of a copper exporter".into(),
        category: RiskCategory::Credit,
        business_line: "Corporate Lending".into(),
        probability: Ratio::clamped(0.08),
        impact: usd(24_000_000),
        gross_loss: usd(0),
        recovery: usd(0),
        officer: Some(id!(PersonId "rafael-quintana")),
        mitigation_status: MitigationStatus::InProgress,
        mitigation_due: Some(time("2026-12-18T00:00:00Z")),
        control_effectiveness: Ratio::clamped(0.4),
        credit: Some(CreditExposure {
            pd: Ratio::clamped(0.08),
            lgd: Ratio::clamped(0.45),
            ead: usd(24_000_000),
        }),
    };
    let cyber = Risk {
        event: id!(RiskEventId "RSK-2057"),
        title: "Credential stuffing against online banking".into(),
        category: RiskCategory::Cyber,
        business_line: "Retail Banking".into(),
        probability: Ratio::clamped(0.35),
        impact: usd(1_800_000),
        gross_loss: usd(64_200),
        recovery: usd(21_000),
        officer: None,
        mitigation_status: MitigationStatus::Planned,
        mitigation_due: None,
        control_effectiveness: Ratio::clamped(0.65),
        credit: None,
    };
    [credit, cyber]
}

fn systems() -> [System; 2] {
    let payments = System {
        service: id!(ServiceId "payments"),
        up: true,
        cpu_utilization: Ratio::clamped(0.42),
        memory_utilization: Ratio::clamped(0.63),
        request_rate: 812.5,
        error_ratio: Ratio::clamped(0.0021),
        latency_p50_ms: 18.4,
        latency_p95_ms: 61.0,
        latency_p99_ms: 143.2,
    };
    let ledger = System {
        service: id!(ServiceId "core-ledger"),
        up: false,
        cpu_utilization: Ratio::ZERO,
        memory_utilization: Ratio::ZERO,
        request_rate: 0.0,
        error_ratio: Ratio::ONE,
        latency_p50_ms: 0.0,
        latency_p95_ms: 0.0,
        latency_p99_ms: 0.0,
    };
    [payments, ledger]
}

fn dataset(name: &str) -> Dataset {
    Dataset {
        namespace: "postgres://warehouse".into(),
        name: DatasetId::new(name).expect("the identifiers of examples are good"),
    }
}

fn runs() -> [Etl; 2] {
    let complete = Etl {
        event_type: RunEventType::Complete,
        job: Job { namespace: "airflow".into(), name: id!(JobId "fx_rates") },
        run: Run { run_id: id!(RunId "01938f2e-4f6b-7d20-9c11-5be0a7b1c0de") },
        inputs: vec![dataset("raw.fx_quotes")],
        outputs: vec![dataset("ledger.fx_rates")],
        nominal_time: time("2026-11-23T14:00:00Z"),
        rows_in: 18_240,
        rows_out: 18_226,
        rows_rejected: 14,
        bytes: 2_914_304,
        duration_ms: 94_210,
        watermark: Some(time("2026-11-23T13:59:58Z")),
        attempt: 1,
        max_attempts: 3,
        error: None,
    };
    let fail = Etl {
        event_type: RunEventType::Fail,
        job: Job { namespace: "airflow".into(), name: id!(JobId "card_settlement") },
        run: Run { run_id: id!(RunId "01938f31-0a52-7e83-8d4f-22f61c9a7b40") },
        inputs: vec![dataset("raw.card_clearing")],
        outputs: Vec::new(),
        nominal_time: time("2026-11-23T13:30:00Z"),
        rows_in: 402_118,
        rows_out: 0,
        rows_rejected: 402_118,
        bytes: 0,
        duration_ms: 311_902,
        watermark: None,
        attempt: 3,
        max_attempts: 3,
        error: Some("the clearing file has an unknown version".into()),
    };
    [complete, fail]
}
