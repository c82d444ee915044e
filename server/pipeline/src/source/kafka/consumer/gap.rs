//! Places that are not there any more: retention dropped what was to be read next, or the topic was
//! deleted and made anew. The client only says that some partition cannot go on; where each one can
//! is asked for here.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, RDKafkaErrorCode},
};

use super::context::Context;
use crate::{
    message::Gap,
    source::kafka::{progress::Part, record},
};

/// How long one question may take; a stop is noticed after it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Pause between two looks.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether the client says that a partition cannot go on where it is.
pub(super) fn is_lost(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(code, Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::LogTruncation))
}

/// A search for the partitions that have lost their place.
#[derive(Default)]
pub(super) struct Search {
    looked: Option<Instant>,
    /// Partitions that ended before their place at the last look. A broker that has just started
    /// may not know yet how far they go, so one look proves nothing.
    short: BTreeSet<Part>,
    /// Gaps that were found and not told yet.
    found: Vec<Gap>,
}

impl Search {
    /// Whether it is time to look.
    pub fn is_due(&self) -> bool {
        self.looked.is_none_or(|at| at.elapsed() >= AGAIN)
    }

    /// Looks at every partition and lets each one go on. Nothing where a broker does not answer or
    /// another look is needed.
    pub fn look(&mut self, client: &BaseConsumer<Context>) -> Option<Vec<Gap>> {
        self.looked = Some(Instant::now());
        let shared = &client.context().shared;
        let places = shared.progress().places();
        let (mut gaps, mut short) = (Vec::new(), BTreeSet::new());
        for (part, expected) in &places {
            let name = shared.settings.name(part.0);
            let (low, high) = client.fetch_watermarks(name, part.1, PATIENCE).ok()?;
            if expected > &high {
                short.insert(*part);
            }
            if *expected < low || expected > &high {
                let (topic, partition) = *part;
                let at = record::now();
                gaps.push(Gap { at, topic, partition, expected: *expected, found: low });
            }
        }
        let known = short.is_subset(&self.short);
        self.short = short;
        if !known {
            return None;
        }
        for gap in &gaps {
            tracing::warn!(%gap, "a partition has lost its place");
            shared.progress().go_to((gap.topic, gap.partition), gap.found);
        }
        self.found.extend(gaps);
        // The client stands still wherever it complained, which it does not say.
        if let Err(error) = client.context().read_on(client) {
            tracing::warn!(%error, "partitions do not go on");
            return None;
        }
        Some(std::mem::take(&mut self.found))
    }
}
