//! Money as whole minor units of an ISO 4217 currency. Never a float.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A currency that the dashboard accounts in, named by its ISO 4217 code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// United States dollar.
    #[default]
    Usd,
    /// Argentine peso.
    Ars,
    /// Brazilian real.
    Brl,
    /// Chilean peso, which has no minor unit.
    Clp,
    /// Colombian peso.
    Cop,
    /// Mexican peso.
    Mxn,
}

impl Currency {
    /// Every currency.
    pub const ALL: [Currency; 6] =
        [Currency::Usd, Currency::Ars, Currency::Brl, Currency::Clp, Currency::Cop, Currency::Mxn];

    /// Position in [`Currency::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The ISO 4217 alphabetic code.
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Usd => "USD",
            Currency::Ars => "ARS",
            Currency::Brl => "BRL",
            Currency::Clp => "CLP",
            Currency::Cop => "COP",
            Currency::Mxn => "MXN",
        }
    }

    /// Decimal places of the minor unit, from ISO 4217 list one.
    pub const fn exponent(self) -> u32 {
        match self {
            Currency::Clp => 0,
            _ => 2,
        }
    }

    /// Minor units in one major unit: 100, or 1 for CLP.
    pub const fn minor_per_major(self) -> i64 {
        10_i64.pow(self.exponent())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The code names no currency that the dashboard accounts in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no currency {0:?}; it is USD, ARS, BRL, CLP, COP or MXN")]
pub struct UnknownCurrency(pub String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Currency::ALL
            .into_iter()
            .find(|currency| currency.code() == code)
            .ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}

/// An amount: whole minor units of one currency.
///
/// Amounts of different currencies are never added: [`Money::checked_add`] answers `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: cents of USD, whole pesos of CLP. Within plus or minus 10^17.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// No amount in the system is larger than this many minor units, so that sums of a hundred
    /// thousand of them stay exact in 128 bits and a single one converts to a double for a ratio.
    pub const LIMIT: i64 = 100_000_000_000_000_000;

    /// An amount in minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// An amount in whole major units, saturating at the bounds of 64 bits.
    pub const fn major(units: i64, currency: Currency) -> Self {
        Self::new(units.saturating_mul(currency.minor_per_major()), currency)
    }

    /// An amount in major units as text: an optional sign, digits, and after a point no more
    /// digits than the currency has, but for zeros.
    ///
    /// # Errors
    /// When the text is another one, or the amount leaves 64 bits.
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, InvalidAmount> {
        let invalid = |why: String| InvalidAmount { text: text.chars().take(64).collect(), why };
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(part) {
            return Err(invalid("write digits, and a point before the decimals".to_owned()));
        }
        let places = currency.exponent() as usize;
        let part = part.trim_end_matches('0');
        if part.len() > places {
            let found = part.len();
            return Err(invalid(format!("{currency} has {places} decimals, not {found}")));
        }
        let sign = if text.starts_with('-') { "-" } else { "" };
        let minor = format!("{sign}{whole}{part:0<places$}").parse();
        minor
            .map(|minor| Self::new(minor, currency))
            .map_err(|_| invalid("it is too large".to_owned()))
    }

    /// The sum, or `None` when the currencies differ or the sum leaves 64 bits.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|minor| Money::new(minor, self.currency))
    }

    /// The difference, or `None` when the currencies differ or it leaves 64 bits.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_sub(other.minor))
            .flatten()
            .map(|minor| Money::new(minor, self.currency))
    }

    /// The sum of amounts of one currency; `None` for no amounts, mixed currencies or overflow.
    pub fn sum(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
        let mut amounts = amounts.into_iter();
        let first = amounts.next()?;
        amounts.try_fold(first, Money::checked_add)
    }

    /// This amount as a share of `whole`: undefined for a whole that is not positive and across
    /// currencies. The quotient is a ratio, so it may be a float; the amounts are not.
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs no more than 53 bits")]
    pub fn share_of(self, whole: Money) -> Option<f64> {
        (self.currency == whole.currency && whole.minor > 0)
            .then(|| self.minor as f64 / whole.minor as f64)
    }

    /// The amount times a factor, rounded half to even and saturating: for weights such as a
    /// probability, where the result is an estimate.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "an estimate rounds; a float to integer cast saturates"
    )]
    pub fn scaled(self, factor: f64) -> Money {
        Money::new((self.minor as f64 * factor).round_ties_even() as i64, self.currency)
    }

    /// The amount in major units, for drawing only.
    #[expect(clippy::cast_precision_loss, reason = "a position on a chart, never summed")]
    pub fn approximate_major(self) -> f64 {
        self.minor as f64 / self.currency.minor_per_major() as f64
    }
}

/// The text is no amount of the currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no amount: {why}")]
pub struct InvalidAmount {
    text: String,
    why: String,
}

/// Code, space, sign, thousands by commas, every decimal of the currency: `USD 1,284.06`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_major = self.currency.minor_per_major().unsigned_abs();
        let minor = self.minor.unsigned_abs();
        let digits = (minor / per_major).to_string();
        let sign = if self.minor < 0 { "\u{2212}" } else { "" };
        write!(f, "{} {sign}", self.currency)?;
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if per_major > 1 {
            write!(f, ".{:02}", minor % per_major)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_and_exponents_are_those_of_iso_4217() {
        for currency in Currency::ALL {
            let standard = iso_currency::Currency::from_code(currency.code()).unwrap();
            assert_eq!(Some(currency.exponent()), standard.exponent().map(u32::from), "{currency}");
            assert_eq!(currency.code().parse(), Ok(currency));
        }
        assert_eq!("EUR".parse::<Currency>(), Err(UnknownCurrency("EUR".into())));
    }

    #[test]
    fn shown_in_full() {
        let check = |minor, currency, text: &str| {
            assert_eq!(Money::new(minor, currency).to_string(), text);
        };
        check(30_287_000_000, Currency::Usd, "USD 302,870,000.00");
        check(128_406, Currency::Usd, "USD 1,284.06");
        check(8_420, Currency::Clp, "CLP 8,420");
        check(-5, Currency::Mxn, "MXN \u{2212}0.05");
        check(0, Currency::Ars, "ARS 0.00");
        check(i64::MIN, Currency::Clp, "CLP \u{2212}9,223,372,036,854,775,808");
    }

    #[test]
    fn decimal_text_is_exact_or_refused() {
        let check = |text: &str, currency, minor: Option<i64>| {
            let found = Money::from_decimal(text, currency).ok();
            assert_eq!(found.map(|money| money.minor), minor, "{text} {currency}");
        };
        check("1234.50", Currency::Usd, Some(123_450));
        check("1234.5", Currency::Usd, Some(123_450));
        check("1234.5000", Currency::Usd, Some(123_450));
        check("-0.01", Currency::Usd, Some(-1));
        check("+7", Currency::Brl, Some(700));
        check("920000000.00", Currency::Clp, Some(920_000_000));
        check("90071992547409.93", Currency::Usd, Some(9_007_199_254_740_993));
        check("92233720368547758.08", Currency::Usd, None);
        check("1234.505", Currency::Usd, None);
        check("0.5", Currency::Clp, None);
        for text in ["", "-", ".5", "5.", "1,234.50", "1e3", " 1", "--1", "1.2.3", "NaN", "\u{661}"]
        {
            check(text, Currency::Usd, None);
        }
        let fault = Money::from_decimal("1.005", Currency::Usd).unwrap_err().to_string();
        assert_eq!(fault, "\"1.005\" is no amount: USD has 2 decimals, not 3");
    }

    #[test]
    fn currencies_never_mix() {
        let dollar = Money::major(1, Currency::Usd);
        let peso = Money::major(1, Currency::Clp);
        assert_eq!(dollar.checked_add(peso), None);
        assert_eq!(dollar.share_of(peso), None);
        assert_eq!(Money::sum([dollar, peso]), None);
        assert_eq!(Money::sum([dollar, dollar]), Some(Money::major(2, Currency::Usd)));
        assert_eq!(dollar.share_of(Money::zero(Currency::Usd)), None);
    }

    proptest! {
        #[test]
        fn sum_is_commutative_and_difference_undoes_it(a: i32, b: i32) {
            let [a, b] = [a, b].map(|minor| Money::new(minor.into(), Currency::Brl));
            prop_assert_eq!(a.checked_add(b), b.checked_add(a));
            prop_assert_eq!(a.checked_add(b).and_then(|sum| sum.checked_sub(b)), Some(a));
        }

        #[test]
        fn extremes_answer_none_instead_of_wrapping(a: i64, b: i64) {
            let sum = Money::new(a, Currency::Usd).checked_add(Money::new(b, Currency::Usd));
            prop_assert_eq!(sum.map(|sum| sum.minor), a.checked_add(b));
        }
    }
}
