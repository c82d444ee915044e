//! Countries by their ISO 3166-1 alpha-2 code.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::InvalidId;

/// Two capital letters, as ISO 3166-1 writes a country. Whether the code is assigned is not
/// checked: a producer may be ahead of any list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// Argentina.
    pub const AR: Country = Country(*b"AR");
    /// Brazil.
    pub const BR: Country = Country(*b"BR");
    /// Chile.
    pub const CL: Country = Country(*b"CL");
    /// Colombia.
    pub const CO: Country = Country(*b"CO");
    /// Mexico.
    pub const MX: Country = Country(*b"MX");
    /// The United States.
    pub const US: Country = Country(*b"US");

    /// Checks and takes a code.
    ///
    /// # Errors
    /// When it is not two capital letters of ASCII.
    pub fn new(code: &str) -> Result<Self, InvalidId> {
        match code.as_bytes() {
            &[a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Country([a, b])),
            _ => Err(InvalidId),
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country is two letters of ASCII")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Country {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, &'static str> {
        Country::new(&code).map_err(|_| "a country is two capital letters (ISO 3166-1 alpha-2)")
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.as_str().to_owned()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Country {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Country".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z]{2}$" })
    }
}
