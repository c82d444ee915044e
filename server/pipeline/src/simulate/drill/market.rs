//! Market volatility: markets fall, six risks grow to the upper corner of the heat map, and
//! fraudsters use the noise.

mod fraud;

use model::{
    Currency, Money, Payload, Ratio, Severity,
    event::{
        Risk,
        risk::{CreditExposure, MitigationStatus},
    },
};

use super::{calm::Calm, stage::Stage};

/// Risk events that grow.
const HIT: usize = 6;

/// A place on the heat map: probability, impact in thousands of USD, whether it is critical.
type Cell = ((f64, f64), (i64, i64), bool);

/// Where they end. Likelihood x impact: 12, 15, 12, 16, 20, 25.
const CELLS: [Cell; HIT] = [
    ((0.55, 0.75), (800, 1_900), false),
    ((0.25, 0.45), (11_000, 30_000), false),
    ((0.25, 0.45), (3_000, 9_000), false),
    ((0.55, 0.75), (3_000, 9_000), true),
    ((0.55, 0.75), (11_000, 30_000), true),
    ((0.85, 0.95), (11_000, 30_000), true),
];

/// Writes the script.
pub fn script(stage: &mut Stage, calm: &mut Calm) {
    let mut cells = CELLS;
    stage.dice.shuffle(&mut cells);
    for (place, (risk, cell)) in (0_i64..).zip(calm.risks.hold(HIT).iter().zip(cells)) {
        let at_ms = 10_000 + place * 17_000 + stage.dice.whole(0, 5_000);
        grow(stage, risk, at_ms, cell);
    }
    fraud::script(stage, calm);
}

/// A risk doubles first, which stays below the alarm, and then reaches its cell.
fn grow(stage: &mut Stage, risk: &Risk, at_ms: i64, (probability, impact, critical): Cell) {
    let dice = &mut stage.dice;
    let strained = Ratio::clamped(f64::max(risk.probability.get(), 0.30));
    let first = worse(risk, strained, risk.impact);
    let probability = Ratio::clamped(dice.between(probability.0, probability.1));
    let impact = Money::major(dice.whole(impact.0, impact.1) * 1_000, Currency::Usd);
    let second = worse(risk, probability, impact);
    let later = at_ms + dice.whole(9_000, 14_000);
    let severity = if critical { Severity::Critical } else { Severity::Warning };
    let data = Payload::Risk(second);
    stage.crisis(at_ms, Payload::Risk(first));
    stage.expect(later, &data, &risk.title, severity);
    stage.crisis(later, data);
}

fn worse(risk: &Risk, probability: Ratio, impact: Money) -> Risk {
    let credit = risk.credit.map(|credit| CreditExposure {
        pd: probability,
        ead: impact.scaled(2.0),
        ..credit
    });
    Risk {
        probability,
        impact,
        gross_loss: Money::new(
            risk.gross_loss.minor.saturating_add(impact.scaled(0.02).minor),
            impact.currency,
        ),
        mitigation_status: MitigationStatus::Planned,
        control_effectiveness: Ratio::clamped(risk.control_effectiveness.get() * 0.6),
        credit,
        ..risk.clone()
    }
}
