//! Messages that retention dropped before they were read, by partition.

use model::{Figure, Snapshot};

use super::{Reading, Readings};
use crate::message::Gap;

/// The entity that a gap is about, and its figure: all that is missed since its open alert was
/// raised.
pub(crate) fn read(gap: &Gap, snapshot: &Snapshot, readings: &mut Readings) -> String {
    let entity = format!("{}-partition-{}", gap.topic, gap.partition);
    let told = snapshot.alerts.values().find(|alert| {
        alert.state.is_open() && alert.figure == Figure::MissedRecords && alert.entity == entity
    });
    let before = told.map_or(0.0, |alert| alert.value);
    #[expect(clippy::cast_precision_loss, reason = "a count on a screen")]
    let missed = gap.missed() as f64;
    readings.clear();
    readings.push((Figure::MissedRecords, Reading::Value(before + missed)));
    entity
}
