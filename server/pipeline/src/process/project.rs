//! Projects: earned value management.
//!
//! Formulas of PMI, The Standard for Earned Value Management (2019), section 4: CV = EV - AC,
//! SV = EV - PV, CPI = EV / AC, SPI = EV / PV, EAC = BAC / CPI, ETC = EAC - AC, VAC = BAC - EAC,
//! TCPI = (BAC - EV) / (BAC - AC).

use model::{
    Change, Figure, Money, Origin, Timestamp,
    event::{
        Project,
        project::{ProjectStatus, Rag},
    },
    view::project::{RiskParts, Row},
};

use super::{Output, Reading, Readings, days, exact::mul_div};

/// CPI below which a project that reports green is a watermelon: green outside, red inside.
const WATERMELON: f64 = 0.9;

/// Days of slip at which the deadline part of the risk score is full.
const FULL_SLIP: f64 = 40.0;

/// Folds a report; an older one than the row's changes nothing.
pub(crate) fn fold(
    project: &Project,
    origin: Origin,
    now: Timestamp,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let known = out.snapshot.projects.get(project.project.as_str());
    if known.is_some_and(|row| row.origin.time > origin.time) {
        return;
    }
    let row = row(project, origin);
    read(&row, now, readings);
    out.emit(Change::Project(Box::new(row)));
}

/// The row of a report.
fn row(project: &Project, origin: Origin) -> Row {
    let Project { bac, pv, ev, ac, .. } = *project;
    let difference = |a: Money, b: Money| Money::new(a.minor.saturating_sub(b.minor), bac.currency);
    let (cpi, spi) = (ev.share_of(ac), ev.share_of(pv));
    let eac = mul_div(bac.minor, ac.minor, ev.minor).map(|minor| Money::new(minor, bac.currency));
    let slip_days = days(project.forecast_finish.since(project.baseline_finish));
    Row {
        cv: difference(ev, ac),
        sv: difference(ev, pv),
        cpi,
        spi,
        eac,
        etc: eac.map(|eac| difference(eac, ac)),
        vac: eac.map(|eac| difference(bac, eac)),
        tcpi: difference(bac, ev).share_of(difference(bac, ac)),
        slip_days,
        watermelon: project.reported_rag == Rag::Green && cpi.is_some_and(|cpi| cpi < WATERMELON),
        risk: RiskParts {
            cost: part((1.0 - cpi.unwrap_or(1.0)) / 0.3, 30.0),
            schedule: part((1.0 - spi.unwrap_or(1.0)) / 0.3, 30.0),
            deadline: part(slip_days / FULL_SLIP, 20.0),
            reported: part(f64::from(project.risk_score) / 100.0, 20.0),
        },
        project: project.clone(),
        origin,
    }
}

/// A part of the risk score: a share of its upper bound, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lies within 0..=30")]
fn part(share: f64, full: f64) -> u8 {
    (share.clamp(0.0, 1.0) * full).round() as u8
}

/// Whether work is left.
pub(crate) fn is_open(status: ProjectStatus) -> bool {
    !matches!(status, ProjectStatus::Completed | ProjectStatus::Cancelled)
}

/// The figures of a row; only a project under way has any.
pub(crate) fn read(row: &Row, now: Timestamp, readings: &mut Readings) {
    readings.clear();
    let active = row.project.status == ProjectStatus::Active;
    let under_way = |value: Option<f64>| Reading::from(value.filter(|_| active));
    let vac = row.vac.and_then(|vac| vac.share_of(row.project.bac));
    let to_finish = days(row.project.baseline_finish.since(now));
    readings.extend([
        (Figure::Cpi, under_way(row.cpi)),
        (Figure::Spi, under_way(row.spi)),
        (Figure::SlipDays, under_way(Some(row.slip_days))),
        (Figure::DaysToFinish, under_way(Some(to_finish))),
        (Figure::Completion, under_way(Some(row.project.percent_complete.get()))),
        (Figure::BudgetOverrun, under_way(vac.map(|vac| -vac))),
        (Figure::Watermelon, under_way(Some(f64::from(u8::from(row.watermelon))))),
        (Figure::StatusAge, under_way(Some(days(now.since(row.origin.time).max(0))))),
        (Figure::ProjectRisk, under_way(Some(f64::from(row.risk.total())))),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::testing::{origin, project, time, usd};

    fn figures(bac: i64, pv: i64, ev: i64, ac: i64) -> Row {
        row(&project("instant-payments", bac, pv, ev, ac), origin(time("2026-11-23T12:00:00Z"), 1))
    }

    #[test]
    fn the_textbook_project() {
        let row = figures(100_000, 50_000, 40_000, 60_000);
        assert_eq!((row.cv, row.sv), (usd(-20_000), usd(-10_000)));
        assert_eq!((row.cpi, row.spi), (Some(40.0 / 60.0), Some(0.8)));
        assert_eq!(row.eac, Some(usd(150_000)));
        assert_eq!(row.etc, Some(usd(90_000)));
        assert_eq!(row.vac, Some(usd(-50_000)));
        assert_eq!(row.tcpi, Some(1.5));
        let parts = RiskParts { cost: 30, schedule: 20, deadline: 5, reported: 8 };
        assert_eq!(row.risk, parts, "slip of 10 days, own score 40");
        assert_eq!(row.risk.total(), 63);
    }

    #[test]
    fn what_cannot_be_divided_is_undefined() {
        let row = figures(100, 0, 0, 0);
        assert_eq!((row.cpi, row.spi, row.eac, row.etc), (None, None, None, None));
        assert_eq!(row.tcpi, Some(1.0));
        assert_eq!(figures(100, 50, 50, 100).tcpi, None, "all is spent");
        let limit = Money::LIMIT;
        let huge = Project {
            bac: Money { minor: limit, ..usd(0) },
            ac: Money { minor: limit, ..usd(0) },
            ev: Money { minor: 1, ..usd(0) },
            ..project("x", 1, 1, 1, 1)
        };
        assert_eq!(super::row(&huge, origin(time("2026-11-23T12:00:00Z"), 1)).eac, None);
    }

    #[test]
    fn watermelons_are_green_outside_only() {
        let check = |rag, ac, expected| {
            let report = Project { reported_rag: rag, ..project("x", 100, 50, 45, ac) };
            let row = row(&report, origin(time("2026-11-23T12:00:00Z"), 1));
            assert_eq!(row.watermelon, expected, "{rag:?} {ac}");
        };
        check(Rag::Green, 50, false);
        check(Rag::Green, 51, true);
        check(Rag::Amber, 51, false);
        check(Rag::Green, 0, false);
    }

    #[test]
    fn a_project_that_is_not_under_way_has_no_figures() {
        let now = time("2026-11-23T12:00:00Z");
        let mut readings = Readings::new();
        for status in [ProjectStatus::Planned, ProjectStatus::OnHold, ProjectStatus::Completed] {
            let report = Project { status, ..project("x", 100, 50, 40, 60) };
            read(&row(&report, origin(now, 1)), now, &mut readings);
            assert!(readings.iter().all(|(_, reading)| *reading == Reading::Undefined));
        }
        read(&figures(100, 50, 40, 60), now, &mut readings);
        let find = |figure| readings.iter().find(|(known, _)| *known == figure).unwrap().1;
        assert_eq!(find(Figure::BudgetOverrun), Reading::Value(0.5));
        assert_eq!(find(Figure::DaysToFinish), Reading::Value(37.5));
    }
}
