//! What the tests of all processors share.

use model::{
    Currency, Envelope, Event, EventId, Money, Origin, Payload, Provenance, Ratio, Timestamp,
    event::{
        Budget, Compliance, Etl, Project, Risk, System, Transaction,
        compliance::{ItemKind, ItemStatus, Rating},
        etl::{Dataset, DatasetId, Job, Run, RunEventType},
        project::{ProjectStatus, Rag},
        risk::{MitigationStatus, RiskCategory},
        transaction::{Channel, TransactionStatus, TransactionType},
    },
    unit::Country,
};

/// An identifier of whatever kind is asked for.
pub fn id<Id: TryFrom<String>>(text: &str) -> Id {
    let id = Id::try_from(text.to_owned());
    id.unwrap_or_else(|_| panic!("a test's id is short and printable"))
}

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a test's time is RFC 3339")
}

pub fn usd(major: i64) -> Money {
    Money::major(major, Currency::Usd)
}

pub fn ratio(value: f64) -> Ratio {
    Ratio::new(value).expect("a test's ratio lies between 0 and 1")
}

pub fn origin(time: Timestamp, sequence: u64) -> Origin {
    Origin { event: id(&format!("e{sequence}")), time, sequence, position: None }
}

pub fn event(time: Timestamp, data: Payload) -> Event {
    let event: EventId = id(&format!("{}-{time}", data.entity()));
    data.validate().expect("a test's payload is valid");
    let envelope = Envelope {
        id: event,
        source: "/test".into(),
        kind: format!("streamboard.{}.v1", data.topic()),
        subject: data.entity().to_owned(),
        time,
        dataschema: None,
        tenant: None,
        provenance: Provenance::Real,
        correlation: None,
        scenario: None,
        sequence: None,
    };
    Event { envelope, data }
}

/// A budget of the fourth quarter of 2026; half of it was planned by now.
pub fn budget(department: &str, approved: i64, actual: i64) -> Budget {
    Budget {
        department: id(department),
        name: None,
        cost_centre: id("CC-1"),
        svp: id("svp"),
        fiscal_period: "2026-Q4".parse().expect("a period"),
        approved: usd(approved),
        planned_to_date: usd(approved / 2),
        actual_to_date: usd(actual),
        committed: usd(0),
        forecast_remaining: usd(0),
    }
}

/// An active project that slips by ten days.
pub fn project(project: &str, bac: i64, pv: i64, ev: i64, ac: i64) -> Project {
    Project {
        project: id(project),
        name: model::person::readable(project),
        portfolio: "Payments".into(),
        sponsor: id("svp"),
        department: id("retail-banking"),
        status: ProjectStatus::Active,
        bac: usd(bac),
        pv: usd(pv),
        ev: usd(ev),
        ac: usd(ac),
        percent_complete: ratio(0.5),
        baseline_finish: time("2026-12-31T00:00:00Z"),
        forecast_finish: time("2027-01-10T00:00:00Z"),
        milestones: Vec::new(),
        reported_rag: Rag::Amber,
        risk_score: 40,
    }
}

pub fn compliance(item: &str, severity: Rating) -> Compliance {
    Compliance {
        item: id(item),
        title: format!("{item} report"),
        kind: ItemKind::Obligation,
        regulator: "BCRA".into(),
        jurisdiction: Country::AR,
        regulation: "A 7724".into(),
        severity,
        status: ItemStatus::Open,
        opened: time("2026-10-01T00:00:00Z"),
        due: time("2026-12-01T00:00:00Z"),
        owner: id("svp"),
        impact: None,
        repeat_of: None,
    }
}

pub fn transaction(account: &str, major: i64) -> Transaction {
    Transaction {
        transaction: id("t"),
        account: id(account),
        customer: id("c"),
        amount: usd(major),
        kind: TransactionType::Purchase,
        channel: Channel::Online,
        status: TransactionStatus::Approved,
        merchant_category: None,
        country: Country::AR,
        card_present: false,
        device: Some(id("phone")),
        ip_country: Some(Country::AR),
        balance_after: None,
    }
}

/// A risk whose controls take three quarters.
pub fn risk(event: &str, probability: f64, impact: i64) -> Risk {
    Risk {
        event: id(event),
        title: format!("Risk {event}"),
        category: RiskCategory::Credit,
        business_line: "Retail".into(),
        probability: ratio(probability),
        impact: usd(impact),
        gross_loss: usd(0),
        recovery: usd(0),
        officer: Some(id("svp")),
        mitigation_status: MitigationStatus::InProgress,
        mitigation_due: None,
        control_effectiveness: ratio(0.75),
        credit: None,
    }
}

pub fn system(service: &str, errors: f64) -> System {
    System {
        service: id(service),
        up: true,
        cpu_utilization: ratio(0.5),
        memory_utilization: ratio(0.5),
        request_rate: 100.0,
        error_ratio: ratio(errors),
        latency_p50_ms: 10.0,
        latency_p95_ms: 50.0,
        latency_p99_ms: 100.0,
    }
}

/// A run of 1,000 rows in a second that reads and writes one data set each.
pub fn etl(job: &str, event_type: RunEventType, reads: &str, writes: &str) -> Etl {
    let dataset = |name: &str| {
        let name: DatasetId = id(name);
        vec![Dataset { namespace: "dwh".into(), name }]
    };
    Etl {
        event_type,
        job: Job { namespace: "airflow".into(), name: id(job) },
        run: Run { run_id: id("run") },
        inputs: dataset(reads),
        outputs: dataset(writes),
        nominal_time: time("2026-11-23T12:00:00Z"),
        rows_in: 1_000,
        rows_out: 1_000,
        rows_rejected: 0,
        bytes: 1,
        duration_ms: 1_000,
        watermark: None,
        attempt: 3,
        max_attempts: 3,
        error: None,
    }
}
