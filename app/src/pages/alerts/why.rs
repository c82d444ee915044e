//! Why an alert fired: a sentence with value and threshold, and the rule that says so.

use leptos::prelude::*;
use markup::view;
use model::{Alert, Figure, figure::Unit};

use super::{Shown, part};
use crate::{charts::line::Bad, format, node::Node};

/// On which side of its threshold an alert's figure is bad. The model says it by where the figure
/// recovers; where that is the threshold itself, the figure says it.
pub fn bad(alert: &Alert) -> Bad {
    let lower = match alert.recovers.total_cmp(&alert.threshold) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => is_better_high(alert.figure),
    };
    if lower { Bad::Below } else { Bad::Above }
}

/// Whether more of a figure is better.
fn is_better_high(figure: Figure) -> bool {
    matches!(
        figure,
        Figure::DaysToExhaustion
            | Figure::Cpi
            | Figure::Spi
            | Figure::DaysToFinish
            | Figure::Completion
            | Figure::DaysToDue
            | Figure::ControlPassRate
            | Figure::ApprovalRate
            | Figure::Availability
            | Figure::SuccessRate
    )
}

/// What a figure that only holds or does not hold says when it holds.
fn holds(figure: Figure) -> Option<&'static str> {
    Some(match figure {
        Figure::Watermelon => "The project reports green while its CPI is below 0.90.",
        Figure::Repeat => "The item repeats an earlier one.",
        Figure::ServiceDown => "The service does not answer.",
        Figure::RunFailed => "The last attempt of the newest run failed.",
        _ => return None,
    })
}

/// A value of a figure; yes or no for one that only holds or does not hold. A few days have a
/// decimal, so that 0.8 does not read as the 1 that it is below.
pub fn said(figure: Figure, value: f64) -> String {
    let few = value.abs() < 10.0 && (value - value.round()).abs() > 0.05;
    match (holds(figure), figure.unit()) {
        (Some(_), _) if value >= 0.5 => "yes".to_owned(),
        (Some(_), _) => "no".to_owned(),
        (None, Unit::Days) if few => format!("{} d", format::decimal(value, 1)),
        (None, _) => format::value(figure, value),
    }
}

/// A threshold of a figure: a whole percentage has no decimals.
pub fn said_limit(figure: Figure, value: f64) -> String {
    let percent = value * 100.0;
    match figure.unit() {
        Unit::Share if (percent - percent.round()).abs() < 1e-9 => format::percent_whole(value),
        _ => said(figure, value),
    }
}

/// The sentence in its parts: value and threshold are set apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// Up to the value.
    pub before: String,
    /// The value; empty where a figure only holds.
    pub value: String,
    /// Between value and threshold.
    pub between: String,
    /// The threshold.
    pub threshold: String,
    /// What follows.
    pub after: String,
}

impl Why {
    /// The sentence of an alert.
    pub fn of(alert: &Alert) -> Why {
        let open = alert.state.is_open();
        if let Some(holds) = holds(alert.figure) {
            let before = if open { holds } else { "It no longer holds." };
            return Why { before: before.to_owned(), ..Why::default() };
        }
        let (fires, recovers) = match bad(alert) {
            Bad::Above => ("at or above ", "below "),
            Bad::Below => ("below ", "at or above "),
        };
        let between = if open { format!(", {fires}") } else { format!(". It fires {fires}") };
        let title = alert.figure.title();
        let was = if open { "was" } else { "was last" };
        Why {
            before: format!("{title} {was} "),
            value: said(alert.figure, alert.value),
            between,
            threshold: said_limit(alert.figure, alert.threshold),
            after: format!(". Recovers {recovers}{}.", said_limit(alert.figure, alert.recovers)),
        }
    }
}

/// The part "Why" of the page.
#[component]
pub fn WhyPart(
    /// The alert that is opened.
    alert: Shown,
) -> Node {
    let why = part(alert, Why::of);
    let word = move |of: fn(&Why) -> String| move || why.with(of);
    let value =
        part(alert, |alert| if alert.state.is_open() { alert.severity.name() } else { "resolved" });
    let rule = part(alert, |alert| format!("Rule {}, version {}", alert.rule, alert.rule_version));
    view! {
        <section class="part" aria-labelledby="why">
            <h3 id="why">"Why"</h3>
            <p class="lead">
                {word(|why| why.before.clone())}
                <b class=move || format!("fires {}", value.get())>{word(|why| why.value.clone())}</b>
                {word(|why| why.between.clone())} <b>{word(|why| why.threshold.clone())}</b>
                {word(|why| why.after.clone())}
            </p>
            <p class="quiet">{move || rule.get()}</p>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::AlertState;

    use super::*;
    use crate::fixture;

    fn text(alert: &Alert) -> String {
        let Why { before, value, between, threshold, after } = Why::of(alert);
        format!("{before}{value}{between}{threshold}{after}")
    }

    #[test]
    fn a_sentence_says_which_side_is_bad() {
        let snapshot = fixture::initial().hello.snapshot;
        let base = snapshot.open_alerts().first().map(|alert| (*alert).clone()).unwrap();
        let check = |figure, value, threshold, recovers, expected: &str| {
            let alert = Alert { figure, value, threshold, recovers, ..base.clone() };
            assert_eq!(text(&alert), expected);
        };
        check(
            Figure::Utilization,
            0.919,
            0.9,
            0.87,
            "Used was 91.9 %, at or above 90 %. Recovers below 87 %.",
        );
        check(Figure::Cpi, 0.87, 0.9, 0.92, "CPI was 0.87, below 0.90. Recovers at or above 0.92.");
        check(
            Figure::DaysToDue,
            0.8,
            1.0,
            1.0,
            "Days to due was 0.8 d, below 1 d. Recovers at or above 1 d.",
        );
        check(Figure::ServiceDown, 1.0, 1.0, 1.0, "The service does not answer.");
        let over = Alert { state: AlertState::Resolved, value: 0.861, ..base };
        assert!(text(&over).starts_with("Used was last 86.1 %. It fires at or above"));
    }
}
