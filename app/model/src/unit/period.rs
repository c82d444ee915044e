//! Fiscal periods: years, quarters and months of the calendar.

use std::{fmt, str::FromStr};

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A fiscal year, quarter or month; the fiscal year is the calendar year.
///
/// In text: `2026`, `2026-Q4`, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FiscalPeriod {
    year: u16,
    first_month: u8,
    months: u8,
}

/// The text names no fiscal period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fiscal period is written 2026, 2026-Q4 or 2026-11")]
pub struct InvalidPeriod;

impl FiscalPeriod {
    /// The quarter in which a moment lies.
    pub fn quarter_of(time: Timestamp) -> Self {
        use chrono::Datelike;
        let date = time.date_time();
        let year = u16::try_from(date.year()).unwrap_or(1);
        let quarter = u8::try_from(date.month0() / 3).unwrap_or(0);
        Self { year, first_month: quarter * 3 + 1, months: 3 }
    }

    /// The first moment of the period.
    pub fn start(self) -> Timestamp {
        midnight(self.first_day())
    }

    /// The first moment after the period.
    pub fn end(self) -> Timestamp {
        midnight(self.first_day() + Months::new(self.months.into()))
    }

    /// The share of the period that has passed at `now`, from 0 before it to 1 after it.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a year fit into 53 bits")]
    pub fn elapsed(self, now: Timestamp) -> f64 {
        let length = self.end().since(self.start()) as f64;
        (now.since(self.start()) as f64 / length).clamp(0.0, 1.0)
    }

    /// The name on the screen: `2026`, `Q4 2026`, `2026-11`.
    pub fn title(self) -> String {
        match self.months {
            3 => format!("Q{} {}", self.first_month / 3 + 1, self.year),
            _ => self.to_string(),
        }
    }

    fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year.into(), self.first_month.into(), 1)
            .expect("a period starts in a month of a year")
    }
}

fn midnight(day: NaiveDate) -> Timestamp {
    day.and_time(chrono::NaiveTime::MIN).and_utc().into()
}

impl fmt::Display for FiscalPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        match self.months {
            3 => write!(f, "-Q{}", self.first_month / 3 + 1),
            1 => write!(f, "-{:02}", self.first_month),
            _ => Ok(()),
        }
    }
}

impl FromStr for FiscalPeriod {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        let (year, part) = match text.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (text, None),
        };
        let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let year = year.parse().ok().filter(|&year: &u16| digits && (1..=9998).contains(&year));
        let (first_month, months) = match part.map(str::as_bytes) {
            None => (1, 12),
            Some(&[b'Q', quarter @ b'1'..=b'4']) => ((quarter - b'1') * 3 + 1, 3),
            Some(&[tens @ b'0'..=b'1', ones @ b'0'..=b'9']) => {
                ((tens - b'0') * 10 + (ones - b'0'), 1)
            }
            Some(_) => return Err(InvalidPeriod),
        };
        match year {
            Some(year) if (1..=12).contains(&first_month) => Ok(Self { year, first_month, months }),
            _ => Err(InvalidPeriod),
        }
    }
}

impl TryFrom<String> for FiscalPeriod {
    type Error = InvalidPeriod;

    fn try_from(text: String) -> Result<Self, InvalidPeriod> {
        text.parse()
    }
}

impl From<FiscalPeriod> for String {
    fn from(period: FiscalPeriod) -> String {
        period.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FiscalPeriod {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FiscalPeriod".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$",
            "examples": ["2026-Q4", "2026-11", "2026"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_periods() {
        let check = |text: &str, start: &str, end: &str| {
            let period: FiscalPeriod = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.start().to_string(), start);
            assert_eq!(period.end().to_string(), end);
        };
        check("2026-Q4", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z");
        check("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
        check("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        for text in ["", "26", "2026-Q5", "2026-13", "2026-00", "2026-1", "0000", "2026-Q4x"] {
            assert_eq!(text.parse::<FiscalPeriod>(), Err(InvalidPeriod), "{text}");
        }
    }

    #[test]
    fn half_of_a_period_has_passed_at_its_middle() {
        let period: FiscalPeriod = "2026-Q4".parse().unwrap();
        let middle = period.start().plus(46 * Timestamp::DAY);
        assert!((period.elapsed(middle) - 0.5).abs() < 1e-12);
        assert_eq!(FiscalPeriod::quarter_of(middle), period);
        assert_eq!(period.elapsed(period.start().plus(-1)), 0.0);
        assert_eq!(period.elapsed(period.end().plus(1)), 1.0);
    }
}
