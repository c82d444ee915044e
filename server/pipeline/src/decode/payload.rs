//! JSON to a topic's payload: one pass when all is well, and a second, slower look that finds the
//! field when it is not.

use model::{
    Payload, Topic,
    event::{Budget, Compliance, Etl, Project, Risk, System, Transaction},
};
use serde::{Deserialize, de::IgnoredAny};

use super::{Fault, Reason};

/// The payload of a topic in `text`.
pub(super) fn parse(topic: Topic, text: &str) -> Result<Payload, Fault> {
    match topic {
        Topic::Budget => read::<Budget>(text).map(Payload::Budget),
        Topic::Projects => read::<Project>(text).map(Payload::Project),
        Topic::Compliance => read::<Compliance>(text).map(Payload::Compliance),
        Topic::Transactions => read::<Transaction>(text).map(Payload::Transaction),
        Topic::Risk => read::<Risk>(text).map(Payload::Risk),
        Topic::System => read::<System>(text).map(Payload::System),
        Topic::Etl => read::<Etl>(text).map(Payload::Etl),
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| explain::<T>(text, Reason::Shape))
}

/// Why `text` is no `T`: no JSON at all, or a field that it names.
pub(super) fn explain<'a, T: Deserialize<'a>>(text: &'a str, reason: Reason) -> Fault {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Fault::new(Reason::NotJson, format!("the value is not JSON: {error}"));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => {
            let what = error.inner().to_string();
            match field(&error.path().to_string(), &what) {
                Some(field) => Fault::at(reason, &field, what),
                None => Fault::new(reason, what),
            }
        }
        Ok(_) => Fault::new(reason, "the value has another shape"),
    }
}

/// The path of the field at fault. A missing field has no place, so serde's path ends at its
/// parent and the message has its name.
fn field(path: &str, what: &str) -> Option<String> {
    let named = ["missing field `", "duplicate field `"]
        .iter()
        .find_map(|prefix| what.strip_prefix(prefix)?.split('`').next());
    match (path, named) {
        (".", named) => named.map(str::to_owned),
        (path, Some(name)) if path != name && !path.ends_with(&format!(".{name}")) => {
            Some(format!("{path}.{name}"))
        }
        (path, _) => Some(path.to_owned()),
    }
}
