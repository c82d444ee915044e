//! The figures of an entity with the numbers that they are made of, from the row in the snapshot.
//! The same values as the rules watch; a figure that is undefined now is left out.

use model::{
    Alert, Figure, Snapshot, Timestamp, Topic,
    event::project::ProjectStatus,
    view::{budget, compliance, etl, project, risk, system, transaction},
};

use crate::format::{self, date, money, money_bare as bare, percent, ratio};

/// A figure with its value and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// The figure.
    pub figure: Figure,
    /// Its value.
    pub value: f64,
    /// The numbers behind it.
    pub formula: String,
}

/// The figures of an alert's entity, and the time of the event behind its row; none where the
/// snapshot has no row of it.
pub fn computed(
    snapshot: &Snapshot,
    alert: &Alert,
    now: Timestamp,
) -> Option<(Timestamp, Vec<Computed>)> {
    let key = alert.entity.as_str();
    let (origin, figures) = match alert.topic {
        Topic::Budget => snapshot.budget.get(key).map(|row| (&row.origin, budget(row))),
        Topic::Projects => snapshot.projects.get(key).map(|row| (&row.origin, project(row, now))),
        Topic::Compliance => {
            snapshot.compliance.get(key).map(|row| (&row.origin, compliance(row, now)))
        }
        Topic::Transactions => behind(snapshot, alert).map(|row| (&row.origin, transaction(row))),
        Topic::Risk => snapshot.risk.get(key).map(|row| (&row.origin, risk(row, now))),
        Topic::System => snapshot.system.get(key).map(|row| (&row.origin, system(row))),
        Topic::Etl => snapshot.etl.get(key).map(|row| (&row.origin, etl(row, now))),
    }?;
    let known = figures.into_iter().filter_map(|(figure, value, formula)| {
        let value = value.filter(|value| value.is_finite())?;
        Some(Computed { figure, value, formula })
    });
    Some((origin.time, known.collect()))
}

/// A figure, its value where it has one, and the numbers behind it.
type Line = (Figure, Option<f64>, String);

/// The worst of the transactions behind an alert that the snapshot still carries.
fn behind<'a>(snapshot: &'a Snapshot, alert: &Alert) -> Option<&'a transaction::Row> {
    let behind = |row: &&transaction::Row| {
        alert.events.iter().any(|origin| origin.event == row.origin.event)
    };
    snapshot.transactions.values().filter(behind).max_by_key(|row| row.score)
}

#[expect(clippy::cast_precision_loss, reason = "days on a screen")]
fn days(millis: i64) -> f64 {
    millis as f64 / Timestamp::DAY as f64
}

fn flag(on: bool) -> Option<f64> {
    Some(f64::from(u8::from(on)))
}

fn budget(row: &budget::Row) -> Vec<Line> {
    let budget = &row.budget;
    let (approved, actual) = (bare(budget.approved), money(budget.actual_to_date));
    let used = row.utilization.map_or_else(|| format::MISSING.to_owned(), percent);
    let left = row.exhausted_at.map(|at| days(at.since(row.origin.time)));
    let burn = row.burn_per_day.map_or_else(|| format::MISSING.to_owned(), bare);
    vec![
        (Figure::Utilization, row.utilization, format!("{actual} / {approved}")),
        (
            Figure::CommittedUtilization,
            row.committed_utilization,
            format!("({actual} + {}) / {approved}", bare(budget.committed)),
        ),
        (Figure::Pace, row.pace, format!("{used} used / {} elapsed", percent(row.elapsed))),
        (
            Figure::ForecastOverrun,
            row.forecast_overrun,
            format!("({} \u{2212} {approved}) / {approved}", money(row.forecast)),
        ),
        (
            Figure::VarianceToPlan,
            row.variance.share_of(budget.approved),
            format!("({actual} \u{2212} {}) / {approved}", bare(budget.planned_to_date)),
        ),
        (Figure::DaysToExhaustion, left, format!("{} / {burn} a day", money(row.available))),
    ]
}

fn project(row: &project::Row, now: Timestamp) -> Vec<Line> {
    let project = &row.project;
    if project.status != ProjectStatus::Active {
        return Vec::new();
    }
    let (ev, finish) = (money(project.ev), project.baseline_finish);
    let overrun = row.vac.and_then(|vac| vac.share_of(project.bac)).map(|share| -share);
    let at_completion = row.eac.map_or_else(|| format::MISSING.to_owned(), money);
    let bac = bare(project.bac);
    let (parts, cpi) = (row.risk, row.cpi.map_or_else(|| format::MISSING.to_owned(), ratio));
    vec![
        (Figure::Cpi, row.cpi, format!("{ev} / {}", bare(project.ac))),
        (Figure::Spi, row.spi, format!("{ev} / {}", bare(project.pv))),
        (
            Figure::SlipDays,
            Some(row.slip_days),
            format!("{} \u{2212} {}", date(project.forecast_finish, now), date(finish, now)),
        ),
        (Figure::DaysToFinish, Some(days(finish.since(now))), format!("to {}", date(finish, now))),
        (Figure::Completion, Some(project.percent_complete.get()), "as reported".to_owned()),
        (Figure::BudgetOverrun, overrun, format!("({at_completion} \u{2212} {bac}) / {bac}")),
        (Figure::Watermelon, flag(row.watermelon), format!("CPI {cpi}, reported by the project")),
        (
            Figure::StatusAge,
            Some(days(now.since(row.origin.time).max(0))),
            format!("since {}", format::moment(row.origin.time, now)),
        ),
        (
            Figure::ProjectRisk,
            Some(parts.total().into()),
            format!(
                "cost {} + schedule {} + deadline {} + reported {}",
                parts.cost, parts.schedule, parts.deadline, parts.reported
            ),
        ),
    ]
}

fn compliance(row: &compliance::Row, now: Timestamp) -> Vec<Line> {
    let (item, overdue) = (&row.item, row.is_overdue(now));
    let repeats = item.repeat_of.as_ref();
    vec![
        (
            Figure::DaysToDue,
            row.days_to_due(now).filter(|_| !overdue),
            format!("to {}", date(item.due, now)),
        ),
        (
            Figure::DaysOverdue,
            overdue.then(|| days(now.since(item.due))),
            format!("since {}", date(item.due, now)),
        ),
        (Figure::ItemSeverity, Some(row.weight.into()), "1 low to 4 critical".to_owned()),
        (
            Figure::Repeat,
            repeats.filter(|_| item.status.is_open()).and_then(|_| flag(true)),
            repeats.map(|of| format!("of {of}")).unwrap_or_default(),
        ),
    ]
}

fn transaction(row: &transaction::Row) -> Vec<Line> {
    let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.title()).collect();
    let amount = money(row.transaction.amount);
    let formula = match reasons.as_slice() {
        [] => amount,
        reasons => format!("{amount}: {}", reasons.join(" + ")),
    };
    vec![(Figure::TransactionScore, Some(row.score.into()), formula)]
}

fn risk(row: &risk::Row, now: Timestamp) -> Vec<Line> {
    let (risk, open) = (&row.risk, row.is_open());
    let loss = |amount: model::Money| open.then(|| amount.approximate_major());
    let expected = match &risk.credit {
        Some(credit) => format!(
            "{} \u{d7} {} \u{d7} {}",
            percent(credit.pd.get()),
            percent(credit.lgd.get()),
            money(credit.ead)
        ),
        None => format!("{} \u{d7} {}", percent(risk.probability.get()), money(risk.impact)),
    };
    let kept = percent(risk.control_effectiveness.get());
    let product = row.likelihood * row.impact;
    let due = risk.mitigation_due.filter(|_| row.is_overdue(now));
    vec![
        (
            Figure::RiskRating,
            open.then(|| rating(row.rating)),
            format!("likelihood {} \u{d7} impact {} = {product}", row.likelihood, row.impact),
        ),
        (Figure::ExpectedLoss, loss(row.expected_loss), expected),
        (
            Figure::ResidualRisk,
            loss(row.residual),
            format!("{} \u{d7} (1 \u{2212} {kept})", money(row.expected_loss)),
        ),
        (
            Figure::MitigationOverdueDays,
            due.map(|due| days(now.since(due))),
            due.map(|due| format!("since {}", date(due, now))).unwrap_or_default(),
        ),
    ]
}

/// A rating as the rules count it, 1 low to 4 critical.
fn rating(rating: model::event::compliance::Rating) -> f64 {
    use model::event::compliance::Rating::{Critical, High, Low, Medium};
    match rating {
        Low => 1.0,
        Medium => 2.0,
        High => 3.0,
        Critical => 4.0,
    }
}

fn system(row: &system::Row) -> Vec<Line> {
    let system = &row.system;
    let answering = |value: f64| system.up.then_some(value);
    let rate = format::decimal(system.request_rate, 0);
    let p95 = format::value(Figure::LatencyP99, system.latency_p95_ms);
    let answer = if system.up { "answers" } else { "does not answer" };
    vec![
        (
            Figure::ErrorRatio,
            answering(system.error_ratio.get()),
            format!("of {rate} requests a second"),
        ),
        (Figure::LatencyP99, answering(system.latency_p99_ms), format!("p95 {p95}")),
        (Figure::ServiceDown, flag(!system.up), answer.to_owned()),
        (Figure::Availability, Some(row.availability), "reports that say up, 1 h".to_owned()),
        (Figure::Cpu, Some(system.cpu_utilization.get()), "as reported".to_owned()),
        (Figure::Memory, Some(system.memory_utilization.get()), "as reported".to_owned()),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "minutes on a screen")]
fn etl(row: &etl::Row, now: Timestamp) -> Vec<Line> {
    let etl = &row.etl;
    let (completed, all) = row.day;
    let age = row.freshness(now).map(|age| age as f64 / Timestamp::MINUTE as f64);
    let watermark = row.watermark.map(|at| format!("since {}", format::moment(at, now)));
    let median = row.median_duration_ms.map(|median| format!(" / {} ms", format::count(median)));
    vec![
        (
            Figure::RunFailed,
            flag(row.has_failed()),
            format!("attempt {} of {}", etl.attempt, etl.max_attempts),
        ),
        (Figure::FreshnessMinutes, age, watermark.unwrap_or_default()),
        (
            Figure::SuccessRate,
            (all > 0).then(|| f64::from(completed) / f64::from(all)),
            format!("{} / {}", format::count(completed), format::count(all)),
        ),
        (
            Figure::RejectRate,
            row.reject_rate,
            format!("{} / {} rows", format::count(etl.rows_rejected), format::count(etl.rows_in)),
        ),
        (
            Figure::DurationRatio,
            row.duration_ratio,
            format!("{} ms{}", format::count(etl.duration_ms), median.unwrap_or_default()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_topic_computes_the_figure_that_its_alerts_watch() {
        let snapshot = fixture::initial().hello.snapshot;
        let mut alert = snapshot.open_alerts().first().map(|alert| (*alert).clone()).unwrap();
        for (topic, entity, figure) in [
            (Topic::Budget, "retail-banking", Figure::Utilization),
            (Topic::Projects, "kyc-remediation", Figure::Cpi),
            (Topic::Compliance, "C-200", Figure::DaysToDue),
            (Topic::Transactions, "ac-4000", Figure::TransactionScore),
            (Topic::Risk, "RSK-400", Figure::ExpectedLoss),
            (Topic::System, "notify", Figure::LatencyP99),
            (Topic::Etl, "fx_rates", Figure::FreshnessMinutes),
        ] {
            (alert.topic, alert.entity) = (topic, entity.to_owned());
            let own = snapshot
                .transactions
                .values()
                .filter(|row| row.transaction.account.as_str() == entity);
            alert.events = own.map(|row| row.origin.clone()).collect();
            let (_, figures) = computed(&snapshot, &alert, fixture::now()).unwrap();
            assert!(figures.iter().any(|computed| computed.figure == figure), "{topic}");
            assert!(figures.iter().all(|computed| computed.figure.topic() == topic), "{topic}");
        }
        "none".clone_into(&mut alert.entity);
        assert_eq!(computed(&snapshot, &alert, fixture::now()), None);
    }
}
