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
