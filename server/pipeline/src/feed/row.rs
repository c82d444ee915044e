//! A row that was read: what stands under a column, or at a JSON pointer (RFC 6901).

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord, Terminator};
use serde_json::{Value, value::RawValue};

use crate::decode::{Fault, Reason};

/// The columns of a file, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    columns: HashMap<String, usize>,
    count: usize,
    delimiter: u8,
}

impl Header {
    /// Reads the line that names the columns.
    ///
    /// # Errors
    /// When it cannot be read, or two columns have one name.
    pub fn read(bytes: &[u8], delimiter: u8) -> Result<Self, Fault> {
        let names = cells(bytes, delimiter)?;
        let mut columns = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            if columns.insert(name.trim().to_owned(), index).is_some() && !name.trim().is_empty() {
                return Err(Fault::at(Reason::Shape, name.trim(), "two columns have this name"));
            }
        }
        Ok(Self { columns, count: names.len(), delimiter })
    }

    /// The first of these columns that it does not have.
    pub fn lacks<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        names.find(|name| !self.columns.contains_key(*name))
    }

    /// The names of its columns, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.columns.iter().collect();
        names.sort_by_key(|(_, index)| **index);
        names.into_iter().map(|(name, _)| &**name).collect()
    }
}

/// One row.
#[derive(Debug)]
pub enum Row<'a> {
    /// Cells below a header.
    Cells(&'a Header, StringRecord),
    /// JSON, read and as it was written.
    Json(Value, &'a str),
}

impl<'a> Row<'a> {
    /// Reads a row of cells.
    ///
    /// # Errors
    /// When it is no text, or has not as many cells as the header.
    pub fn cells(bytes: &[u8], header: &'a Header) -> Result<Self, Fault> {
        let cells = cells(bytes, header.delimiter)?;
        if cells.len() != header.count {
            let (found, wanted) = (cells.len(), header.count);
            let what = format!("the row has {found} cells, the header {wanted}");
            return Err(Fault::new(Reason::Shape, what));
        }
        Ok(Row::Cells(header, cells))
    }

    /// Reads a row of JSON.
    ///
    /// # Errors
    /// When it is something else.
    pub fn json(bytes: &'a [u8]) -> Result<Self, Fault> {
        let text = utf8(bytes)?;
        let value = serde_json::from_str(text).map_err(|error| {
            Fault::new(Reason::NotJson, format!("the row is not JSON: {error}"))
        })?;
        Ok(Row::Json(value, text))
    }

    /// What stands there; nothing where it is absent, empty or null.
    pub fn get(&self, from: &str) -> Option<Value> {
        match self {
            Row::Cells(header, cells) => {
                let cell = cells.get(*header.columns.get(from)?)?;
                (!cell.is_empty()).then(|| cell.into())
            }
            Row::Json(value, _) => value.pointer(from).filter(|value| !value.is_null()).cloned(),
        }
    }

    /// The digits of a number as they were written, which a float does not keep.
    pub fn digits(&self, from: &str) -> Option<String> {
        match self {
            Row::Cells(..) => None,
            Row::Json(_, text) => at(text, from).map(str::to_owned),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let what = format!("the row is not UTF-8 from byte {}", error.valid_up_to());
        Fault::new(Reason::NotUtf8, what)
    })
}

/// The cells of one row; its quotes may hold ends of lines.
fn cells(bytes: &[u8], delimiter: u8) -> Result<StringRecord, Fault> {
    let text = utf8(bytes)?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(text.len().max(1))
        .from_reader(text.as_bytes());
    let mut cells = StringRecord::new();
    let read = reader.read_record(&mut cells);
    read.map_err(|error| Fault::new(Reason::Shape, error.to_string()))?;
    Ok(cells)
}

/// The text of the value at a pointer.
pub fn at<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let mut found: &RawValue = serde_json::from_str(text).ok()?;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        found = match serde_json::from_str::<HashMap<String, &RawValue>>(found.get()) {
            Ok(members) => members.get(&step).copied()?,
            Err(_) => *elements(found.get())?.get(step.parse::<usize>().ok()?)?,
        };
    }
    Some(found.get())
}

/// The texts of an array's elements; nothing where it is no array.
pub fn elements(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_found_by_the_name_of_their_column() {
        let header = Header::read("ID; Name ;Note".as_bytes(), b';').unwrap();
        let row = Row::cells("7;\"a;\n\"\"b\"\"\";".as_bytes(), &header).unwrap();
        let check = |from: &str, value: Option<&str>| {
            assert_eq!(row.get(from), value.map(Value::from), "{from}");
        };
        check("ID", Some("7"));
        check("Name", Some("a;\n\"b\""));
        check("Note", None);
        check("Nope", None);
        assert_eq!(header.names(), ["ID", "Name", "Note"]);
        assert_eq!(header.lacks(["ID", "Nope"].into_iter()), Some("Nope"));
    }

    #[test]
    fn what_is_no_row_says_why() {
        let header = Header::read(b"a,b", b',').unwrap();
        let check = |bytes: &[u8], reason: Reason| {
            assert_eq!(Row::cells(bytes, &header).unwrap_err().reason, reason, "{bytes:?}");
        };
        check(b"1", Reason::Shape);
        check(b"1,2,3", Reason::Shape);
        check(b"\xff,2", Reason::NotUtf8);
        assert_eq!(Row::json(b"{").unwrap_err().reason, Reason::NotJson);
        assert_eq!(Row::json(b"\"\xff\"").unwrap_err().reason, Reason::NotUtf8);
        assert_eq!(Header::read(b"a,a", b',').unwrap_err().reason, Reason::Shape);
    }

    #[test]
    fn json_is_found_by_pointer_and_keeps_its_digits() {
        let text = r#"{"a": {"b/c": [1, 12345678901234567.89]}, "n": null}"#;
        let row = Row::json(text.as_bytes()).unwrap();
        assert_eq!(row.get("/a/b~1c/0"), Some(json!(1)));
        assert_eq!(row.get("/n"), None);
        assert_eq!(row.get("/x"), None);
        assert_eq!(row.digits("/a/b~1c/1").as_deref(), Some("12345678901234567.89"));
        assert_eq!(at(text, ""), Some(text));
        assert_eq!(at(text, "/a/b~1c/2"), None);
    }
}
