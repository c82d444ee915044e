//! The table `[feed.map]`: which field of the payload is made of what, held against the payload's
//! schema.

use std::{collections::BTreeMap, ops::Range};

use pipeline::feed::{Convert, Field, Format, Take, row::Row};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::{
    super::layer::nearest,
    parse::{Entry, is_column},
    shape::{Kind, Shape},
};

/// Keys of a field that is written as a table.
const KEYS: [&str; 5] = ["from", "value", "as", "currency", "values"];

/// Reads the fields of a mapping, and checks that none is missing.
pub(super) fn fields(
    entry: &mut Entry<'_, '_, '_>,
    table: (&DeTable<'_>, Range<usize>),
    payload: Shape<'_>,
    format: &Format,
) -> Vec<Field> {
    let currency = entry.take_of("currency", format);
    let mut map = Map { entry, format, currency, fields: Vec::new() };
    map.walk(table.0, payload, &[], "");
    let fields = map.fields;
    for name in missing(payload, &fields, &[]) {
        entry.fault(table.1.clone(), format_args!("map: the field {name} is missing"));
    }
    fields
}

/// Required fields that nothing is made of, of the payload and of each object that is begun.
fn missing(shape: Shape<'_>, fields: &[Field], path: &[String]) -> Vec<String> {
    let mut missing = Vec::new();
    let required = shape.required();
    for name in shape.names() {
        let path = [path, &[name.to_owned()]].concat();
        let mut within = fields.iter().filter(|field| field.path.starts_with(&path)).peekable();
        if within.peek().is_none() {
            missing.extend(required.contains(&name).then(|| path.join(".")));
        } else if let Some(shape) = shape.property(name)
            && within.all(|field| field.path.len() > path.len())
        {
            missing.extend(self::missing(shape, fields, &path));
        }
    }
    missing
}

struct Map<'m, 'e, 'r, 't> {
    entry: &'m mut Entry<'e, 'r, 't>,
    format: &'m Format,
    currency: Option<Take>,
    fields: Vec<Field>,
}

impl Map<'_, '_, '_, '_> {
    /// A key is a field, or the first part of the name of one: names of fields may hold points.
    fn walk(&mut self, table: &DeTable<'_>, shape: Shape<'_>, path: &[String], stem: &str) {
        for (key, value) in table {
            let name = format!("{stem}{}", key.get_ref());
            let inner = value.get_ref().as_table().filter(|inner| !is_leaf(inner));
            match (shape.property(&name), inner) {
                (Some(shape), Some(inner)) => {
                    self.walk(inner, shape, &[path, &[name]].concat(), "");
                }
                (Some(shape), None) => {
                    let path = [path, &[name]].concat();
                    self.field(path, shape, (value.get_ref(), value.span()));
                }
                (None, Some(inner))
                    if shape.names().iter().any(|known| known.starts_with(&format!("{name}."))) =>
                {
                    self.walk(inner, shape, path, &format!("{name}."));
                }
                (None, _) => {
                    let hint = nearest(&name, shape.names());
                    let full = [path, &[name]].concat().join(".");
                    self.fault(key.span(), &full, format!("no such field{hint}"));
                }
            }
        }
    }

    fn fault(&mut self, span: Range<usize>, field: &str, what: impl std::fmt::Display) {
        self.entry.fault(span, format!("map.{field}: {what}"));
    }

    fn field(
        &mut self,
        path: Vec<String>,
        shape: Shape<'_>,
        (value, span): (&DeValue<'_>, Range<usize>),
    ) {
        let name = path.join(".");
        let nothing = DeTable::new();
        let table = value.as_table().unwrap_or(&nothing);
        for (key, _) in table {
            if !KEYS.contains(&key.get_ref().as_ref()) {
                let hint = nearest(key.get_ref(), KEYS);
                self.fault(key.span(), &name, format!("no such key: {}{hint}", key.get_ref()));
            }
        }
        let take = take(value, self.format);
        let convert = take.as_ref().map_err(Clone::clone).and_then(|_| self.convert(table, shape));
        match (take, convert) {
            (Ok(take), Ok(convert)) => {
                if let Err(reason) = check_constant(&take, &convert, shape) {
                    self.fault(span, &name, reason);
                }
                self.fields.push(Field { path, take, convert });
            }
            (Err(reason), _) | (_, Err(reason)) => {
                self.fault(span, &name, reason);
                // It is there, though not in order.
                self.fields.push(Field {
                    path,
                    take: Take::Value(Value::Null),
                    convert: Convert::Json,
                });
            }
        }
    }

    fn convert(&self, table: &DeTable<'_>, shape: Shape<'_>) -> Result<Convert, String> {
        let asked = table.get("as").map(|word| word.get_ref().as_str().unwrap_or_default());
        let is_json = !matches!(self.format, Format::Csv { .. });
        let kind = shape.kind();
        if let Some(values) = table.get("values") {
            return words(values.get_ref(), shape);
        }
        let natural = match kind {
            Kind::Text => ("text", Convert::Text),
            Kind::Number => ("number", Convert::Number),
            Kind::Flag => ("flag", Convert::Flag),
            Kind::Time => ("time", Convert::Time),
            Kind::Money => ("minor", self.minor(table, asked == Some("minor"))?),
            Kind::Object | Kind::Other => ("json", Convert::Json),
        };
        match asked {
            None if kind == Kind::Money => Err("is an amount: write as = \"minor\" for one in \
                major units such as 1234.50, or map its .minor and .currency"
                .to_owned()),
            None if natural.0 == "json" && !is_json && !table.contains_key("value") => {
                Err(format!("is {}, which no cell holds: map its fields", kind.title()))
            }
            None => Ok(natural.1),
            Some("json") if is_json => Ok(Convert::Json),
            Some(word) if word == natural.0 => Ok(natural.1),
            Some(word) => {
                let or = if is_json && natural.0 != "json" { " or \"json\"" } else { "" };
                let (kind, natural) = (kind.title(), natural.0);
                Err(format!("is {kind}: as is \"{natural}\"{or}, not {word:?}"))
            }
        }
    }

    fn minor(&self, table: &DeTable<'_>, asked: bool) -> Result<Convert, String> {
        let own =
            table.get("currency").map(|value| take(value.get_ref(), self.format)).transpose()?;
        match own.or_else(|| self.currency.clone()) {
            Some(currency) => Ok(Convert::Minor { currency }),
            None if asked => {
                Err("its currency is missing: name its column in currency, here or for the feed"
                    .to_owned())
            }
            None => Ok(Convert::Json),
        }
    }
}

/// Whether a table says where a field comes from, rather than being the fields below it.
fn is_leaf(table: &DeTable<'_>) -> bool {
    ["from", "value", "as", "values"].iter().any(|key| table.contains_key(*key))
}

/// Where a value is taken from: a column, a pointer, or a constant.
pub(super) fn take(value: &DeValue<'_>, format: &Format) -> Result<Take, String> {
    let column = |text: &str| is_column(text, format).map(|()| Take::From(text.to_owned()));
    match value {
        DeValue::String(text) => column(text),
        DeValue::Table(table) => match (table.get("from"), table.get("value")) {
            (Some(_), Some(_)) => Err("has both from and value; write one of them".to_owned()),
            (Some(from), None) => match from.get_ref().as_str() {
                Some(text) => column(text),
                None => Err("from: expected a text".to_owned()),
            },
            (None, Some(value)) => Ok(Take::Value(json(value.get_ref()))),
            (None, None) => Err("has neither from nor value".to_owned()),
        },
        other => {
            Err(format!("expected a column or {{ value = \u{2026} }}, found {}", other.type_str()))
        }
    }
}

fn words(values: &DeValue<'_>, shape: Shape<'_>) -> Result<Convert, String> {
    let Some(table) = values.as_table().filter(|_| shape.kind() == Kind::Text) else {
        return Err("values is a table of texts, for a text".to_owned());
    };
    let mut words = BTreeMap::new();
    for (from, to) in table {
        let to = to.get_ref().as_str().ok_or("values: expected texts")?;
        known_word(to, shape)?;
        words.insert(from.get_ref().to_string(), to.to_owned());
    }
    Ok(Convert::Words(words))
}

fn known_word(word: &str, shape: Shape<'_>) -> Result<(), String> {
    let known = shape.words();
    if known.is_empty() || known.contains(&word) {
        return Ok(());
    }
    Err(format!("{word:?} is none of {}{}", known.join(", "), nearest(word, known)))
}

/// A constant is converted here once, as it will be for every row.
fn check_constant(take: &Take, convert: &Convert, shape: Shape<'_>) -> Result<(), String> {
    let of_row = matches!(convert, Convert::Minor { currency: Take::From(_) });
    if of_row || matches!(take, Take::From(_)) {
        return Ok(());
    }
    match convert.value(take, &Row::Json(Value::Null, "null"))? {
        Some(Value::String(word)) => known_word(&word, shape),
        _ => Ok(()),
    }
}

/// A value of the file as JSON.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let members = table.iter();
            members.map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}
