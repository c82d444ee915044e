//! Risk: expected and residual loss, and the cell of the heat map.
//!
//! Expected loss is probability x impact (ISO 31010:2019, B.10), for credit PD x LGD x EAD (Basel
//! Framework, CRE31 and CRE32). Residual risk is what the controls leave (COSO, Enterprise Risk
//! Management, 2017). The 5 by 5 matrix is that of ISO 31010:2019, B.10.3.

use model::{
    Change, Figure, Money, Origin, Timestamp,
    event::Risk,
    view::risk::{Row, impact, likelihood, rating},
};

use super::{Output, Reading, Readings, compliance, days};

/// Folds a report; an older one than the row's changes nothing.
pub(crate) fn fold(
    risk: &Risk,
    origin: Origin,
    now: Timestamp,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let known = out.snapshot.risk.get(risk.event.as_str());
    if known.is_some_and(|row| row.origin.time > origin.time) {
        return;
    }
    let row = row(risk, origin);
    read(&row, now, readings);
    out.emit(Change::Risk(Box::new(row)));
}

/// The row of a report.
fn row(risk: &Risk, origin: Origin) -> Row {
    let expected_loss = expected_loss(risk);
    let (likelihood, impact) = (likelihood(risk.probability), impact(risk.impact));
    Row {
        residual: expected_loss.scaled(risk.control_effectiveness.complement().get()),
        expected_loss,
        likelihood,
        impact,
        rating: rating(likelihood, impact),
        risk: risk.clone(),
        origin,
    }
}

/// Probability x impact; PD x LGD x EAD where the credit parameters are known.
fn expected_loss(risk: &Risk) -> Money {
    match risk.credit {
        Some(credit) => credit.ead.scaled(credit.pd.get() * credit.lgd.get()),
        None => risk.impact.scaled(risk.probability.get()),
    }
}

/// The figures of a row.
pub(crate) fn read(row: &Row, now: Timestamp, readings: &mut Readings) {
    readings.clear();
    let open = row.is_open();
    let weight = if open { compliance::rating(row.rating) } else { 0 };
    let late = row.risk.mitigation_due.filter(|_| row.is_overdue(now)).map(|due| now.since(due));
    let loss = |money: Money| Reading::from(open.then(|| money.approximate_major()));
    readings.extend([
        (Figure::ExpectedLoss, loss(row.expected_loss)),
        (Figure::ResidualRisk, loss(row.residual)),
        (Figure::RiskRating, Reading::Value(f64::from(weight))),
        (Figure::MitigationOverdueDays, late.map(days).into()),
    ]);
}

#[cfg(test)]
mod tests {
    use model::{
        Ratio,
        event::{
            compliance::Rating,
            risk::{CreditExposure, MitigationStatus},
        },
    };

    use super::*;
    use crate::process::testing::{origin, ratio, risk, time, usd};

    fn row_of(risk: &Risk) -> Row {
        row(risk, origin(time("2026-11-23T12:00:00Z"), 1))
    }

    #[test]
    fn expected_and_residual_loss() {
        let row = row_of(&risk("x", 0.2, 1_000_000));
        assert_eq!(row.expected_loss, usd(200_000));
        assert_eq!(row.residual, usd(50_000), "controls take three quarters");
        assert_eq!((row.likelihood, row.impact, row.rating), (2, 3, Rating::Medium));
    }

    #[test]
    fn credit_is_pd_x_lgd_x_ead() {
        let credit = CreditExposure { pd: ratio(0.02), lgd: ratio(0.45), ead: usd(10_000_000) };
        let row = row_of(&Risk { credit: Some(credit), ..risk("x", 0.9, 11_000_000) });
        assert_eq!(row.expected_loss, usd(90_000));
        assert_eq!(row.residual, usd(22_500));
        assert_eq!((row.likelihood, row.impact, row.rating), (5, 5, Rating::Critical));
    }

    #[test]
    fn mitigation_is_overdue_while_it_is_open() {
        let now = time("2026-11-23T12:00:00Z");
        let check = |mitigation_status, due: i64, expected: Reading, rating: f64| {
            let mitigation_due = Some(now.plus(due * Timestamp::DAY));
            let control_effectiveness = Ratio::ZERO;
            let risk = Risk {
                mitigation_status,
                mitigation_due,
                control_effectiveness,
                ..risk("x", 0.9, 11_000_000)
            };
            let mut readings = Readings::new();
            read(&row_of(&risk), now, &mut readings);
            assert_eq!(readings[2].1, Reading::Value(rating));
            assert_eq!(readings[3].1, expected);
        };
        check(MitigationStatus::Planned, -3, Reading::Value(3.0), 4.0);
        check(MitigationStatus::Planned, 3, Reading::Undefined, 4.0);
        check(MitigationStatus::Completed, -3, Reading::Undefined, 0.0);
    }
}
