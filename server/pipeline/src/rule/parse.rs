//! Reads rules from TOML, and says what is wrong with them, and where.

use std::ops::Range;

use model::{Figure, Severity, Topic, alert::RuleId};
use serde::Deserialize;
use toml::Spanned;

use super::{Guard, Level, Limit, Rule};

/// A fault in a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct RuleFault {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<RuleSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSpec {
    id: Spanned<String>,
    version: u32,
    topic: Topic,
    figure: Spanned<String>,
    limit: Limit,
    level: Spanned<Vec<LevelSpec>>,
    #[serde(default)]
    hold: Option<u32>,
    title: String,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelSpec {
    severity: Severity,
    fire: Spanned<f64>,
    recover: Spanned<f64>,
    when: Option<GuardSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuardSpec {
    figure: Spanned<String>,
    at_least: Option<f64>,
    below: Option<f64>,
}

/// A fault, and the bytes that it is about.
struct Fault(Range<usize>, String);

/// Reads the rules of a file.
pub(super) fn rules(text: &str) -> Result<Vec<Rule>, RuleFault> {
    let place = |Fault(span, reason): Fault| {
        let before = text.get(..span.start.min(text.len())).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        RuleFault {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            reason,
        }
    };
    let file: File = toml::from_str(text).map_err(|error| {
        place(Fault(error.span().unwrap_or_default(), error.message().trim().to_owned()))
    })?;
    let mut rules: Vec<Rule> = Vec::new();
    for spec in file.rule {
        let span = spec.id.span();
        let rule = rule(spec).map_err(place)?;
        if rules.iter().any(|other| other.id == rule.id) {
            return Err(place(Fault(span, format!("a second rule named {}", rule.id))));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn rule(spec: RuleSpec) -> Result<Rule, Fault> {
    let span = spec.id.span();
    let id = RuleId::new(spec.id.into_inner()).map_err(|error| Fault(span, error.to_string()))?;
    let figure = figure(spec.topic, &spec.figure)?;
    let span = spec.level.span();
    let levels: Vec<Level> = spec
        .level
        .into_inner()
        .into_iter()
        .map(|level| self::level(level, spec.topic, spec.limit))
        .collect::<Result<_, _>>()?;
    if levels.is_empty() {
        return Err(Fault(span, "a rule has at least one level".to_owned()));
    }
    if !levels.is_sorted_by_key(|level| level.severity) {
        return Err(Fault(span, "levels stand mildest first".to_owned()));
    }
    Ok(Rule {
        id,
        version: spec.version,
        topic: spec.topic,
        figure,
        limit: spec.limit,
        levels,
        hold_minutes: spec.hold,
        title: spec.title,
        summary: spec.summary,
    })
}

fn figure(topic: Topic, name: &Spanned<String>) -> Result<Figure, Fault> {
    Figure::named(topic, name.get_ref()).ok_or_else(|| {
        let known = Figure::ALL.iter().filter(|figure| figure.topic() == topic);
        let known: Vec<&str> = known.map(|figure| figure.name()).collect();
        let reason =
            format!("{topic} has no figure {:?}; it has {}", name.get_ref(), known.join(", "));
        Fault(name.span(), reason)
    })
}

fn level(spec: LevelSpec, topic: Topic, limit: Limit) -> Result<Level, Fault> {
    let (fire, recover) = (*spec.fire.get_ref(), *spec.recover.get_ref());
    for (value, span) in [(fire, spec.fire.span()), (recover, spec.recover.span())] {
        if !value.is_finite() {
            return Err(Fault(span, "a threshold is a finite number".to_owned()));
        }
    }
    let orderly = match limit {
        Limit::Upper => recover <= fire,
        Limit::Lower => recover >= fire,
    };
    if !orderly {
        let reason = "an upper limit recovers at or below where it fires, a lower one at or above";
        return Err(Fault(spec.recover.span(), reason.to_owned()));
    }
    let guard = |spec: GuardSpec| {
        let figure = figure(topic, &spec.figure)?;
        Ok(Guard { figure, at_least: spec.at_least, below: spec.below })
    };
    let when = spec.when.map(guard).transpose()?;
    Ok(Level { severity: spec.severity, fire, recover, when })
}

#[cfg(test)]
mod tests {
    use super::super::Rules;

    const RULE: &str = "[[rule]]\nid = \"r\"\nversion = 1\ntopic = \"budget\"\nfigure = \"pace\"\n\
        limit = \"upper\"\ntitle = \"t\"\nsummary = \"s\"\n\
        level = [{ severity = \"warning\", fire = 2.0, recover = 1.0 }]\n";

    #[test]
    fn faults_name_line_and_column() {
        let check = |from: &str, to: &str, line: usize, column: usize, reason: &str| {
            let fault = Rules::parse(&RULE.replace(from, to)).unwrap_err();
            assert_eq!((fault.line, fault.column), (line, column), "{fault}");
            assert!(fault.reason.contains(reason), "{fault}");
        };
        check("\"pace\"", "\"cpi\"", 5, 10, "budget has no figure \"cpi\"");
        check("recover = 1.0", "recover = 3.0", 9, 56, "recovers at or below");
        check("fire = 2.0", "fire = inf", 9, 41, "finite");
        check("title", "titel", 7, 1, "unknown field `titel`");
        check("\"warning\"", "\"bad\"", 9, 23, "unknown variant `bad`");
        check("version = 1", "version =", 3, 10, "");
        check(
            "level = [{ severity = \"warning\", fire = 2.0, recover = 1.0 }]",
            "level = []",
            9,
            9,
            "at least one",
        );
    }

    #[test]
    fn the_same_name_twice_is_refused() {
        let fault = Rules::parse(&format!("{RULE}{RULE}")).unwrap_err();
        assert_eq!((fault.line, fault.column), (11, 6));
    }

    #[test]
    fn a_valid_file_is_read() {
        assert_eq!(Rules::parse(RULE).unwrap().iter().len(), 1);
        assert_eq!(Rules::parse("").unwrap().iter().len(), 0);
        assert!(Rules::builtin().iter().len() >= 20);
    }
}
