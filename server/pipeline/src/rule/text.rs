//! Titles and summaries of alerts, with numbers written as the screen writes them: one decimal of
//! a percentage and a space before its sign, two decimals of a ratio, a true minus.

use model::{Figure, figure::Unit};

use super::{Level, Limit, Rule};
use crate::process::Subject;

/// Fills a template of a rule.
pub(super) fn fill(
    template: &str,
    rule: &Rule,
    level: &Level,
    value: f64,
    subject: &Subject,
) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        match name {
            "entity" => text.push_str(&subject.name),
            "detail" => text.push_str(&subject.detail),
            "value" => text.push_str(&number(rule.figure, rule.limit, value)),
            "threshold" => text.push_str(&threshold(rule.figure, rule.limit, level.fire)),
            other => text.extend(["{", other, "}"]),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A value in the unit of its figure. Days and minutes are whole: those that are left are rounded
/// up, those that have passed down.
fn number(figure: Figure, limit: Limit, value: f64) -> String {
    let whole = match limit {
        Limit::Upper => value.floor(),
        Limit::Lower => value.ceil(),
    };
    signed(match figure.unit() {
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Quotient => format!("{value:.2}"),
        Unit::Count | Unit::Score => format!("{value:.0}"),
        Unit::Money => format!("USD {value:.0}"),
        Unit::Milliseconds => format!("{value:.0} ms"),
        Unit::Days => format!("{whole:.0} d"),
        Unit::Minutes => format!("{whole:.0} min"),
        Unit::PerMinute => format!("{value:.1} a minute"),
    })
}

/// A threshold: like a value, a whole percentage without decimals.
fn threshold(figure: Figure, limit: Limit, value: f64) -> String {
    let percent = value * 100.0;
    match figure.unit() {
        Unit::Share if (percent - percent.round()).abs() < 1e-9 => {
            signed(format!("{percent:.0} %"))
        }
        _ => number(figure, limit, value),
    }
}

fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(digits) if digits.starts_with(|first: char| first.is_ascii_digit()) => {
            let zero = !digits.contains(|digit: char| ('1'..='9').contains(&digit));
            if zero { digits.to_owned() } else { format!("\u{2212}{digits}") }
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use model::Figure::*;

    use super::*;

    #[test]
    fn numbers_are_written_as_on_the_screen() {
        let check = |figure, limit, value, text: &str| {
            assert_eq!(number(figure, limit, value), text);
        };
        check(Utilization, Limit::Upper, 0.9126, "91.3 %");
        check(Cpi, Limit::Lower, 0.8666, "0.87");
        check(DaysToDue, Limit::Lower, 0.4, "1 d");
        check(DaysToFinish, Limit::Lower, -3.4, "\u{2212}3 d");
        check(DaysToFinish, Limit::Lower, -0.4, "0 d");
        check(DaysOverdue, Limit::Upper, 2.9, "2 d");
        check(LatencyP99, Limit::Upper, 250.4, "250 ms");
        assert_eq!(threshold(Utilization, Limit::Upper, 0.9), "90 %");
        assert_eq!(threshold(ErrorRatio, Limit::Upper, 0.015), "1.5 %");
    }

    #[test]
    fn templates_are_filled_and_strange_ones_left() {
        let rules = super::super::Rules::builtin();
        let rule = rules.iter().next().unwrap();
        let subject = Subject { name: "Retail Banking".into(), ..Subject::default() };
        let check = |template: &str, text: &str| {
            assert_eq!(fill(template, rule, &rule.levels[1], 0.912, &subject), text);
        };
        check(&rule.title, "Retail Banking over 90 %");
        check("{value} {", "91.2 % {");
        check("{nothing}", "{nothing}");
    }
}
