//! One file: how far it was read, and whether it is still the one that was read.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
};

use xxhash_rust::xxh3::Xxh3Default;

use super::Stop;
use crate::{
    feed::{
        Feed, Format,
        row::Header,
        split::{Mark, Raw, Splitter},
    },
    store::FeedPosition,
};

/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// Bytes at the beginning of a file, and before the place where it was left, by which it is known.
const SEALED: u64 = 4 * 1024;

/// What the file system says of a file: while it is the same, nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// What the file system calls it, whatever its name is.
    pub file: i64,
    length: u64,
    changed: (i64, i64),
}

impl Seen {
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|found| Self::from_metadata(&found))
    }

    fn from_metadata(found: &fs::Metadata) -> Self {
        let changed = (found.mtime(), found.mtime_nsec());
        Self { file: found.ino().cast_signed(), length: found.len(), changed }
    }
}

/// A file that is being read.
pub(super) struct Tail {
    /// What the file system said when it was looked at last.
    pub seen: Seen,
    /// The columns, where it has any.
    pub header: Option<Header>,
    /// Whether all was read that was there when it was looked at.
    pub is_read: bool,
    file: Option<File>,
    format: Format,
    splitter: Splitter,
    buffer: Vec<u8>,
    sealed: i64,
}

impl Tail {
    /// Opens a file at its first row. Nothing while the header has no end.
    pub fn begin(path: &Path, feed: &Feed) -> Result<Option<Self>, Stop> {
        let file = File::open(path)?;
        let seen = Seen::from_metadata(&file.metadata()?);
        let format = feed.format.clone();
        let splitter = Splitter::new(&format, Mark::START);
        let file = Some(file);
        let (header, is_read, buffer, sealed) = (None, false, Vec::new(), 0);
        let mut tail = Self { seen, header, is_read, file, format, splitter, buffer, sealed };
        if let Format::Csv { delimiter } = tail.format {
            let Some((raw, after)) = tail.first()? else { return Ok(None) };
            let failed =
                |what: &dyn std::fmt::Display| Stop::Failed(format!("line {}: {what}", raw.line));
            let header = Header::read(&raw.bytes, delimiter).map_err(|fault| failed(&fault))?;
            if let Some(lacking) = header.lacks(feed.map.columns()) {
                let names = header.names().join(", ");
                return Err(failed(&format!("no column is named {lacking:?}; there is {names}")));
            }
            tail.header = Some(header);
            tail.splitter = Splitter::new(&tail.format, after);
        }
        tail.sealed = tail.seal(tail.splitter.begin().offset)?;
        Ok(Some(tail))
    }

    /// The first row, and where the second one begins.
    fn first(&mut self) -> Result<Option<(Raw, Mark)>, Stop> {
        let mut splitter = Splitter::new(&self.format, Mark::START);
        // A byte at a time within each chunk, so that nothing behind the header is taken.
        while let Some(chunk) = self.chunk(splitter.next())? {
            for byte in chunk {
                if let Some(raw) = splitter.push(&[byte]).pop() {
                    return Ok(Some((raw, splitter.begin())));
                }
            }
        }
        Ok(None)
    }

    /// Goes on at a position, if the file still begins with what was read until there.
    pub fn go_on(&mut self, position: &FeedPosition) -> Result<bool, Stop> {
        let FeedPosition { offset, line, seal, .. } = *position;
        let length = self.opened()?.metadata()?.len();
        let begins = self.splitter.begin().offset;
        if offset < begins || offset > length || self.seal(offset)? != seal {
            return Ok(false);
        }
        self.splitter = Splitter::new(&self.format, Mark { offset, line });
        self.sealed = seal;
        Ok(true)
    }

    /// Whether the file still begins with what was read of it.
    pub fn is_continued(&mut self) -> Result<bool, Stop> {
        let offset = self.splitter.begin().offset;
        let length = self.opened()?.metadata()?.len();
        Ok(offset <= length && self.seal(offset)? == self.sealed)
    }

    /// Opens the file again, where it was closed.
    pub fn open(&mut self, path: &Path) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(File::open(path)?);
        }
        Ok(())
    }

    /// Closes the file, since there are many.
    pub fn close(&mut self) {
        self.file = None;
    }

    /// The rows that end in the next bytes; nothing at the end of the file.
    pub fn next(&mut self) -> Result<Option<Vec<Raw>>, Stop> {
        if self.file.is_none() {
            return Ok(None);
        }
        let Some(chunk) = self.chunk(self.splitter.next())? else {
            // What is not finished is read once more, rather than held while nothing comes.
            self.splitter.rewind();
            return Ok(None);
        };
        let rows = self.splitter.push(&chunk);
        self.buffer = chunk;
        self.sealed = self.seal(self.splitter.begin().offset)?;
        Ok(Some(rows))
    }

    /// Where it is to go on after a restart.
    pub fn position(&self) -> FeedPosition {
        let Mark { offset, line } = self.splitter.begin();
        let (file, seal) = (self.seen.file, self.sealed);
        FeedPosition { file, offset, line, seal, etag: None, modified: None }
    }

    /// The row whose end is waited for.
    pub fn unfinished(&self, path: &Path) -> Option<String> {
        let begin = self.splitter.begin();
        let waits = begin.offset < self.seen.length;
        waits.then(|| format!("{}:{}: the row has no end yet", path.display(), begin.line))
    }

    fn opened(&self) -> Result<&File, Stop> {
        self.file.as_ref().ok_or_else(|| Stop::Failed("it is closed".to_owned()))
    }

    /// The bytes at a place; nothing at the end of the file.
    fn chunk(&mut self, at: u64) -> Result<Option<Vec<u8>>, Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(CHUNK, 0);
        let read = self.opened()?.read_at(&mut buffer, at)?;
        buffer.truncate(read);
        Ok((read > 0).then_some(buffer))
    }

    /// A hash of the beginning of the file and of what stands before a place.
    fn seal(&self, offset: u64) -> Result<i64, Stop> {
        let mut hash = Xxh3Default::new();
        let mut buffer = [0; SEALED as usize];
        let length = offset.min(SEALED);
        for at in [0, offset - length] {
            let part = &mut buffer[..usize::try_from(length).unwrap_or(0)];
            self.opened()?.read_exact_at(part, at)?;
            hash.update(part);
        }
        Ok(hash.digest().cast_signed())
    }
}
