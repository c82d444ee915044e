//! Compliance items: each place of the register is always taken; an item lives through its cycle
//! and makes room for the next.

use model::{
    Currency, Money, Timestamp,
    event::{
        Compliance,
        compliance::{ImpactAssessment, ItemId, ItemKind, ItemStatus, Rating},
    },
};

use super::{
    cast::{COMPLIANCE_OWNERS, REGULATORS, SUBJECTS, person_id},
    chance::draw,
};

/// Places of the register: at 45 s each is heard of within an hour.
const PLACES: u64 = 76;

/// Share of its life after which an item is due.
const DUE: f64 = 0.62;

/// Share of items that are done late.
const LATE: f64 = 0.3;

/// What a slot reports: items in turn.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days")]
pub fn report(seed: u64, turn: u64, time: Timestamp) -> Compliance {
    let place = turn % PLACES;
    let name = 200 + place;
    let length = Timestamp::DAY * (45 + (draw(seed, (name, 0)) * 60.0) as i64);
    let shift = (draw(seed, (name, 1)) * length as f64) as i64;
    let number = (time.millis() - shift).div_euclid(length);
    let opened = Timestamp::from_millis(number * length + shift);
    let along = time.since(opened) as f64 / length as f64;
    item(&Life { seed, place, number, opened, length, along })
}

/// The life of one item.
struct Life {
    seed: u64,
    place: u64,
    number: i64,
    opened: Timestamp,
    length: i64,
    along: f64,
}

impl Life {
    /// A draw that belongs to this item alone.
    fn draw(&self, what: u64) -> f64 {
        draw(self.seed, (20_000 + self.place * 16 + what, self.number.unsigned_abs()))
    }

    fn choose<T: Copy>(&self, what: u64, from: &[T]) -> T {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a draw is below 1"
        )]
        let index = (self.draw(what) * from.len() as f64) as usize;
        from[index]
    }

    fn severity(&self) -> Rating {
        match self.draw(1) {
            ..0.45 => Rating::Low,
            ..0.82 => Rating::Medium,
            ..0.985 => Rating::High,
            _ => Rating::Critical,
        }
    }

    fn status(&self, kind: ItemKind) -> ItemStatus {
        let done = if self.draw(2) < LATE { DUE + 0.15 } else { DUE - 0.04 };
        match self.along / done {
            ..0.2 => ItemStatus::Open,
            ..0.7 => ItemStatus::InProgress,
            ..1.0 => ItemStatus::UnderReview,
            _ if kind != ItemKind::ControlTest => ItemStatus::Closed,
            _ if self.draw(3) < 0.06 => ItemStatus::Failed,
            _ => ItemStatus::Passed,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days")]
fn item(life: &Life) -> Compliance {
    let (kind, subject) = life.choose(4, &SUBJECTS);
    let (regulator, jurisdiction, rules) = life.choose(5, &REGULATORS);
    let number = 1_000 + (life.draw(6) * 8_000.0) as u32;
    let severity = life.severity();
    let status = life.status(kind);
    let id = |number: i64| {
        ItemId::new(format!("{regulator}-{:02}-{number}", life.place))
            .expect("a regulator and numbers identify")
    };
    let repeats = kind == ItemKind::Finding && life.draw(7) < 0.1;
    Compliance {
        item: id(life.number),
        title: format!("{regulator} {number} {subject}"),
        kind,
        regulator: regulator.to_owned(),
        jurisdiction,
        regulation: format!("{rules} {number}"),
        severity,
        status,
        opened: life.opened,
        due: life.opened.plus((life.length as f64 * DUE) as i64),
        owner: person_id(life.choose(8, &COMPLIANCE_OWNERS)),
        impact: (status != ItemStatus::Open).then(|| impact(life, severity)),
        repeat_of: repeats.then(|| id(life.number - 1)),
    }
}

fn impact(life: &Life, rating: Rating) -> ImpactAssessment {
    let scale = match rating {
        Rating::Low => 20_000,
        Rating::Medium => 120_000,
        Rating::High => 900_000,
        Rating::Critical => 4_000_000,
    };
    let exposure = Money::major(scale, Currency::Usd).scaled(0.5 + life.draw(9));
    ImpactAssessment {
        rating,
        summary: "Fine and remediation if missed".to_owned(),
        exposure: Some(exposure),
    }
}
