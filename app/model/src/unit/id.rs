//! Identifiers: short text that an outside system chose, kept as it came.

/// Text that cannot identify anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identifier has 1 to 128 bytes and no control characters")]
pub struct InvalidId;

/// Whether `text` can identify something: 1 to 128 bytes, no control characters.
pub fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Declares an identifier: a checked string that serialises as one.
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks and takes the text.
            ///
            /// # Errors
            /// When the text is empty, longer than 128 bytes or has control characters.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, $crate::unit::InvalidId> {
                let text = text.into();
                if $crate::unit::is_id(&text) { Ok(Self(text)) } else { Err($crate::unit::InvalidId) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::unit::InvalidId;

            fn try_from(text: String) -> Result<Self, $crate::unit::InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": 128 })
            }
        }
    };
}
pub(crate) use id;
