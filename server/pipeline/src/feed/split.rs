//! Bytes to rows, as they come: a row is handed out once its end is there. Never holds more than
//! one row, and of one that is too long only its beginning.

use bytes::Bytes;

use super::Format;
use crate::{decode::MAX_BYTES, store::KEPT_BYTES};

/// Bytes kept of a row that is too long: one more than of a message, so that it counts as cut.
const KEPT: usize = KEPT_BYTES + 1;

/// What a file may begin with to say that it is UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A row as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Its bytes without the end of the line; of a row that is too long, the first ones.
    pub bytes: Bytes,
    /// Whether it is longer than any message may be.
    pub too_long: bool,
}

/// Where the next row begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Byte in the file, from 0.
    pub offset: u64,
    /// Line, from 1.
    pub line: u64,
}

impl Mark {
    /// The beginning of a file.
    pub const START: Mark = Mark { offset: 0, line: 1 };
}

/// Within a row of cells: quotes mean something only around a whole cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Begins,
    Plain,
    Quoted,
    /// A quote within quotes: their end, or the first half of one that belongs to the text.
    Quote,
}

/// Cuts one file.
#[derive(Debug)]
pub struct Splitter {
    delimiter: Option<u8>,
    begin: Mark,
    at: Mark,
    cell: Cell,
    row: Vec<u8>,
    too_long: bool,
}

impl Splitter {
    /// Goes on where a row begins.
    pub fn new(format: &Format, begin: Mark) -> Self {
        let delimiter = match format {
            Format::Csv { delimiter } => Some(*delimiter),
            Format::Ndjson | Format::Json { .. } => None,
        };
        let row = Vec::new();
        Self { delimiter, begin, at: begin, cell: Cell::Begins, row, too_long: false }
    }

    /// Where the row begins whose end is not there yet.
    pub fn begin(&self) -> Mark {
        self.begin
    }

    /// The byte of the file that is to be pushed next.
    pub fn next(&self) -> u64 {
        self.at.offset
    }

    /// Forgets the row whose end is not there yet, unless it was too long already.
    pub fn rewind(&mut self) {
        if !self.too_long {
            (self.at, self.cell) = (self.begin, Cell::Begins);
            self.row = Vec::new();
        }
    }

    /// Takes the next bytes of the file; answers with the rows that end in them. Empty lines are no
    /// rows.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Raw> {
        let mut rows = Vec::new();
        let mut rest = bytes;
        while let Some(end) = self.end_of_row(rest) {
            let (row, more) = rest.split_at(end);
            self.keep(row);
            self.at.offset += end as u64;
            rest = more;
            rows.extend(self.take());
        }
        self.keep(rest);
        self.at.offset += rest.len() as u64;
        rows
    }

    /// The last row, where nothing follows it.
    pub fn finish(&mut self) -> Option<Raw> {
        self.take()
    }

    /// Bytes until and with the end of the row, if it is in these.
    fn end_of_row(&mut self, bytes: &[u8]) -> Option<usize> {
        for (index, &byte) in bytes.iter().enumerate() {
            self.at.line += u64::from(byte == b'\n');
            let long = self.too_long || self.row.len() + index > MAX_BYTES;
            // A quote that is never closed must not swallow the file.
            if byte == b'\n' && (long || self.cell != Cell::Quoted) {
                return Some(index + 1);
            }
            // The mark of UTF-8 at the beginning of a file belongs to no cell.
            if !self.is_mark(index, byte) {
                self.cell = self.cell_after(byte);
            }
        }
        None
    }

    fn is_mark(&self, index: usize, byte: u8) -> bool {
        let place = usize::try_from(self.at.offset).unwrap_or(usize::MAX).saturating_add(index);
        MARK.get(place) == Some(&byte)
    }

    fn cell_after(&self, byte: u8) -> Cell {
        let Some(delimiter) = self.delimiter else { return Cell::Plain };
        match (self.cell, byte) {
            (Cell::Begins, b'"') => Cell::Quoted,
            (Cell::Quoted, b'"') => Cell::Quote,
            (Cell::Quote, b'"') | (Cell::Quoted, _) => Cell::Quoted,
            (_, byte) if byte == delimiter => Cell::Begins,
            _ => Cell::Plain,
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.too_long {
            return;
        }
        self.too_long = self.row.len() + bytes.len() > MAX_BYTES + "\r\n".len();
        let most = if self.too_long { KEPT } else { usize::MAX };
        let room = most.saturating_sub(self.row.len());
        self.row.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.row.truncate(most);
    }

    /// The row that has ended here; the next one begins.
    fn take(&mut self) -> Option<Raw> {
        let Mark { offset, line } = std::mem::replace(&mut self.begin, self.at);
        let (row, too_long) = (std::mem::take(&mut self.row), std::mem::take(&mut self.too_long));
        self.cell = Cell::Begins;
        let mut row = Bytes::from(row);
        if offset == 0 && row.starts_with(MARK) {
            row = row.slice(MARK.len()..);
        }
        let ends = row.iter().rev().take_while(|byte| b"\r\n".contains(byte)).count();
        let bytes = row.slice(..row.len() - ends);
        (too_long || !bytes.is_empty()).then_some(Raw { line, bytes, too_long })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CSV: Format = Format::Csv { delimiter: b',' };

    fn split(format: &Format, parts: &[&[u8]]) -> (Vec<(u64, String)>, Mark) {
        let mut splitter = Splitter::new(format, Mark::START);
        let rows: Vec<Raw> = parts.iter().flat_map(|part| splitter.push(part)).collect();
        let text = |raw: &Raw| (raw.line, String::from_utf8_lossy(&raw.bytes).into_owned());
        (rows.iter().map(text).collect(), splitter.begin())
    }

    #[test]
    fn rows_end_where_their_format_says() {
        let check = |format: &Format, text: &str, rows: &[(u64, &str)], offset: u64, line: u64| {
            let (found, begin) = split(format, &[text.as_bytes()]);
            let found: Vec<_> = found.iter().map(|(line, text)| (*line, &**text)).collect();
            assert_eq!((&*found, begin), (rows, Mark { offset, line }), "{text:?}");
        };
        check(&CSV, "a,b\n1,2\n3,", &[(1, "a,b"), (2, "1,2")], 8, 3);
        check(&CSV, "a\r\n\r\n\r\n1\r\n", &[(1, "a"), (4, "1")], 10, 5);
        check(&CSV, "\u{feff}\"a\nb\",c\n", &[(1, "\"a\nb\",c")], 11, 3);
        check(
            &CSV,
            "\"say \"\"hi\n\"\"\",1\n2\n",
            &[(1, "\"say \"\"hi\n\"\"\",1"), (3, "2")],
            18,
            4,
        );
        check(&CSV, "5\" pipe,1\nx\n", &[(1, "5\" pipe,1"), (2, "x")], 12, 3);
        check(&CSV, "1,\"open\n2,3\n", &[], 0, 1);
        check(&Format::Ndjson, "{\"a\":\"\n\"}\n\n", &[(1, "{\"a\":\""), (2, "\"}")], 11, 4);
        check(&Format::Ndjson, "", &[], 0, 1);
    }

    #[test]
    fn a_row_that_is_too_long_is_passed_in_bounded_memory() {
        let mut splitter = Splitter::new(&CSV, Mark::START);
        let part = [b'x'; 300_000];
        assert_eq!(splitter.push(b"a\n\""), splitter_row(1, b"a"));
        for _ in 0..20 {
            assert_eq!(splitter.push(&part), []);
            assert!(splitter.row.capacity() < 4 * MAX_BYTES);
        }
        splitter.rewind();
        assert_eq!(splitter.next(), 6_000_003, "what was passed is not read again");
        let rows = splitter.push(b"x\n1\n");
        assert!(rows[0].too_long && rows[0].line == 2 && rows[0].bytes.len() == KEPT);
        assert_eq!(rows[1..], splitter_row(3, b"1"));
        let just = "y".repeat(MAX_BYTES) + "\r\n";
        assert!(!splitter.push(just.as_bytes())[0].too_long);
        let more = "y".repeat(MAX_BYTES + 3) + "\n";
        assert!(splitter.push(more.as_bytes())[0].too_long);
    }

    fn splitter_row(line: u64, bytes: &'static [u8]) -> [Raw; 1] {
        [Raw { line, bytes: Bytes::from_static(bytes), too_long: false }]
    }

    #[test]
    fn an_unfinished_row_is_read_again() {
        let mut splitter = Splitter::new(&Format::Ndjson, Mark { offset: 10, line: 3 });
        assert_eq!(splitter.push(b"{\"a\""), []);
        splitter.rewind();
        assert_eq!((splitter.next(), splitter.begin()), (10, Mark { offset: 10, line: 3 }));
        assert_eq!(splitter.push(b"{\"a\":1}\n"), splitter_row(3, b"{\"a\":1}"));
        assert_eq!(splitter.push(b"tail"), []);
        assert_eq!(splitter.finish(), Some(splitter_row(4, b"tail")[0].clone()));
        assert_eq!(splitter.finish(), None);
    }

    proptest! {
        /// What the `csv` crate writes is cut into the rows that it wrote, however it arrives.
        #[test]
        fn rows_are_those_that_were_written(
            rows in prop::collection::vec(prop::collection::vec("[a\"\n, ]{1,4}", 2), 1..8),
            size in 1..9_usize,
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let parts: Vec<&[u8]> = bytes.chunks(size).collect();
            let (found, begin) = split(&CSV, &parts);
            prop_assert_eq!(begin.offset, bytes.len() as u64);
            prop_assert_eq!(found.len(), rows.len());
            for ((_, text), row) in found.iter().zip(&rows) {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
                let read = reader.records().next().unwrap().unwrap();
                prop_assert!(read.iter().eq(row));
            }
        }
    }
}
