//! What stands in a row, as the payload wants it. Exact or refused: no amount goes through a
//! float, and nothing is guessed.

use std::collections::BTreeMap;

use model::{Currency, Money, Timestamp};
use serde_json::{Number, Value, json};

use super::{Take, row::Row};

/// What a field of a payload is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Convert {
    /// A text; of JSON also a number or a truth.
    Text,
    /// A text, in other words: of the file, and of the payload.
    Words(BTreeMap<String, String>),
    /// A number, or its digits.
    Number,
    /// `true`, `yes`, `1` or `false`, `no`, `0`.
    Flag,
    /// RFC 3339, or milliseconds since 1970.
    Time,
    /// An amount in major units such as `1234.50`, to minor units of a currency.
    Minor {
        /// Where the currency stands.
        currency: Take,
    },
    /// JSON of any shape, unchanged.
    Json,
}

impl Convert {
    /// The value for the payload of what `take` finds; nothing where it finds nothing.
    ///
    /// # Errors
    /// Why what it finds cannot be that.
    pub fn value(&self, take: &Take, row: &Row<'_>) -> Result<Option<Value>, String> {
        let Some(found) = take.value(row) else { return Ok(None) };
        let value = match self {
            Convert::Json => found,
            Convert::Text => text(&found)?.into(),
            Convert::Words(words) => word(words, &text(&found)?)?.into(),
            Convert::Number => number(found)?,
            Convert::Flag => flag(&found)?.into(),
            Convert::Time => time(&found)?.to_string().into(),
            Convert::Minor { currency } => {
                let digits = match take {
                    Take::From(from) if found.is_number() => row.digits(from),
                    _ => None,
                };
                minor(&digits.map_or(found, Value::from), currency.value(row).as_ref())?
            }
        };
        Ok(Some(value))
    }
}

/// A text; a number or a truth in its own words.
pub(super) fn text(found: &Value) -> Result<String, String> {
    match found {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(found.to_string()),
        _ => Err(wrong("a text", found)),
    }
}

fn word<'a>(words: &'a BTreeMap<String, String>, found: &str) -> Result<&'a str, String> {
    let known = || words.keys().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    words.get(found).map(String::as_str).ok_or_else(|| format!("{found:?} is none of {}", known()))
}

fn number(found: Value) -> Result<Value, String> {
    let Value::String(text) = &found else {
        return if found.is_number() { Ok(found) } else { Err(wrong("a number", &found)) };
    };
    let whole = text.parse::<i64>().map(Number::from);
    let number = whole.ok().or_else(|| Number::from_f64(text.parse().ok()?));
    number.map(Value::Number).ok_or_else(|| wrong("a number", &found))
}

fn flag(found: &Value) -> Result<bool, String> {
    match text(found)?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(wrong("true or false", found)),
    }
}

/// A moment: RFC 3339, or milliseconds since 1970.
pub(super) fn time(found: &Value) -> Result<Timestamp, String> {
    let text = text(found)?;
    match text.parse::<i64>() {
        Ok(millis) => Ok(Timestamp::from_millis(millis)),
        Err(_) => text.parse().map_err(|error: model::unit::InvalidTime| error.to_string()),
    }
}

fn minor(amount: &Value, currency: Option<&Value>) -> Result<Value, String> {
    let currency = text(currency.ok_or("its currency is missing")?)?;
    let currency: Currency =
        currency.parse().map_err(|error: model::unit::UnknownCurrency| error.to_string())?;
    let money = Money::from_decimal(&text(amount)?, currency).map_err(|error| error.to_string())?;
    Ok(json!(money))
}

fn wrong(wanted: &str, found: &Value) -> String {
    let found: String = found.to_string().chars().take(64).collect();
    format!("{found} is not {wanted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_row_becomes_what_the_payload_wants() {
        let usd = || Convert::Minor { currency: Take::Value("USD".into()) };
        let words = || Convert::Words([("A".to_owned(), "active".to_owned())].into());
        let check = |convert: Convert, found: &str, expected: Result<Value, &str>| {
            let text = format!("{{\"x\": {found}}}");
            let row = Row::json(text.as_bytes()).unwrap();
            let value = convert.value(&Take::From("/x".into()), &row);
            match (value, expected) {
                (Ok(value), Ok(expected)) => assert_eq!(value, Some(expected), "{found}"),
                (Err(fault), Err(part)) => assert!(fault.contains(part), "{fault}"),
                (value, expected) => panic!("{found}: {value:?}, not {expected:?}"),
            }
        };
        check(Convert::Text, "\"a\"", Ok(json!("a")));
        check(Convert::Text, "7", Ok(json!("7")));
        check(Convert::Text, "[7]", Err("[7] is not a text"));
        check(words(), "\"A\"", Ok(json!("active")));
        check(words(), "\"B\"", Err("\"B\" is none of \"A\""));
        check(Convert::Number, "\"12\"", Ok(json!(12)));
        check(Convert::Number, "\"0.55\"", Ok(json!(0.55)));
        check(Convert::Number, "0.55", Ok(json!(0.55)));
        check(Convert::Number, "\"12,5\"", Err("\"12,5\" is not a number"));
        check(Convert::Number, "\"NaN\"", Err("is not a number"));
        check(Convert::Number, "true", Err("true is not a number"));
        check(Convert::Flag, "\"Yes\"", Ok(json!(true)));
        check(Convert::Flag, "0", Ok(json!(false)));
        check(Convert::Flag, "\"perhaps\"", Err("is not true or false"));
        check(Convert::Time, "1790000000000", Ok(json!("2026-09-21T14:13:20Z")));
        check(Convert::Time, "\"2026-11-25T09:00:00-03:00\"", Ok(json!("2026-11-25T12:00:00Z")));
        check(Convert::Time, "\"25/11/2026\"", Err("RFC 3339"));
        let amount = |minor: i64| Ok(json!({ "minor": minor, "currency": "USD" }));
        check(usd(), "\"1234.50\"", amount(123_450));
        check(usd(), "1234.50", amount(123_450));
        check(usd(), "90071992547409.93", amount(9_007_199_254_740_993));
        check(usd(), "12.345", Err("USD has 2 decimals, not 3"));
        check(usd(), "1e3", Err("\"1e3\" is no amount"));
        check(
            Convert::Minor { currency: Take::From("/y".into()) },
            "1",
            Err("currency is missing"),
        );
        check(Convert::Minor { currency: Take::Value("EUR".into()) }, "1", Err("no currency"));
        check(Convert::Json, "[{\"a\": 1}]", Ok(json!([{ "a": 1 }])));
        let absent = Convert::Text.value(&Take::From("/y".into()), &Row::json(b"{}").unwrap());
        assert_eq!(absent, Ok(None));
    }
}
