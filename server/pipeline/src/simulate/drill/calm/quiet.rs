//! Quiet states: for every topic a report that no rule minds, at any date.

use model::{
    Currency, FiscalPeriod, Money, Ratio, Timestamp,
    event::{
        Budget, Compliance, Etl, Project, Risk, System,
        budget::{CostCentreId, DepartmentId},
        compliance::{ItemId, ItemKind, ItemStatus, Rating},
        etl::{Dataset, DatasetId, Job, JobId, Run, RunEventType, RunId},
        project::{Milestone, ProjectId, ProjectStatus, Rag},
        risk::{CreditExposure, MitigationStatus, RiskCategory, RiskEventId},
        system::ServiceId,
    },
};

use crate::simulate::{
    cast::{
        COMPLIANCE_OWNERS, DEPARTMENTS, Department, JOBS, REGULATORS, RISK_OFFICERS, SERVICES,
        SUBJECTS, Undertaking, person_id,
    },
    drill::dice::Dice,
};

/// What risk events are about; the first seven in the order of `RiskCategory::ALL`.
pub const RISKS: [(RiskCategory, &str); 8] = [
    (RiskCategory::Credit, "Concentration in commodity exporters"),
    (RiskCategory::Market, "Sovereign bond spread"),
    (RiskCategory::Liquidity, "Wholesale funding roll-over"),
    (RiskCategory::Operational, "Manual release of large payments"),
    (RiskCategory::Compliance, "Late sanctions list"),
    (RiskCategory::Cyber, "Credential stuffing on online banking"),
    (RiskCategory::Reputational, "Coverage of card fees"),
    (RiskCategory::Operational, "Single supplier of cash machines"),
];

fn usd(major: i64) -> Money {
    Money::major(major, Currency::Usd)
}

fn whole_days(dice: &mut Dice, low: i64, high: i64) -> i64 {
    dice.whole(low, high) * Timestamp::DAY
}

/// A department that spends with its quarter: 2 % and four fifths of the share of the quarter that
/// has passed, more or less, and never more than 60 %. So its pace is at most 1.05 from the tenth
/// of the quarter on, from which pace is defined.
pub fn budget(dice: &mut Dice, of: &Department, now: Timestamp) -> Budget {
    let approved = usd(of.approved);
    let fiscal_period = FiscalPeriod::quarter_of(now);
    let elapsed = fiscal_period.elapsed(now);
    let used = f64::min(0.6, (0.02 + 0.8 * elapsed) * dice.between(0.85, 1.05));
    let centre = format!("{}-{}", of.cost_centre, dice.whole(1_000, 9_999));
    Budget {
        department: DepartmentId::new(of.id).expect("the cast has identities"),
        name: Some(of.name.to_owned()),
        cost_centre: CostCentreId::new(centre).expect("a cost centre is short"),
        svp: person_id(of.svp),
        fiscal_period,
        approved,
        planned_to_date: approved.scaled(elapsed),
        actual_to_date: approved.scaled(used),
        committed: approved.scaled(dice.between(0.04, 0.09)),
        forecast_remaining: approved.scaled(dice.between(0.92, 0.99) - used),
    }
}

/// A project that is on its budget and in its time, with weeks to go.
pub fn project(dice: &mut Dice, of: &Undertaking, now: Timestamp) -> Project {
    let bac = usd(of.bac);
    let done = dice.between(0.35, 0.70);
    let ev = bac.scaled(done);
    let baseline_finish = now.floor(Timestamp::DAY).plus(whole_days(dice, 45, 220));
    let slip = whole_days(dice, -3, 6);
    let department = DEPARTMENTS[of.department].id;
    Project {
        project: ProjectId::new(of.id).expect("the cast has identities"),
        name: of.name.to_owned(),
        portfolio: of.portfolio.to_owned(),
        sponsor: person_id(DEPARTMENTS[of.department].svp),
        department: DepartmentId::new(department).expect("the cast has identities"),
        status: ProjectStatus::Active,
        bac,
        pv: ev.scaled(1.0 / dice.between(0.98, 1.05)),
        ev,
        ac: ev.scaled(1.0 / dice.between(0.98, 1.05)),
        percent_complete: Ratio::clamped(done),
        baseline_finish,
        forecast_finish: baseline_finish.plus(slip),
        milestones: milestones(now, baseline_finish, slip),
        reported_rag: Rag::Green,
        risk_score: u8::try_from(dice.whole(10, 35)).unwrap_or(10),
    }
}

fn milestones(now: Timestamp, finish: Timestamp, slip: i64) -> Vec<Milestone> {
    let milestone = |name: &str, baseline: Timestamp, forecast: Timestamp, done| Milestone {
        name: name.to_owned(),
        baseline,
        forecast,
        done,
    };
    let designed = now.floor(Timestamp::DAY).plus(-60 * Timestamp::DAY);
    let tested = finish.plus(-21 * Timestamp::DAY);
    vec![
        milestone("Design approved", designed, designed, true),
        milestone("Tested", tested, tested.plus(slip), false),
        milestone("Live", finish, finish.plus(slip), false),
    ]
}

/// An item of low or medium weight, due in six weeks or later; some are closed already.
pub fn item(dice: &mut Dice, number: i64, now: Timestamp) -> Compliance {
    let &(kind, subject) = dice.pick(&SUBJECTS);
    let &(regulator, jurisdiction, rules) = dice.pick(&REGULATORS);
    let rule = 2_000 + number * 450 + dice.whole(0, 400);
    let opened = now.plus(-whole_days(dice, 2, 80));
    let done = if kind == ItemKind::ControlTest { ItemStatus::Passed } else { ItemStatus::Closed };
    let status = if number < 3 { done } else { ItemStatus::InProgress };
    let id = format!("{regulator}-{rule}");
    Compliance {
        item: ItemId::new(id).expect("an item's identity is short"),
        title: format!("{regulator} {rule}: {subject}"),
        kind,
        regulator: regulator.to_owned(),
        jurisdiction,
        regulation: format!("{rules} {rule}"),
        severity: *dice.pick(&[Rating::Low, Rating::Medium]),
        status,
        opened,
        due: now.plus(whole_days(dice, 42, 110)),
        owner: person_id(dice.pick::<&str>(&COMPLIANCE_OWNERS)),
        impact: None,
        repeat_of: None,
    }
}

/// A risk event in the lower left of the heat map: likelihood up to 3, impact up to 3.
pub fn risk(dice: &mut Dice, place: usize, now: Timestamp) -> Risk {
    let (category, title) = RISKS[place];
    let probability = Ratio::clamped(dice.between(0.02, 0.40));
    let impact = usd(dice.whole(60_000, 1_800_000));
    let officer = RiskCategory::ALL.iter().position(|of| *of == category);
    let credit = (category == RiskCategory::Credit).then(|| CreditExposure {
        pd: probability,
        lgd: Ratio::clamped(0.45),
        ead: impact.scaled(2.0),
    });
    let number = 2_000 + 40 * i64::try_from(place).unwrap_or(0) + dice.whole(0, 39);
    let gross_loss = usd(dice.whole(0, 40_000));
    Risk {
        event: RiskEventId::new(format!("RSK-{number}")).expect("a risk's identity is short"),
        title: title.to_owned(),
        category,
        business_line: dice.pick(&DEPARTMENTS).name.to_owned(),
        probability,
        impact,
        gross_loss,
        recovery: gross_loss.scaled(dice.between(0.0, 0.8)),
        officer: officer.map(|place| person_id(RISK_OFFICERS[place])),
        mitigation_status: MitigationStatus::InProgress,
        mitigation_due: Some(now.plus(whole_days(dice, 30, 150))),
        control_effectiveness: Ratio::clamped(dice.between(0.55, 0.85)),
        credit,
    }
}

/// A service that answers fast: at most four requests in a thousand fail.
pub fn service(dice: &mut Dice, turn: usize) -> System {
    let (service, rate, median, _) = SERVICES[turn % SERVICES.len()];
    let median = median * dice.between(0.9, 1.1);
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    System {
        service: ServiceId::new(service).expect("the cast has identities"),
        up: true,
        cpu_utilization: Ratio::clamped(dice.between(0.22, 0.58)),
        memory_utilization: Ratio::clamped(dice.between(0.35, 0.66)),
        request_rate: tenths(rate * dice.between(0.85, 1.15)),
        error_ratio: Ratio::clamped(dice.between(0.000_1, 0.004)),
        latency_p50_ms: tenths(median),
        latency_p95_ms: tenths(median * 1.9),
        latency_p99_ms: tenths(median * dice.between(2.2, 2.6)),
    }
}

/// A run that completed minutes ago, and refused less than half a per cent of its rows.
pub fn run(dice: &mut Dice, turn: usize, now: Timestamp) -> Etl {
    let of = &JOBS[turn % JOBS.len()];
    let dataset = |name: &str| Dataset {
        namespace: "warehouse".to_owned(),
        name: DatasetId::new(name).expect("the cast has identities"),
    };
    let rows_in = of.rows + dice.bits() % (of.rows / 10);
    let rows_rejected = dice.bits() % (rows_in / 200);
    let run = format!("{}-{:016x}", of.name, dice.bits());
    Etl {
        event_type: RunEventType::Complete,
        job: Job {
            namespace: "scheduler".to_owned(),
            name: JobId::new(of.name).expect("the cast has identities"),
        },
        run: Run { run_id: RunId::new(run).expect("a run's identity is short") },
        inputs: of.inputs.iter().map(|name| dataset(name)).collect(),
        outputs: vec![dataset(of.output)],
        nominal_time: now.floor(5 * Timestamp::MINUTE),
        rows_in,
        rows_out: rows_in - rows_rejected,
        rows_rejected,
        bytes: rows_in * 184,
        duration_ms: of.seconds * 1_000 + dice.bits() % (of.seconds * 100),
        watermark: Some(now.plus(-dice.whole(20, 240) * Timestamp::SECOND)),
        attempt: 1,
        max_attempts: 3,
        error: None,
    }
}
