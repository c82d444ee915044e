//! Risk events: each place of the register is always taken; an event is mitigated and makes room
//! for the next. The market moves the probability of market and liquidity risk.

use model::{
    Currency, Money, Timestamp,
    event::{
        Risk,
        risk::{CreditExposure, MitigationStatus, RiskCategory, RiskEventId},
    },
};

use super::{
    cast::{DEPARTMENTS, RISK_OFFICERS, person_id, share},
    chance::draw,
    world::market,
};

/// Places of the register: at 30 s each is heard of within half an hour.
const PLACES: u64 = 49;

/// Share of its life after which the mitigation is due.
const DUE: f64 = 0.78;

/// Titles, by category in the order of `RiskCategory::ALL`.
const TITLES: [[&str; 3]; 7] = [
    ["Exporter downgrade", "Retail portfolio vintage", "Concentration in energy"],
    ["Rates repricing", "Peso depreciation", "Equity margin call"],
    ["Intraday funding gap", "Deposit concentration", "Collateral shortfall"],
    ["Payment release error", "Vendor outage", "Model input error"],
    ["Sanctions list delay", "Suitability complaint", "Reporting error"],
    ["Phishing wave", "Credential stuffing", "Unpatched gateway"],
    ["Branch closure press", "Complaint trend", "Outage on social media"],
];

/// The life of one risk event.
struct Life {
    seed: u64,
    place: u64,
    number: i64,
    opened: Timestamp,
    length: i64,
    along: f64,
}

impl Life {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days")]
    fn at(seed: u64, place: u64, time: Timestamp) -> Self {
        let name = 500 + place;
        let length = Timestamp::DAY * (30 + (draw(seed, (name, 0)) * 70.0) as i64);
        let shift = (draw(seed, (name, 1)) * length as f64) as i64;
        let number = (time.millis() - shift).div_euclid(length);
        let opened = Timestamp::from_millis(number * length + shift);
        let along = time.since(opened) as f64 / length as f64;
        Self { seed, place, number, opened, length, along }
    }

    fn draw(&self, what: u64) -> f64 {
        draw(self.seed, (50_000 + self.place * 16 + what, self.number.unsigned_abs()))
    }

    fn status(&self) -> MitigationStatus {
        let done = if self.draw(1) < 0.1 { DUE + 0.1 } else { DUE - 0.03 };
        match self.along / done {
            ..0.1 => MitigationStatus::None,
            ..0.3 => MitigationStatus::Planned,
            ..1.0 => MitigationStatus::InProgress,
            _ if self.draw(2) < 0.15 => MitigationStatus::Accepted,
            _ => MitigationStatus::Completed,
        }
    }

    /// What it costs when it happens: a long tail, from tens of thousands to millions.
    fn impact(&self) -> Money {
        let tail = (-(1.0 - self.draw(3)).ln()).powf(1.6);
        Money::major(110_000, Currency::Usd).scaled(1.0 + 14.0 * tail)
    }
}

/// What a slot reports: events in turn; with it what correlates it with others, in a storm.
pub fn report(seed: u64, turn: u64, time: Timestamp) -> (Risk, Option<String>) {
    let place = turn % PLACES;
    let life = Life::at(seed, place, time);
    let index = usize::try_from(place % RiskCategory::ALL.len() as u64).unwrap_or(0);
    let category = RiskCategory::ALL[index];
    let storm = market(seed, time);
    let moves = matches!(category, RiskCategory::Market | RiskCategory::Liquidity);
    let correlation = (moves && storm > 0.6)
        .then(|| format!("market-{}", time.millis().div_euclid(Timestamp::HOUR)));
    (event(&life, index, if moves { storm } else { storm * 0.2 }), correlation)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days")]
fn event(life: &Life, index: usize, storm: f64) -> Risk {
    let category = RiskCategory::ALL[index];
    let probability = (0.02 + 0.42 * life.draw(4).powi(2)) * (1.0 + 0.15 * storm);
    let impact = life.impact();
    let status = life.status();
    let loss = if life.draw(5) < 0.3 {
        impact.scaled(0.2 * life.draw(6))
    } else {
        Money::zero(Currency::Usd)
    };
    let titles = TITLES[index];
    let title = titles[usize::try_from(life.number.rem_euclid(3)).unwrap_or(0)];
    let line = DEPARTMENTS[usize::try_from(life.place % 6).unwrap_or(0)].name;
    Risk {
        event: RiskEventId::new(format!(
            "RSK-{}{:02}",
            20 + life.number.rem_euclid(80),
            life.place
        ))
        .expect("numbers identify"),
        title: title.to_owned(),
        category,
        business_line: line.to_owned(),
        probability: share(probability),
        impact,
        gross_loss: loss,
        recovery: loss.scaled(0.4 * life.draw(7)),
        officer: (life.along > 0.01).then(|| person_id(RISK_OFFICERS[index])),
        mitigation_status: status,
        mitigation_due: Some(life.opened.plus((life.length as f64 * DUE) as i64)),
        control_effectiveness: share(0.25 + 0.5 * life.draw(8)),
        credit: (category == RiskCategory::Credit).then(|| CreditExposure {
            pd: share(probability * 0.4),
            lgd: share(0.35 + 0.2 * life.draw(9)),
            ead: impact.scaled(2.5),
        }),
    }
}
