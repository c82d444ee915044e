//! A payload as fields: nested names joined by points, money as its minor units and code.

use serde_json::Value;

/// A name and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The words.
    pub words: String,
}

impl Field {
    /// A field.
    pub fn new(name: impl Into<String>, words: impl Into<String>) -> Self {
        Self { name: name.into(), words: words.into() }
    }
}

/// Most fields that are listed; a payload is bounded, but its lists may be long.
const MOST: usize = 200;

/// The fields of a payload, in the order of the payload.
pub fn fields(payload: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    collect("", payload, &mut found);
    found.truncate(MOST);
    found
}

/// Fields whose words differ: name, before, after. An en dash stands for a field that is absent.
pub fn changes(before: &Value, after: &Value) -> Vec<(String, String, String)> {
    let (before, after) = (fields(before), fields(after));
    let missing = || crate::format::MISSING.to_owned();
    let words = |fields: &[Field], name: &str| {
        let field = fields.iter().find(|field| field.name == name);
        field.map_or_else(missing, |field| field.words.clone())
    };
    let gone = before.iter().filter(|field| after.iter().all(|other| other.name != field.name));
    let names: Vec<&String> = after.iter().chain(gone).map(|field| &field.name).collect();
    names
        .into_iter()
        .map(|name| (name.clone(), words(&before, name), words(&after, name)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

fn collect(name: &str, value: &Value, found: &mut Vec<Field>) {
    let join = |part: &str| {
        if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") }
    };
    match value {
        Value::Object(members) => match money(value) {
            Some(words) => found.push(Field::new(name, words)),
            None => members.iter().for_each(|(part, value)| collect(&join(part), value, found)),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(&join(&(index + 1).to_string()), item, found);
            }
        }
        Value::Null => found.push(Field::new(name, crate::format::MISSING)),
        Value::String(text) => found.push(Field::new(name, text.as_str())),
        Value::Bool(_) | Value::Number(_) => found.push(Field::new(name, value.to_string())),
    }
}

/// `10300000000 USD`, where an object is an amount.
fn money(value: &Value) -> Option<String> {
    let members = value.as_object().filter(|members| members.len() == 2)?;
    let minor = members.get("minor")?.as_i64()?;
    let currency = members.get("currency")?.as_str()?;
    Some(format!("{minor} {currency}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list(payload: &Value) -> Vec<(String, String)> {
        fields(payload).into_iter().map(|field| (field.name, field.words)).collect()
    }

    #[test]
    fn nested_fields_and_money_are_one_line_each() {
        let check = |payload: Value, expected: &[(&str, &str)]| {
            let found = list(&payload);
            let found: Vec<_> =
                found.iter().map(|(name, words)| (name.as_str(), words.as_str())).collect();
            assert_eq!(found, expected);
        };
        check(json!({"approved": {"minor": 700, "currency": "USD"}}), &[("approved", "700 USD")]);
        check(json!({"job": {"name": "fx"}}), &[("job.name", "fx")]);
        check(json!({"inputs": [{"name": "a"}]}), &[("inputs.1.name", "a")]);
        check(json!({"officer": null, "up": true}), &[("officer", "\u{2013}"), ("up", "true")]);
        check(
            json!({"odd": {"minor": "x", "currency": "USD"}}),
            &[("odd.currency", "USD"), ("odd.minor", "x")],
        );
        check(json!(7), &[("", "7")]);
    }

    #[test]
    fn only_differences_are_changes() {
        let before = json!({"a": 1, "b": 2, "gone": 3});
        let after = json!({"a": 1, "b": 5, "new": 4});
        let owned = |name: &str, before: &str, after: &str| {
            (name.to_owned(), before.to_owned(), after.to_owned())
        };
        assert_eq!(
            changes(&before, &after),
            [owned("b", "2", "5"), owned("new", "\u{2013}", "4"), owned("gone", "3", "\u{2013}"),]
        );
        assert_eq!(changes(&after, &after), []);
    }
}
