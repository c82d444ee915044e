//! The table of settings, as documentation and as a JSON Schema.

use serde_json::{Map, Value, json};

use super::{
    people,
    setting::{self, Kind, Setting},
    value::expected,
};

/// The settings as a table in Markdown: what the README shows.
pub fn table() -> String {
    let mut table = String::from(
        "| key | flag | environment | default | meaning |\n| --- | --- | --- | --- | --- |\n",
    );
    for setting in setting::all() {
        let Setting { path, flag, default, doc, .. } = setting;
        let flag = flag.map_or_else(String::new, |flag| format!("`{flag}`"));
        let path = path.replace('*', "<topic>");
        let variable = setting.variables();
        let default = default.title();
        table += &format!("| `{path}` | {flag} | `{variable}` | {default} | {doc} |\n");
    }
    let people = "| `people.<id>.name`, `.title`, `.superior` | | | the generator's people | \
                  The directory of people; in the file only. |\n";
    table + people
}

/// The JSON Schema of the configuration file.
pub fn json_schema() -> Value {
    let mut sections = Map::new();
    for settings in setting::SETTINGS {
        for setting in *settings {
            let mut steps: Vec<&str> = setting.path.split('.').collect();
            let leaf = if steps.last() == Some(&"*") {
                steps.pop();
                by_topic(setting)
            } else {
                described(setting, None)
            };
            let (key, section) = (steps[1], steps[0]);
            let section = sections.entry(section).or_insert_with(|| object(Map::new()));
            section["properties"][key] = leaf;
        }
    }
    sections.insert("people".into(), people());
    let mut schema = object(sections);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$id"] = "/api/v1/schemas/config".into();
    schema["title"] = "streamboard.toml".into();
    schema["description"] = "The configuration file of Streamboard.".into();
    schema
}

fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn by_topic(setting: &Setting) -> Value {
    let topics = model::Topic::ALL
        .into_iter()
        .map(|topic| (topic.to_string(), described(setting, Some(topic))))
        .collect();
    let mut schema = object(topics);
    schema["description"] = setting.doc.into();
    schema
}

fn described(setting: &Setting, topic: Option<model::Topic>) -> Value {
    let mut schema = shape(setting.kind);
    let format = format!("{} Expected: {}.", setting.doc, expected(setting.kind));
    schema["description"] = format.into();
    if let Some(text) = setting.default.value(topic) {
        schema["default"] = match setting.kind {
            Kind::Flag => (text == "true").into(),
            Kind::Integer(..) => text.parse::<u64>().map_or(Value::Null, Value::from),
            _ => text.into(),
        };
    }
    schema
}

fn shape(kind: Kind) -> Value {
    match kind {
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Size(least, most) => json!({
            "type": ["integer", "string"],
            "minimum": least,
            "maximum": most,
            "pattern": "^ *([0-9]+ *(B|kB|MB|GB|TB) *)+$"
        }),
        Kind::Duration(..) => {
            json!({ "type": "string", "pattern": "^ *([0-9]+ *[a-z]+ *)+$" })
        }
        Kind::KafkaName => json!({
            "type": "string", "minLength": 1, "maxLength": 249, "pattern": "^[A-Za-z0-9._-]+$"
        }),
        Kind::Address | Kind::Text | Kind::Path | Kind::Brokers => {
            json!({ "type": "string", "minLength": 1 })
        }
        Kind::Properties => json!({
            "type": "object",
            "additionalProperties": { "type": ["string", "integer", "boolean", "object"] }
        }),
    }
}

fn people() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let keys = people::KEYS.iter().map(|key| ((*key).to_owned(), text.clone())).collect();
    let mut person = object(keys);
    person["required"] = json!(["name", "title"]);
    json!({
        "type": "object",
        "description": "The directory of people by id; where it is missing, the generator's own.",
        "additionalProperties": person
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_holds_the_table() {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        let readme = std::fs::read_to_string(readme).expect("the README lies above the server");
        let rest = readme.split_once("<!-- settings").expect("a place for the table").1;
        let (_, rest) = rest.split_once("-->\n").expect("the comment ends");
        let (held, _) = rest.split_once("<!-- /settings -->").expect("the table ends");
        assert_eq!(held.trim(), table().trim(), "put this between the marks:\n{}", table());
    }
}
