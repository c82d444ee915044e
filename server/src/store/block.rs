//! How a run of events becomes one row: rows of postcard behind one another, compressed together,
//! with small indexes beside them. Two packed runs can be joined without looking inside.
//!
//! The form of a stored event is its own, borrowed struct, so that reading a block allocates
//! nothing for the events that nobody asked for, and the vocabulary may change without it.

use std::borrow::Cow;

use bytes::Bytes;
use model::{
    Book, Envelope, Event, EventId, Payload, Position, Provenance, Recorded, Timestamp, Topic,
};
use pipeline::{message::Decoded, store::dedupe_key};
use serde::{Deserialize, Serialize, Serializer};
use zstd::bulk::{Compressor, Decompressor};

use super::fault::{Fault, Result};

/// Most events in a block.
pub(super) const EVENTS: usize = 4_096;

/// Most bytes of a block before compression; a single larger event still gets one.
pub(super) const RAW_BYTES: usize = 1 << 20;

/// Compression of what is committed: fast. Merging packs again, with [`DENSE`].
const FAST: i32 = 1;

/// Compression of merged blocks.
const DENSE: i32 = 3;

/// A stored event.
#[derive(Serialize, Deserialize)]
pub(super) struct Row<'a> {
    pub(super) sequence: u64,
    pub(super) received: Timestamp,
    pub(super) time: Timestamp,
    pub(super) id: &'a str,
    source: &'a str,
    kind: &'a str,
    pub(super) subject: &'a str,
    /// The key of the payload, where the subject says something else.
    pub(super) entity: Option<&'a str>,
    position: Option<Position>,
    dataschema: Option<&'a str>,
    tenant: Option<&'a str>,
    provenance: Provenance,
    correlation: Option<&'a str>,
    scenario: Option<&'a str>,
    number: Option<u64>,
    #[serde(serialize_with = "as_bytes")]
    raw: &'a [u8],
}

fn as_bytes<S: Serializer>(raw: &[u8], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_bytes(raw)
}

impl<'a> Row<'a> {
    fn new(sequence: u64, decoded: &'a Decoded) -> Self {
        let envelope = &decoded.event.envelope;
        let entity = decoded.event.data.entity();
        Row {
            sequence,
            received: decoded.received,
            time: envelope.time,
            id: envelope.id.as_str(),
            source: &envelope.source,
            kind: &envelope.kind,
            subject: &envelope.subject,
            entity: (entity != envelope.subject).then_some(entity),
            position: decoded.position,
            dataschema: envelope.dataschema.as_deref(),
            tenant: envelope.tenant.as_deref(),
            provenance: envelope.provenance,
            correlation: envelope.correlation.as_deref(),
            scenario: envelope.scenario.as_deref(),
            number: envelope.sequence,
            raw: &decoded.raw,
        }
    }

    /// Reads the first row of `bytes`, and what follows it.
    pub(super) fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8])> {
        Ok(postcard::take_from_bytes(bytes)?)
    }

    /// Whether the event is about this entity.
    pub(super) fn is_about(&self, entity: &str) -> bool {
        self.subject == entity || self.entity == Some(entity)
    }

    fn envelope(&self) -> Result<Envelope> {
        Ok(Envelope {
            id: EventId::new(self.id).map_err(|error| Fault::Damaged(error.to_string()))?,
            source: self.source.to_owned(),
            kind: self.kind.to_owned(),
            subject: self.subject.to_owned(),
            time: self.time,
            dataschema: self.dataschema.map(str::to_owned),
            tenant: self.tenant.map(str::to_owned),
            provenance: self.provenance,
            correlation: self.correlation.map(str::to_owned),
            scenario: self.scenario.map(str::to_owned),
            sequence: self.number,
        })
    }

    /// The event as it was committed; its payload is read again from its own JSON.
    pub(super) fn decoded(&self, topic: Topic) -> Result<Decoded> {
        let data = Payload::from_json(topic, self.raw).map_err(|error| self.unreadable(&error))?;
        Ok(Decoded {
            event: Event { envelope: self.envelope()?, data },
            raw: Bytes::copy_from_slice(self.raw),
            position: self.position,
            received: self.received,
        })
    }

    /// The event as the API hands it out.
    pub(super) fn recorded(&self, book: &Book, topic: Topic) -> Result<Recorded> {
        let data = serde_json::from_slice(self.raw).map_err(|error| self.unreadable(&error))?;
        Ok(Recorded {
            envelope: self.envelope()?,
            topic,
            book: book.clone(),
            log_sequence: self.sequence,
            received: self.received,
            position: self.position,
            data,
        })
    }

    fn unreadable(&self, error: &serde_json::Error) -> Fault {
        Fault::Damaged(format!("payload of event {}: {error}", self.id))
    }
}

/// 32 bits of a text, to skip blocks by: FNV-1a. Stored, so never to be changed.
pub(super) fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Whether an index of fingerprints, sorted and in little-endian order, has this one.
pub(super) fn has(index: &[u8], wanted: u32) -> bool {
    let (words, _) = index.as_chunks::<4>();
    words.binary_search_by_key(&wanted, |word| u32::from_le_bytes(*word)).is_ok()
}

/// A run of events of one topic of one book, before it is packed. Reused from run to run.
#[derive(Default)]
pub(super) struct Run {
    pub(super) first_sequence: u64,
    pub(super) last_sequence: u64,
    pub(super) from_time: i64,
    pub(super) to_time: i64,
    pub(super) count: usize,
    entities: Vec<u32>,
    ids: Vec<u32>,
    keys: Vec<u8>,
    rows: Vec<u8>,
}

impl Run {
    /// Whether another event belongs into another block.
    pub(super) fn is_full(&self) -> bool {
        self.count >= EVENTS || self.rows.len() >= RAW_BYTES
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.entities.clear();
        self.ids.clear();
        self.keys.clear();
        self.rows.clear();
    }

    pub(super) fn push(&mut self, book: &Book, sequence: u64, decoded: &Decoded) -> Result<()> {
        let row = Row::new(sequence, decoded);
        self.widen(sequence, sequence, row.time.millis(), row.time.millis());
        self.count += 1;
        self.entities.push(fingerprint(row.subject));
        self.entities.extend(row.entity.map(fingerprint));
        self.ids.push(fingerprint(row.id));
        let key = dedupe_key(book, row.source, &decoded.event.envelope.id);
        self.keys.extend_from_slice(&key.to_le_bytes());
        self.rows = postcard::to_extend(&row, std::mem::take(&mut self.rows))?;
        Ok(())
    }

    /// Appends a packed run that follows in the log.
    pub(super) fn append(&mut self, packed: &Packed<'_>, unpacker: &mut Unpacker) -> Result<()> {
        self.widen(packed.first_sequence, packed.last_sequence, packed.from_time, packed.to_time);
        self.count += packed.count;
        let words = |index: &[u8]| -> Vec<u32> {
            index.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
        };
        self.entities.extend(words(&packed.entities));
        self.ids.extend(words(&packed.ids));
        self.keys.extend_from_slice(&packed.keys);
        self.rows.extend(unpacker.unpack(&packed.data, packed.raw_size)?);
        Ok(())
    }

    fn widen(&mut self, first: u64, last: u64, from: i64, to: i64) {
        if self.count == 0 {
            (self.first_sequence, self.from_time, self.to_time) = (first, from, to);
        }
        self.last_sequence = last;
        self.from_time = self.from_time.min(from);
        self.to_time = self.to_time.max(to);
    }
}

/// A run as the database keeps it.
pub(super) struct Packed<'a> {
    pub(super) first_sequence: u64,
    pub(super) last_sequence: u64,
    pub(super) from_time: i64,
    pub(super) to_time: i64,
    pub(super) count: usize,
    pub(super) raw_size: usize,
    pub(super) entities: Cow<'a, [u8]>,
    pub(super) ids: Cow<'a, [u8]>,
    pub(super) keys: Cow<'a, [u8]>,
    pub(super) data: Cow<'a, [u8]>,
}

impl Packed<'_> {
    /// Bytes of all blobs together.
    pub(super) fn size(&self) -> usize {
        self.entities.len() + self.ids.len() + self.keys.len() + self.data.len()
    }
}

/// Packs runs; keeps its working memory.
pub(super) struct Packer {
    fast: Compressor<'static>,
    dense: Compressor<'static>,
    data: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { fast: Compressor::new(FAST)?, dense: Compressor::new(DENSE)?, data: Vec::new() })
    }

    /// Packs a freshly committed run.
    pub(super) fn fast<'a>(&'a mut self, run: &'a mut Run) -> Result<Packed<'a>> {
        squeeze(&mut self.fast, &run.rows, &mut self.data)?;
        Ok(packed(run, &self.data))
    }

    /// Packs a merged run.
    pub(super) fn dense<'a>(&'a mut self, run: &'a mut Run) -> Result<Packed<'a>> {
        squeeze(&mut self.dense, &run.rows, &mut self.data)?;
        Ok(packed(run, &self.data))
    }

    /// Packs bytes that are no run.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<&[u8]> {
        squeeze(&mut self.fast, bytes, &mut self.data)?;
        Ok(&self.data)
    }
}

fn squeeze(compressor: &mut Compressor<'_>, from: &[u8], to: &mut Vec<u8>) -> Result<()> {
    to.clear();
    to.reserve(zstd::zstd_safe::compress_bound(from.len()));
    compressor.compress_to_buffer(from, to)?;
    Ok(())
}

fn packed<'a>(run: &'a mut Run, data: &'a [u8]) -> Packed<'a> {
    Packed {
        first_sequence: run.first_sequence,
        last_sequence: run.last_sequence,
        from_time: run.from_time,
        to_time: run.to_time,
        count: run.count,
        raw_size: run.rows.len(),
        entities: index(&mut run.entities).into(),
        ids: index(&mut run.ids).into(),
        keys: run.keys.as_slice().into(),
        data: data.into(),
    }
}

fn index(words: &mut Vec<u32>) -> Vec<u8> {
    words.sort_unstable();
    words.dedup();
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Unpacks blocks.
pub(super) struct Unpacker(Decompressor<'static>);

impl Unpacker {
    pub(super) fn new() -> Result<Self> {
        Ok(Self(Decompressor::new()?))
    }

    /// The bytes before compression, of which there are `size`.
    pub(super) fn unpack(&mut self, data: &[u8], size: usize) -> Result<Vec<u8>> {
        let bytes = self.0.decompress(data, size)?;
        if bytes.len() != size {
            return Err(Fault::Damaged(format!("{} bytes where {size} were", bytes.len())));
        }
        Ok(bytes)
    }
}
