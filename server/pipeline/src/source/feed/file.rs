//! The tailer: reads the files of a feed, waits for more, and follows them where they are renamed,
//! cut or written anew.
//!
//! A file goes on where it stopped as long as its beginning, and what stands before that place, are
//! what was read; else it is read from its beginning, and what is known already is recognised.

mod tail;

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use self::tail::{Seen, Tail};
use super::{board::Line, gather, glob::files, outlet::Outlet};
use crate::{
    feed::{Feed, map::row_id},
    flow::Arrived,
    store::FeedPosition,
};

/// Files are looked at so often.
pub(super) const EVERY: Duration = Duration::from_millis(500);

/// Files that stay open, so that one that is renamed is read to its end.
const OPEN: usize = 64;

/// Why a file was not read to its end.
enum Stop {
    /// The feed ends.
    Closed,
    /// It cannot be read now.
    Failed(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Failed(error.to_string())
    }
}

/// Reads the files of one feed.
pub(super) struct Tailer {
    feed: Feed,
    path: PathBuf,
    outlet: Outlet,
    line: Line,
    /// How far each place was read.
    positions: BTreeMap<String, FeedPosition>,
    tails: BTreeMap<PathBuf, Tail>,
}

impl Tailer {
    pub fn new(
        feed: Feed,
        path: PathBuf,
        outlet: Outlet,
        line: Line,
        positions: BTreeMap<String, FeedPosition>,
    ) -> Self {
        Self { feed, path, outlet, line, positions, tails: BTreeMap::new() }
    }

    /// Reads until it is told to end.
    pub fn run(mut self) {
        loop {
            match self.look() {
                Ok(waiting) => self.line.waits(waiting),
                Err(Stop::Failed(reason)) => self.line.fails(&reason, EVERY),
                Err(Stop::Closed) => return,
            }
            if !self.outlet.pause(EVERY) {
                return;
            }
        }
    }

    /// Reads what is new in all files; one that fails keeps no other from being read. Answers with
    /// what is waited for, where that is something.
    fn look(&mut self) -> Result<Option<String>, Stop> {
        let found = match files(&self.path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.leave_all_but(&[])?;
                return Ok(Some("nothing is there yet".to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        self.leave_all_but(&found)?;
        let (mut failed, mut waiting) = (None, None);
        let mut note = |path: &Path, outcome| {
            match outcome {
                Ok(unfinished) => waiting = waiting.take().or(unfinished),
                Err(Stop::Failed(reason)) => {
                    failed.get_or_insert(format!("{}: {reason}", path.display()));
                }
                Err(Stop::Closed) => return Err(Stop::Closed),
            }
            Ok(())
        };
        // All are recognised before one is read: the position by which a file is known that was
        // renamed is that of the file in its place, once this one is read.
        for path in &found {
            note(path, self.recognise(path))?;
        }
        for path in &found {
            note(path, self.read_new(path, found.len() <= OPEN))?;
        }
        match failed {
            Some(reason) => Err(Stop::Failed(reason)),
            None if found.is_empty() => Ok(Some("nothing is there yet".to_owned())),
            None => Ok(waiting),
        }
    }

    /// Leaves the files that are not found any more: what they still got is read.
    fn leave_all_but(&mut self, found: &[PathBuf]) -> Result<(), Stop> {
        let gone = |path: &&PathBuf| found.binary_search(path).is_err();
        let gone: Vec<PathBuf> = self.tails.keys().filter(gone).cloned().collect();
        for path in gone {
            if let Some(mut tail) = self.tails.remove(&path) {
                self.read(&path, &mut tail)?;
            }
        }
        Ok(())
    }

    /// Finds out which file stands at a path by now, and where to go on in it. Answers with what is
    /// waited for.
    fn recognise(&mut self, path: &Path) -> Result<Option<String>, Stop> {
        let seen = match Seen::of(path) {
            // It is gone since it was found: the next look leaves it.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            seen => seen?,
        };
        let mut tail = match self.tails.remove(path) {
            Some(tail) if tail.seen == seen => Some(tail),
            Some(mut tail) if tail.seen.file != seen.file => {
                // The file of before was renamed or removed: what it still got is read first.
                self.read(path, &mut tail)?;
                None
            }
            Some(mut tail) => {
                tail.open(path)?;
                tail.is_continued()?.then_some(tail)
            }
            None => None,
        };
        if tail.is_none() {
            tail = self.begin(path)?;
        }
        let Some(mut tail) = tail else {
            return Ok(Some(format!("{}:1: the header has no end yet", path.display())));
        };
        tail.is_read &= tail.seen == seen;
        // As it was before it is read: what is written meanwhile is seen the next time.
        tail.seen = seen;
        self.tails.insert(path.to_owned(), tail);
        Ok(None)
    }

    /// Opens a file that is new here, or has another content than before: at the place where it,
    /// or the same file by another name, was left. Nothing while its header has no end.
    fn begin(&mut self, path: &Path) -> Result<Option<Tail>, Stop> {
        let name = path.display().to_string();
        let Some(mut tail) = Tail::begin(path, &self.feed)? else { return Ok(None) };
        if let Some(own) = self.positions.get(&name)
            && tail.go_on(own)?
        {
            return Ok(Some(tail));
        }
        let is_same = |position: &&FeedPosition| position.file == tail.seen.file;
        if let Some(renamed) = self.positions.values().find(is_same)
            && tail.go_on(renamed)?
        {
            self.send(&name, &tail, Arrived::default())?;
        }
        Ok(Some(tail))
    }

    /// Reads what is new in a file. Answers with the row whose end is waited for.
    fn read_new(&mut self, path: &Path, keep_open: bool) -> Result<Option<String>, Stop> {
        let Some(mut tail) = self.tails.remove(path) else { return Ok(None) };
        if !tail.is_read {
            self.read(path, &mut tail)?;
            tail.is_read = true;
        }
        if !keep_open {
            tail.close();
        }
        let unfinished = tail.unfinished(path);
        self.tails.insert(path.to_owned(), tail);
        Ok(unfinished)
    }

    /// Hands over every whole row that is there.
    fn read(&mut self, path: &Path, tail: &mut Tail) -> Result<(), Stop> {
        let name = path.display().to_string();
        while let Some(rows) = tail.next()? {
            if !self.outlet.is_open() {
                return Err(Stop::Closed);
            }
            if !rows.is_empty() {
                let (mut arrived, now) = (Arrived::default(), (self.line.clock)());
                for raw in rows {
                    let id = row_id(raw.line, &raw.bytes);
                    let named = (format!("{name}:{}", raw.line), Some(id));
                    gather(&self.feed, &raw, tail.header.as_ref(), named, now, &mut arrived);
                }
                self.send(&name, tail, arrived)?;
            }
        }
        Ok(())
    }

    /// Hands rows over with the position behind them.
    fn send(&mut self, name: &str, tail: &Tail, mut arrived: Arrived) -> Result<(), Stop> {
        let position = tail.position();
        arrived.feeds.insert((self.feed.name.clone(), name.to_owned()), position.clone());
        self.line.read(&arrived);
        if !self.outlet.send(arrived) {
            return Err(Stop::Closed);
        }
        self.positions.insert(name.to_owned(), position);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
