//! Feeds at work: a thread for each reads its files or asks its address, as fast as the flow takes
//! the rows. What a row means is decided in [`crate::feed`]; how far a feed has come is stored in
//! the transaction that stores its events, so that no kill loses or doubles one.

mod board;
mod file;
mod glob;
mod http;
mod outlet;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use model::Timestamp;

pub use self::board::Board;
use self::{board::Line, file::Tailer, http::Poller, outlet::Outlet};
use crate::{
    decode::Fault,
    edge::from_feed,
    feed::{
        Feed, Place,
        map::row_id,
        row::{Header, Row},
        split::Raw,
    },
    flow::{Arrived, Input},
    store::{FeedRow, Reader},
};

/// What the feeds are given.
pub struct Setup {
    /// The feeds.
    pub feeds: Vec<Feed>,
    /// Where their rows go.
    pub input: Input,
    /// Where their positions are read.
    pub reader: Arc<dyn Reader>,
    /// Where they say what they do.
    pub board: Board,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// Running feeds.
pub struct Feeds {
    outlets: Vec<Outlet>,
}

impl Feeds {
    /// Starts a thread for each.
    ///
    /// # Errors
    /// When there is no thread for one.
    pub fn start(setup: Setup) -> std::io::Result<Self> {
        let Setup { feeds, input, reader, board, clock } = setup;
        let mut started = Self { outlets: Vec::new() };
        for (index, feed) in feeds.into_iter().enumerate() {
            let outlet = Outlet::new(input.clone());
            let line = Line::new(board.clone(), index, &feed.name, clock);
            let (way, reader) = (outlet.clone(), Arc::clone(&reader));
            let thread = std::thread::Builder::new().name(format!("feed-{}", feed.name));
            thread.spawn(move || run(feed, way, line, &*reader))?;
            started.outlets.push(outlet);
        }
        Ok(started)
    }

    /// Tells them to end, and the flow nothing more. A thread that waits for an address is not
    /// waited for.
    pub fn stop(&self) {
        for outlet in &self.outlets {
            outlet.close();
        }
    }
}

/// Reads a feed until it is told to end.
fn run(feed: Feed, outlet: Outlet, line: Line, reader: &dyn Reader) {
    let positions = loop {
        match reader.feed_positions(&feed.name) {
            Ok(positions) => break positions,
            // Without the positions everything would be read again.
            Err(error) => line.fails(&error.to_string(), file::EVERY),
        }
        if !outlet.pause(file::EVERY) {
            return;
        }
    };
    match feed.place.clone() {
        Place::Files(path) => Tailer::new(feed, path, outlet, line, positions).run(),
        Place::Url(address) => Poller::new(feed, address, outlet, line, positions).run(),
    }
}

/// Makes an event or a reject of a row. `place` is where people find it, and what names it where
/// it has no id of its own.
fn gather(
    feed: &Feed,
    raw: &Raw,
    header: Option<&Header>,
    (place, id): (String, Option<String>),
    now: Timestamp,
    arrived: &mut Arrived,
) {
    let row = match (raw.too_long, header) {
        (true, _) => Err(Fault::too_long()),
        (false, Some(header)) => Row::cells(&raw.bytes, header),
        (false, None) => Row::json(&raw.bytes),
    };
    let (message, fault) = match row {
        Ok(row) => feed.message(&row, id, now),
        Err(fault) => {
            let id = id.unwrap_or_else(|| row_id(raw.line, &raw.bytes));
            (feed.unread(raw.bytes.clone(), &id, now), Some(fault))
        }
    };
    from_feed(message, fault, FeedRow { feed: feed.name.clone(), place }, now, arrived);
}
