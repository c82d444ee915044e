//! The cast of the simulated bank: its people, departments, projects, services and jobs. Tables,
//! no behaviour.

use model::{Person, PersonId, Ratio, event::compliance::ItemKind, unit::Country};

/// A department: id, name, cost centre, senior vice president, approved for a quarter in USD.
pub struct Department {
    /// Key of its events.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Prefix of its cost centres.
    pub cost_centre: &'static str,
    /// Senior vice president.
    pub svp: &'static str,
    /// Approved for a quarter, in whole US dollars.
    pub approved: i64,
    /// Share of the approved budget that it spends by the end of a quarter.
    pub appetite: f64,
}

const fn department(
    id: &'static str,
    name: &'static str,
    cost_centre: &'static str,
    svp: &'static str,
    approved: i64,
    appetite: f64,
) -> Department {
    Department { id, name, cost_centre, svp, approved, appetite }
}

/// The departments.
pub const DEPARTMENTS: [Department; 6] = [
    department("retail-banking", "Retail Banking", "RB", "marisol-etcheverry", 103_000_000, 0.97),
    department(
        "technology-operations",
        "Technology & Operations",
        "TO",
        "priya-raman",
        135_000_000,
        0.93,
    ),
    department("commercial-banking", "Commercial Banking", "CB", "daniel-okafor", 67_100_000, 0.89),
    department("capital-markets", "Capital Markets", "CM", "ingrid-halvorsen", 48_800_000, 0.88),
    department(
        "wealth-management",
        "Wealth Management",
        "WM",
        "tomas-rivadeneira",
        30_600_000,
        0.86,
    ),
    department("risk-compliance", "Risk & Compliance", "RC", "henrik-lindqvist", 24_000_000, 0.85),
];

/// Id, name, title and superior of everybody.
const PEOPLE: [(&str, &str, &str, Option<&str>); 17] = [
    ("helena-voss", "Helena Voss", "Chief executive officer", None),
    ("rafael-quiroga", "Rafael Quiroga", "Chief financial officer", Some("helena-voss")),
    ("amara-nwosu", "Amara Nwosu", "Chief operating officer", Some("helena-voss")),
    ("sofia-lindgren", "Sofia Lindgren", "Chief risk officer", Some("helena-voss")),
    ("marisol-etcheverry", "Marisol Etcheverry", "SVP Retail Banking", Some("rafael-quiroga")),
    ("priya-raman", "Priya Raman", "SVP Technology & Operations", Some("amara-nwosu")),
    ("daniel-okafor", "Daniel Okafor", "SVP Commercial Banking", Some("rafael-quiroga")),
    ("ingrid-halvorsen", "Ingrid Halvorsen", "SVP Capital Markets", Some("rafael-quiroga")),
    ("tomas-rivadeneira", "Tomás Rivadeneira", "SVP Wealth Management", Some("rafael-quiroga")),
    ("henrik-lindqvist", "Henrik Lindqvist", "SVP Risk & Compliance", Some("sofia-lindgren")),
    ("lucia-ferreyra", "Lucía Ferreyra", "Head of regulatory affairs", Some("henrik-lindqvist")),
    ("bruno-carvalho", "Bruno Carvalho", "Head of internal control", Some("henrik-lindqvist")),
    ("camila-soto", "Camila Soto", "Head of market risk", Some("sofia-lindgren")),
    ("kenji-moreno", "Kenji Moreno", "Head of credit risk", Some("sofia-lindgren")),
    ("nadia-benali", "Nadia Benali", "Head of cyber defence", Some("priya-raman")),
    ("oskar-dahl", "Oskar Dahl", "Head of operational risk", Some("henrik-lindqvist")),
    ("valentina-rios", "Valentina Ríos", "Head of payments", Some("priya-raman")),
];

/// The directory of people, up to the chief executive.
pub fn people() -> Vec<Person> {
    let person = |&(id, name, title, superior): &(&str, &str, &str, Option<&str>)| Person {
        id: person_id(id),
        name: name.to_owned(),
        title: title.to_owned(),
        superior: superior.map(person_id),
    };
    PEOPLE.iter().map(person).collect()
}

/// The identity of somebody of the cast.
pub fn person_id(id: &str) -> PersonId {
    PersonId::new(id).expect("the cast has identities")
}

/// Who deals with compliance items, in turn.
pub const COMPLIANCE_OWNERS: [&str; 4] =
    ["lucia-ferreyra", "bruno-carvalho", "henrik-lindqvist", "oskar-dahl"];

/// Who deals with each category of risk, in the order of `RiskCategory::ALL`.
pub const RISK_OFFICERS: [&str; 7] = [
    "kenji-moreno",
    "camila-soto",
    "rafael-quiroga",
    "oskar-dahl",
    "henrik-lindqvist",
    "nadia-benali",
    "helena-voss",
];

/// A project: id, name, portfolio, department (place in [`DEPARTMENTS`]), budget in USD, and how
/// it goes in an ordinary quarter: final CPI, final SPI, days of slip.
pub struct Undertaking {
    /// Key of its events.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Portfolio.
    pub portfolio: &'static str,
    /// Place of its department in [`DEPARTMENTS`].
    pub department: usize,
    /// Budget at completion, in whole US dollars.
    pub bac: i64,
    /// Cost performance that it tends to.
    pub cpi: f64,
    /// Schedule performance that it tends to.
    pub spi: f64,
    /// Days by which its forecast is late.
    pub slip_days: i64,
}

const fn project(
    id: &'static str,
    name: &'static str,
    portfolio: &'static str,
    department: usize,
    bac: i64,
    health: (f64, f64, i64),
) -> Undertaking {
    let (cpi, spi, slip_days) = health;
    Undertaking { id, name, portfolio, department, bac, cpi, spi, slip_days }
}

/// The projects.
pub const PROJECTS: [Undertaking; 14] = [
    project("instant-payments", "Instant Payments", "Payments", 1, 18_400_000, (0.87, 0.92, 19)),
    project("ledger-migration", "Ledger Migration", "Core", 1, 32_000_000, (0.96, 0.97, 4)),
    project("kyc-remediation", "KYC Remediation", "Compliance", 5, 9_200_000, (0.93, 0.96, 8)),
    project("branch-refit", "Branch Refit", "Channels", 0, 14_500_000, (0.94, 0.98, 5)),
    project("mobile-onboarding", "Mobile Onboarding", "Channels", 0, 7_800_000, (1.03, 1.02, -2)),
    project("fraud-scoring", "Fraud Scoring", "Payments", 1, 6_400_000, (1.01, 0.99, 1)),
    project(
        "trade-finance-portal",
        "Trade Finance Portal",
        "Corporate",
        2,
        11_300_000,
        (0.99, 1.00, 0),
    ),
    project("cash-pooling", "Cash Pooling", "Corporate", 2, 5_100_000, (1.05, 1.03, -3)),
    project("collateral-engine", "Collateral Engine", "Markets", 3, 12_700_000, (0.98, 0.97, 6)),
    project("fx-pricing", "FX Pricing", "Markets", 3, 4_900_000, (1.02, 1.01, 0)),
    project("advisor-desktop", "Advisor Desktop", "Wealth", 4, 6_900_000, (1.00, 1.02, 0)),
    project("robo-mandates", "Robo Mandates", "Wealth", 4, 3_600_000, (1.04, 0.99, 2)),
    project("regulatory-hub", "Regulatory Hub", "Compliance", 5, 8_300_000, (0.99, 0.98, 3)),
    project("data-lineage", "Data Lineage", "Core", 1, 5_700_000, (1.01, 1.00, 0)),
];

/// A service: key, usual requests a second, median latency in ms, share of the load by night.
pub const SERVICES: [(&str, f64, f64, f64); 14] = [
    ("payments", 420.0, 38.0, 0.25),
    ("ledger", 610.0, 22.0, 0.40),
    ("notify", 180.0, 61.0, 0.30),
    ("fx", 95.0, 18.0, 0.20),
    ("cards", 540.0, 41.0, 0.35),
    ("auth", 730.0, 15.0, 0.20),
    ("accounts", 480.0, 27.0, 0.25),
    ("statements", 60.0, 74.0, 0.50),
    ("limits", 310.0, 12.0, 0.30),
    ("fraud", 390.0, 33.0, 0.35),
    ("onboarding", 45.0, 58.0, 0.10),
    ("pricing", 120.0, 21.0, 0.15),
    ("gateway", 1_150.0, 9.0, 0.30),
    ("search", 75.0, 47.0, 0.15),
];

/// A job: name, inputs, output, rows in a run, median duration in seconds.
pub struct Work {
    /// Name; the key.
    pub name: &'static str,
    /// Data sets that it reads.
    pub inputs: &'static [&'static str],
    /// Data set that it writes.
    pub output: &'static str,
    /// Rows that a run usually reads.
    pub rows: u64,
    /// Seconds that a run usually takes.
    pub seconds: u64,
}

const fn work(
    name: &'static str,
    inputs: &'static [&'static str],
    output: &'static str,
    rows: u64,
    seconds: u64,
) -> Work {
    Work { name, inputs, output, rows, seconds }
}

/// The jobs, upstream first.
pub const JOBS: [Work; 9] = [
    work("fx_rates", &["market.quotes"], "ledger.fx_rates", 2_400, 25),
    work("gl_postings", &["core.movements"], "ledger.postings", 184_000, 140),
    work("card_clearing", &["cards.authorisations"], "ledger.clearing", 96_000, 90),
    work("settlement", &["ledger.postings", "ledger.clearing"], "treasury.settlement", 61_000, 80),
    work(
        "treasury_position",
        &["treasury.settlement", "ledger.fx_rates"],
        "treasury.position",
        8_200,
        45,
    ),
    work("kyc_refresh", &["crm.customers"], "risk.kyc", 43_000, 120),
    work("aml_screening", &["risk.kyc", "core.movements"], "risk.aml", 152_000, 170),
    work("risk_exposure", &["treasury.position", "risk.aml"], "risk.exposure", 27_500, 70),
    work("board_pack", &["risk.exposure", "ledger.postings"], "reports.board", 1_900, 30),
];

/// A regulator: name, country, prefix of its rules.
pub const REGULATORS: [(&str, Country, &str); 6] = [
    ("BCRA", Country::AR, "Comunicación A"),
    ("CMF", Country::CL, "Circular"),
    ("BACEN", Country::BR, "Resolução"),
    ("CNBV", Country::MX, "Disposición"),
    ("SFC", Country::CO, "Circular Externa"),
    ("OCC", Country::US, "Bulletin"),
];

/// What compliance items are about, by kind.
pub const SUBJECTS: [(ItemKind, &str); 10] = [
    (ItemKind::Obligation, "liquidity coverage report"),
    (ItemKind::ControlTest, "segregation of duties"),
    (ItemKind::Finding, "incomplete beneficial owners"),
    (ItemKind::Obligation, "suspicious transaction report"),
    (ItemKind::ControlTest, "privileged access review"),
    (ItemKind::RegulatoryChange, "card fee revision"),
    (ItemKind::Obligation, "capital adequacy return"),
    (ItemKind::ControlTest, "payment release limits"),
    (ItemKind::Incident, "late customer notice"),
    (ItemKind::Finding, "outdated outsourcing register"),
];

/// A share of the cast's tables, which are all within 0 and 1.
pub fn share(value: f64) -> Ratio {
    Ratio::clamped(value)
}
