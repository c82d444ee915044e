//! Who reads what whom writes: marks the jobs behind a failed one.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Change, Map,
    event::{Etl, etl::Dataset},
    view::etl::Row,
};

use super::History;
use crate::process::Output;

/// Failed jobs that a mark names.
const NAMED: usize = 3;

/// Whether two events of a job read and write the same data sets.
pub(super) fn same_wiring(a: &Etl, b: &Etl) -> bool {
    a.inputs == b.inputs && a.outputs == b.outputs
}

/// Marks every job that reads, directly or through others, what a failed job writes, with the
/// names of the failed jobs; takes the mark from every other.
pub(super) fn mark(histories: &BTreeMap<String, History>, out: &mut Output<'_>) {
    let blame = blame(histories, &out.snapshot.etl);
    let changed: Vec<Row> = out
        .snapshot
        .etl
        .iter()
        .filter_map(|(job, row)| {
            let because = blame.get(job.as_str()).map(names);
            (row.stale_because != because).then(|| Row { stale_because: because, ..row.clone() })
        })
        .collect();
    for row in changed {
        out.emit(Change::Etl(Box::new(row)));
    }
}

fn names(failed: &BTreeSet<&str>) -> String {
    let mut text = failed.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if failed.len() > NAMED {
        text.push_str(&format!(" and {} more", failed.len() - NAMED));
    }
    text
}

/// The failed jobs upstream of each job that has any.
fn blame<'a>(
    histories: &BTreeMap<String, History>,
    rows: &'a Map<String, Row>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut readers: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (job, row) in rows {
        for input in &row.etl.inputs {
            readers.entry(key(input)).or_default().push(job);
        }
    }
    let mut blame: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let failed = |job: &str| histories.get(job).is_some_and(|history| history.failed);
    for root in rows.keys().map(String::as_str).filter(|job| failed(job)) {
        let mut open = vec![root];
        let mut seen = BTreeSet::from([root]);
        while let Some(row) = open.pop().and_then(|job| rows.get(job)) {
            let behind = row.etl.outputs.iter().filter_map(|output| readers.get(&key(output)));
            for &reader in behind.flatten() {
                if seen.insert(reader) {
                    blame.entry(reader).or_default().insert(root);
                    open.push(reader);
                }
            }
        }
    }
    blame
}

fn key(dataset: &Dataset) -> (&str, &str) {
    (&dataset.namespace, dataset.name.as_str())
}
