//! The side that writes.

use std::{fs::File, path::Path};

use model::{Book, Timestamp, Topic, status::ChangeOver};
use pipeline::{
    message::Decoded,
    store::{Batch, BookBatch, Checkpoint, Depth, Logged, Positions, StoreError, Writer},
};
use rusqlite::{
    Connection, OptionalExtension, Transaction, TransactionBehavior, named_params, params,
};

use super::{
    Options, alert,
    block::{Packed, Packer, Run, Unpacker},
    change_over, dead, deed,
    fault::{Fault, Result},
    feed, spool, tidy,
    wal::Copier,
};

const NEXT_ENTRIES: &str = "
    INSERT INTO book (name, last_sequence) VALUES (?1, ?3)
    ON CONFLICT (name) DO UPDATE SET last_sequence = ?3 WHERE last_sequence < ?2";

const ADD_BLOCK: &str = "
    INSERT INTO block (id, book, topic, first_sequence, last_sequence, from_time, to_time, count,
        size, raw_size, entities, ids, keys, data)
    VALUES (:id, :book, :topic, :first, :last, :from, :to, :count,
        :size, :raw_size, :entities, :ids, :keys, :data)";

const ADD_TICKS: &str =
    "INSERT INTO tick (book, first_sequence, last_sequence, data) VALUES (?1, ?2, ?3, ?4)";

const ADD_COMMAND: &str = "INSERT INTO command (book, sequence, data) VALUES (?1, ?2, ?3)";

const SET_POSITION: &str = "
    INSERT INTO position (topic, partition, next) VALUES (?1, ?2, ?3)
    ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next";

const ADD_CHECKPOINT: &str = "
    INSERT INTO checkpoint (book, sequence, raw_size, state) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (book, sequence) DO UPDATE
        SET raw_size = excluded.raw_size, state = excluded.state";

const DROP_CHECKPOINTS: &str = "
    DELETE FROM checkpoint WHERE book = ?1 AND sequence < (
        SELECT sequence FROM checkpoint WHERE book = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET 1)";

const TABLES_OF_BOOK: [&str; 6] = [
    "DELETE FROM block WHERE book = ?1",
    "DELETE FROM tick WHERE book = ?1",
    "DELETE FROM command WHERE book = ?1",
    "DELETE FROM alert WHERE book = ?1",
    "DELETE FROM checkpoint WHERE book = ?1",
    "DELETE FROM book WHERE name = ?1",
];

/// The one owner of the database; holds the lock of the data directory until it is dropped.
pub struct SqliteWriter {
    pub(super) connection: Connection,
    pub(super) options: Options,
    pub(super) work: Work,
    dead: dead::Kept,
    depth: Depth,
    _copier: Copier,
    _lock: File,
}

/// Working memory that is kept from batch to batch.
pub(super) struct Work {
    pub(super) run: Run,
    pub(super) packer: Packer,
    pub(super) unpacker: Unpacker,
}

impl SqliteWriter {
    pub(super) fn new(
        mut connection: Connection,
        path: &Path,
        lock: File,
        options: Options,
    ) -> std::result::Result<Self, StoreError> {
        let dead = dead::Kept::measure(&connection)?;
        let depth = spool::measure(&connection)?;
        let work = Work { run: Run::default(), packer: Packer::new()?, unpacker: Unpacker::new()? };
        let copier = Copier::start(&mut connection, path)?;
        Ok(Self { connection, options, work, dead, depth, _copier: copier, _lock: lock })
    }

    /// The generator's seed that this data was begun with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn seed(&self) -> std::result::Result<Option<u64>, StoreError> {
        Ok(seed(&self.connection)?)
    }

    /// Keeps the generator's seed with the data.
    ///
    /// # Errors
    /// When it was not written.
    pub fn set_seed(&mut self, seed: u64) -> std::result::Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO meta (name, value) VALUES ('seed', ?1)";
        let done = self.connection.execute(sql, params![seed.to_le_bytes()]);
        done.map_err(Fault::from)?;
        Ok(())
    }

    fn commit_batch(&mut self, batch: &Batch) -> Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for book in &batch.books {
            write_book(&transaction, book, &mut self.work)?;
        }
        write_positions(&transaction, &batch.positions)?;
        feed::write(&transaction, &batch.feeds)?;
        let depth = spool::add(&transaction, &batch.spool, self.depth)?;
        spool::returned(&transaction, &batch.returned)?;
        let dead = self.dead.remove(&transaction, &batch.settled)?;
        let dead = dead.add(&transaction, &batch.rejects, &self.options)?;
        transaction.commit()?;
        self.dead = dead;
        self.depth = depth;
        Ok(())
    }

    fn keep_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        let book = checkpoint.book.to_string();
        let state = self.work.packer.bytes(&checkpoint.state)?;
        let transaction = self.connection.transaction()?;
        transaction.prepare_cached(ADD_CHECKPOINT)?.execute(params![
            book,
            checkpoint.sequence,
            checkpoint.state.len(),
            state
        ])?;
        transaction.prepare_cached(DROP_CHECKPOINTS)?.execute([&book])?;
        Ok(transaction.commit()?)
    }

    fn forget_book(&mut self, book: &Book) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for sql in TABLES_OF_BOOK {
            transaction.execute(sql, [book.to_string()])?;
        }
        Ok(transaction.commit()?)
    }
}

impl Writer for SqliteWriter {
    fn commit(&mut self, batch: &Batch) -> std::result::Result<(), StoreError> {
        if *batch == Batch::default() {
            return Ok(());
        }
        Ok(self.commit_batch(batch)?)
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> std::result::Result<(), StoreError> {
        Ok(self.keep_checkpoint(checkpoint)?)
    }

    fn tidy(&mut self, now: Timestamp) -> std::result::Result<bool, StoreError> {
        Ok(tidy::step(self, now)?)
    }

    fn forget(&mut self, book: &Book) -> std::result::Result<(), StoreError> {
        Ok(self.forget_book(book)?)
    }

    fn delivered(&mut self, to: u64) -> std::result::Result<(), StoreError> {
        self.depth = spool::drop_to(&mut self.connection, to, self.depth)?;
        Ok(())
    }

    fn changed_over(&mut self, change: &ChangeOver) -> std::result::Result<(), StoreError> {
        Ok(change_over::add(&mut self.connection, change)?)
    }

    fn depth(&self) -> Depth {
        self.depth
    }
}

/// The seed, wherever it is asked for.
pub(super) fn seed(connection: &Connection) -> Result<Option<u64>> {
    let sql = "SELECT value FROM meta WHERE name = 'seed'";
    let bytes: Option<[u8; 8]> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(bytes.map(u64::from_le_bytes))
}

fn write_book(transaction: &Transaction<'_>, batch: &BookBatch, work: &mut Work) -> Result<()> {
    let book = batch.book.to_string();
    if let (Some(first), Some(last)) = (batch.entries.first(), batch.entries.last()) {
        let mut extend = transaction.prepare_cached(NEXT_ENTRIES)?;
        if extend.execute(params![book, first.sequence, last.sequence])? == 0 {
            let why = format!("entry {} of book {book} is already stored", first.sequence);
            return Err(StoreError::Failed(why).into());
        }
    }
    for topic in Topic::ALL {
        write_topic(transaction, batch, topic, work)?;
    }
    write_ticks(transaction, batch)?;
    write_deeds(transaction, batch)?;
    alert::write(transaction, &batch.alerts, &mut work.packer)
}

fn write_topic(
    transaction: &Transaction<'_>,
    batch: &BookBatch,
    topic: Topic,
    work: &mut Work,
) -> Result<()> {
    let Work { run, packer, .. } = work;
    run.clear();
    for (sequence, decoded) in events_of(batch, topic) {
        if run.is_full() {
            add_block(transaction, None, &batch.book, topic, &packer.fast(run)?)?;
            run.clear();
        }
        run.push(&batch.book, sequence, decoded)?;
    }
    if run.count > 0 {
        add_block(transaction, None, &batch.book, topic, &packer.fast(run)?)?;
    }
    Ok(())
}

fn events_of(batch: &BookBatch, topic: Topic) -> impl Iterator<Item = (u64, &Decoded)> {
    batch.entries.iter().filter_map(move |entry| match &entry.what {
        Logged::Event(decoded) if decoded.event.data.topic() == topic => {
            Some((entry.sequence, &**decoded))
        }
        _ => None,
    })
}

/// Adds a block, with the next id where none is given.
pub(super) fn add_block(
    transaction: &Transaction<'_>,
    id: Option<i64>,
    book: &Book,
    topic: Topic,
    block: &Packed<'_>,
) -> Result<()> {
    transaction.prepare_cached(ADD_BLOCK)?.execute(named_params! {
        ":id": id,
        ":book": book.to_string(),
        ":topic": topic.name(),
        ":first": block.first_sequence,
        ":last": block.last_sequence,
        ":from": block.from_time,
        ":to": block.to_time,
        ":count": block.count,
        ":size": block.size(),
        ":raw_size": block.raw_size,
        ":entities": &*block.entities,
        ":ids": &*block.ids,
        ":keys": &*block.keys,
        ":data": &*block.data,
    })?;
    Ok(())
}

fn write_ticks(transaction: &Transaction<'_>, batch: &BookBatch) -> Result<()> {
    let ticks: Vec<(u64, Timestamp)> = batch
        .entries
        .iter()
        .filter_map(|entry| match entry.what {
            Logged::Tick(time) => Some((entry.sequence, time)),
            _ => None,
        })
        .collect();
    if let (Some(first), Some(last)) = (ticks.first(), ticks.last()) {
        let data = postcard::to_stdvec(&ticks)?;
        let mut add = transaction.prepare_cached(ADD_TICKS)?;
        add.execute(params![batch.book.to_string(), first.0, last.0, data])?;
    }
    Ok(())
}

fn write_deeds(transaction: &Transaction<'_>, batch: &BookBatch) -> Result<()> {
    for entry in &batch.entries {
        if let Some(data) = deed::write(entry) {
            let data = data?;
            let mut add = transaction.prepare_cached(ADD_COMMAND)?;
            add.execute(params![batch.book.to_string(), entry.sequence, data])?;
        }
    }
    Ok(())
}

fn write_positions(transaction: &Transaction<'_>, positions: &Positions) -> Result<()> {
    for ((topic, partition), next) in positions {
        let mut set = transaction.prepare_cached(SET_POSITION)?;
        set.execute(params![topic.name(), partition, next])?;
    }
    Ok(())
}
