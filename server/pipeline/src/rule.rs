//! Rules: which figure of which topic fires at which threshold, as data; and the alerts that they
//! keep. A severity comes from thresholds alone and holds until it recovers, so that a value that
//! moves to and fro across a threshold fires once.

pub(crate) mod alarm;
mod escalation;
pub(crate) mod life;
mod parse;
mod text;

use model::{Figure, Severity, Topic, alert::RuleId};
use schemars::JsonSchema;
use serde::Serialize;

pub use self::parse::RuleFault;
use crate::process::{Reading, Readings};

/// Which side of a threshold is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "RuleLimit")]
pub enum Limit {
    /// Fires at or above `fire`, holds until below `recover`.
    Upper,
    /// Fires below `fire`, holds until at or above `recover`.
    Lower,
}

/// A condition on a second figure of the same entity.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Guard {
    /// The figure.
    pub figure: Figure,
    /// It must have at least this value.
    pub at_least: Option<f64>,
    /// It must have less than this value.
    pub below: Option<f64>,
}

impl Guard {
    /// Whether the condition holds; a figure without value meets none.
    fn holds(&self, readings: &Readings) -> bool {
        let reading = readings.iter().find(|(figure, _)| *figure == self.figure);
        reading.and_then(|(_, reading)| reading.value()).is_some_and(|value| {
            self.at_least.is_none_or(|least| value >= least)
                && self.below.is_none_or(|bound| value < bound)
        })
    }
}

/// A severity, and when it holds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Level {
    /// The severity.
    pub severity: Severity,
    /// Where it fires.
    pub fire: f64,
    /// Where it recovers.
    pub recover: f64,
    /// What must hold besides.
    pub when: Option<Guard>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rule {
    /// Identity, for instance `budget.utilization`.
    pub id: RuleId,
    /// Grows with every change of the rule.
    pub version: u32,
    /// Topic.
    pub topic: Topic,
    /// The figure that it watches.
    pub figure: Figure,
    /// Which side is bad.
    pub limit: Limit,
    /// Levels, mildest first.
    pub levels: Vec<Level>,
    /// Minutes that an alert stays after the figure last reached a level. Such an alert never
    /// falls, it only ends.
    pub hold_minutes: Option<u32>,
    /// Template of the title.
    pub title: String,
    /// Template of the summary.
    pub summary: String,
}

impl Rule {
    /// The worst level that holds: one that the value reaches, or one at or below the `held` level
    /// that has not recovered.
    fn level(&self, value: f64, held: Option<usize>, readings: &Readings) -> Option<usize> {
        let stays = |index: usize| held.is_some_and(|held| index <= held);
        let holds = |&(index, level): &(usize, &Level)| {
            let reached = self.reaches(value, level.fire)
                || stays(index) && self.reaches(value, level.recover);
            reached && level.when.as_ref().is_none_or(|guard| guard.holds(readings))
        };
        self.levels.iter().enumerate().rfind(holds).map(|(index, _)| index)
    }

    fn reaches(&self, value: f64, bound: f64) -> bool {
        match self.limit {
            Limit::Upper => value >= bound,
            Limit::Lower => value < bound,
        }
    }

    /// The level that a reading leads to. What has no value holds nothing; where the event says
    /// nothing, the held level stays.
    fn judge(&self, reading: Reading, held: Option<usize>, readings: &Readings) -> Option<usize> {
        match reading {
            Reading::Value(value) if self.hold_minutes.is_some() => {
                held.max(self.level(value, None, readings))
            }
            Reading::Value(value) => self.level(value, held, readings),
            Reading::Undefined => None,
            Reading::Unchanged => held,
        }
    }
}

/// The rules in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Rules {
    rules: Vec<Rule>,
    #[serde(skip)]
    by_figure: Vec<Vec<usize>>,
}

impl Rules {
    /// The rules that come with the program.
    pub fn builtin() -> Rules {
        Rules::parse(include_str!("rule/builtin.toml")).expect("the built-in rules are valid")
    }

    /// Reads rules from TOML.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(toml: &str) -> Result<Rules, RuleFault> {
        parse::rules(toml).map(Rules::new)
    }

    /// Every rule, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter()
    }

    fn new(rules: Vec<Rule>) -> Self {
        let mut by_figure = vec![Vec::new(); Figure::ALL.len()];
        for (index, rule) in rules.iter().enumerate() {
            by_figure[rule.figure as usize].push(index);
        }
        Self { rules, by_figure }
    }

    fn watching(&self, figure: Figure) -> impl Iterator<Item = (usize, &Rule)> {
        let indices = self.by_figure.get(figure as usize).map_or(&[][..], Vec::as_slice);
        indices.iter().filter_map(|&index| Some((index, self.rules.get(index)?)))
    }

    fn named(&self, id: &RuleId) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str) -> Rule {
        let rules = Rules::builtin();
        rules.iter().find(|rule| rule.id.as_str() == id).cloned().expect("a built-in rule")
    }

    #[test]
    fn upper_limits_fire_at_and_lower_ones_below() {
        let check = |id, value, held, expected| {
            let level = rule(id).level(value, held, &Readings::new());
            assert_eq!(level, expected, "{id} {value} {held:?}");
        };
        let utilization = "budget.utilization";
        check(utilization, 0.7499, None, None);
        check(utilization, 0.75, None, Some(0));
        check(utilization, 0.72, Some(0), Some(0));
        check(utilization, 0.7199, Some(0), None);
        check(utilization, 0.90, Some(0), Some(1));
        check(utilization, 0.87, Some(1), Some(1));
        check(utilization, 0.8699, Some(1), Some(0));
        check(utilization, 0.96, Some(2), Some(1));
        check(utilization, 1.2, None, Some(2));
        check("projects.cpi", 0.95, None, None);
        check("projects.cpi", 0.9499, None, Some(0));
        check("projects.cpi", 0.9699, Some(0), Some(0));
        check("projects.cpi", 0.97, Some(0), None);
        check("projects.cpi", 0.91, Some(1), Some(1));
    }

    #[test]
    fn a_guard_needs_a_value() {
        let check = |completion: Option<Reading>, expected| {
            let readings = completion.map(|reading| (Figure::Completion, reading));
            let readings: Readings = readings.into_iter().collect();
            assert_eq!(rule("projects.deadline").level(3.0, None, &readings), expected);
        };
        check(Some(Reading::Value(0.79)), Some(0));
        check(Some(Reading::Value(0.80)), None);
        check(Some(Reading::Undefined), None);
        check(None, None);
    }

    #[test]
    fn what_has_no_value_ends_and_what_says_nothing_stays() {
        let check = |id, reading, held, expected| {
            assert_eq!(rule(id).judge(reading, held, &Readings::new()), expected, "{id}");
        };
        check("budget.pace", Reading::Undefined, Some(0), None);
        check("etl.failed", Reading::Unchanged, Some(0), Some(0));
        check("etl.failed", Reading::Unchanged, None, None);
        check("transactions.score", Reading::Value(10.0), Some(0), Some(0));
        check("transactions.score", Reading::Value(96.0), Some(0), Some(1));
        check("transactions.score", Reading::Value(81.0), Some(1), Some(1));
        check("transactions.score", Reading::Value(79.0), None, None);
    }

    #[test]
    fn every_topic_has_rules_and_they_are_written_out() {
        let rules = Rules::builtin();
        for topic in Topic::ALL {
            assert!(rules.iter().any(|rule| rule.topic == topic), "{topic}");
        }
        let json = serde_json::to_value(&rules).expect("rules are plain data");
        assert_eq!(json[0]["id"], "budget.utilization");
        assert_eq!(json[0]["levels"][1]["fire"], 0.9);
    }
}
