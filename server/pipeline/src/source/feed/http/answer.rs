//! The rows of an answer, which is there as a whole.

use bytes::Bytes;

use crate::feed::{
    Feed, Format,
    row::{Header, at, elements},
    split::{Mark, Raw, Splitter},
};

/// The rows of an answer and the header above them; the line of an element of an array is its
/// number, from 1.
///
/// # Errors
/// When the answer as a whole is something else than expected.
pub(super) fn rows(feed: &Feed, body: &[u8]) -> Result<(Option<Header>, Vec<Raw>), String> {
    match &feed.format {
        Format::Json { items } => Ok((None, of_array(items, body)?)),
        Format::Ndjson => Ok((None, of_lines(&feed.format, body))),
        Format::Csv { delimiter } => {
            let mut rows = of_lines(&feed.format, body);
            if rows.is_empty() {
                return Err("its answer has no header".to_owned());
            }
            let header = Header::read(&rows.remove(0).bytes, *delimiter);
            let header = header.map_err(|fault| format!("the header of its answer: {fault}"))?;
            match header.lacks(feed.map.columns()) {
                None => Ok((Some(header), rows)),
                Some(lacking) => {
                    let names = header.names().join(", ");
                    Err(format!("no column is named {lacking:?}; there is {names}"))
                }
            }
        }
    }
}

fn of_lines(format: &Format, body: &[u8]) -> Vec<Raw> {
    let mut splitter = Splitter::new(format, Mark::START);
    let mut rows = splitter.push(body);
    rows.extend(splitter.finish());
    rows
}

fn of_array(items: &str, body: &[u8]) -> Result<Vec<Raw>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "its answer is not UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    let array = at(text, items).ok_or_else(|| format!("its answer has nothing at {items:?}"))?;
    let items = elements(array).ok_or_else(|| format!("its answer has no array at {items:?}"))?;
    let raw = |(item, line): (&serde_json::value::RawValue, u64)| Raw {
        line,
        bytes: Bytes::copy_from_slice(item.get().as_bytes()),
        too_long: false,
    };
    Ok(items.into_iter().zip(1..).map(raw).collect())
}
