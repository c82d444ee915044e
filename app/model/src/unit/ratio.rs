//! Ratios from nothing to all.

use serde::{Deserialize, Serialize};

/// A share between 0 and 1, both included: a probability, a utilization, an error ratio.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Ratio(f64);

/// The number is no ratio.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a ratio lies between 0 and 1, not at {0}")]
pub struct OutOfRange(pub f64);

impl Ratio {
    /// None of it.
    pub const ZERO: Ratio = Ratio(0.0);
    /// All of it.
    pub const ONE: Ratio = Ratio(1.0);

    /// Checks and takes the number.
    ///
    /// # Errors
    /// When the number is below 0, above 1 or not a number.
    pub fn new(value: f64) -> Result<Self, OutOfRange> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(OutOfRange(value)) }
    }

    /// The nearest ratio to a number; 0 for what is not a number.
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() { Self::ZERO } else { Self(value.clamp(0.0, 1.0)) }
    }

    /// The number, from 0 to 1.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// What is missing to all.
    pub fn complement(self) -> Ratio {
        Ratio(1.0 - self.0)
    }
}

impl TryFrom<f64> for Ratio {
    type Error = OutOfRange;

    fn try_from(value: f64) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl From<Ratio> for f64 {
    fn from(ratio: Ratio) -> f64 {
        ratio.0
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Ratio {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ratio".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shares_are_ratios() {
        for value in [0.0, 0.5, 1.0] {
            assert_eq!(Ratio::new(value).map(Ratio::get), Ok(value));
        }
        for value in [-0.1, 1.000_001, f64::INFINITY] {
            assert_eq!(Ratio::new(value), Err(OutOfRange(value)));
        }
        assert!(Ratio::new(f64::NAN).is_err());
        assert_eq!(Ratio::clamped(f64::NAN), Ratio::ZERO);
        assert_eq!(Ratio::clamped(7.0), Ratio::ONE);
    }
}
