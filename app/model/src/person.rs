//! People who own, sponsor, acknowledge and are told.

use serde::{Deserialize, Serialize};

use crate::unit::id;

id! {
    /// A person in the directory, for instance `marisol-etcheverry`.
    PersonId
}

/// An entry of the directory of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// Identity in events and commands.
    pub id: PersonId,
    /// Name on the screen.
    pub name: String,
    /// Position in the bank, for instance `SVP Retail Banking`.
    pub title: String,
    /// Who is told next in an escalation; nobody above the chief executive.
    pub superior: Option<PersonId>,
}

/// A readable form of an identifier for which no name is known: `retail-banking` is
/// `Retail Banking`; an underscore stays, since it is part of a technical name.
pub fn readable(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for (index, word) in id.split('-').enumerate() {
        if index > 0 {
            text.push(' ');
        }
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            text.push(first.to_ascii_uppercase());
            text.push_str(letters.as_str());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn identifiers_become_names() {
        assert_eq!(readable("retail-banking"), "Retail Banking");
        assert_eq!(readable("fx_rates"), "Fx_rates");
        assert_eq!(readable(""), "");
    }
}
