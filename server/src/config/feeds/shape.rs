//! The shape of a payload as far as a mapping needs it, from the JSON Schema of its topic.

use serde_json::Value;

/// A schema within a schema.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    root: &'a Value,
    at: &'a Value,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    Time,
    Money,
    Object,
    Other,
}

impl Kind {
    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::Flag => "true or false",
            Kind::Time => "a time",
            Kind::Money => "an amount",
            Kind::Object => "an object",
            Kind::Other => "a list",
        }
    }
}

impl<'a> Shape<'a> {
    /// The payload as a whole.
    pub fn of(schema: &'a Value) -> Self {
        Self { root: schema, at: schema }
    }

    /// The schema behind references and behind "or null".
    fn resolved(self) -> Self {
        let at = if let Some(name) = self.at["$ref"].as_str() {
            &self.root["$defs"][name.trim_start_matches("#/$defs/")]
        } else if let Some(any) = self.at["anyOf"].as_array() {
            any.iter().find(|one| one["type"] != "null").unwrap_or(self.at)
        } else {
            return self;
        };
        Self { at, ..self }.resolved()
    }

    /// The field of this name.
    pub fn property(self, name: &str) -> Option<Self> {
        let at = self.resolved().at["properties"].get(name)?;
        Some(Self { at, ..self }.resolved())
    }

    /// The names of its fields.
    pub fn names(self) -> Vec<&'a str> {
        let properties = self.resolved().at["properties"].as_object();
        properties.into_iter().flat_map(|names| names.keys()).map(String::as_str).collect()
    }

    /// The names of the fields that it must have.
    pub fn required(self) -> Vec<&'a str> {
        let required = self.resolved().at["required"].as_array();
        required.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The words that it may be; none where any text may stand.
    pub fn words(self) -> Vec<&'a str> {
        let one_of = self.at["oneOf"].as_array().into_iter().flatten();
        let listed = self.at["enum"].as_array().into_iter().flatten();
        one_of.map(|one| &one["const"]).chain(listed).filter_map(Value::as_str).collect()
    }

    /// What it holds.
    pub fn kind(self) -> Kind {
        let types = &self.at["type"];
        let is = |name: &str| {
            *types == name || types.as_array().is_some_and(|all| all.iter().any(|one| one == name))
        };
        if self.names() == ["currency", "minor"] || self.names() == ["minor", "currency"] {
            Kind::Money
        } else if self.at["format"] == "date-time" {
            Kind::Time
        } else if is("string") || !self.words().is_empty() {
            Kind::Text
        } else if is("number") || is("integer") {
            Kind::Number
        } else if is("boolean") {
            Kind::Flag
        } else if is("object") {
            Kind::Object
        } else {
            Kind::Other
        }
    }
}
