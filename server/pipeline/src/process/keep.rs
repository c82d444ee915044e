//! How many entities a topic keeps, and which go first.

use model::{Snapshot, Topic};

/// Entities above the limit that are let pass, so that room is made for many at once.
const SLACK: usize = 64;

/// Most entities that a topic keeps in its rows.
pub(crate) const fn limit(topic: Topic) -> usize {
    match topic {
        Topic::Compliance | Topic::Risk => 2_000,
        _ => 1_000,
    }
}

/// The entities that go: closed ones first, then those that reported longest ago, by their place
/// in the log. Nobody goes before the limit is passed by [`SLACK`].
pub(crate) fn surplus(snapshot: &Snapshot, topic: Topic) -> Vec<String> {
    let most = limit(topic);
    let count = match topic {
        Topic::Budget => snapshot.budget.len(),
        Topic::Projects => snapshot.projects.len(),
        Topic::Compliance => snapshot.compliance.len(),
        Topic::Transactions => 0,
        Topic::Risk => snapshot.risk.len(),
        Topic::System => snapshot.system.len(),
        Topic::Etl => snapshot.etl.len(),
    };
    if count <= most + SLACK {
        return Vec::new();
    }
    let mut ranked = ranked(snapshot, topic);
    ranked.sort_unstable();
    ranked.into_iter().take(count - most).map(|(_, _, entity)| entity.to_owned()).collect()
}

fn ranked(snapshot: &Snapshot, topic: Topic) -> Vec<(bool, u64, &str)> {
    macro_rules! rank {
        ($rows:expr, $open:expr) => {
            $rows.iter().map(|(key, row)| ($open(row), row.origin.sequence, key.as_str())).collect()
        };
    }
    match topic {
        Topic::Budget => rank!(snapshot.budget, |_: &model::view::budget::Row| true),
        Topic::Projects => rank!(snapshot.projects, |row: &model::view::project::Row| {
            super::project::is_open(row.project.status)
        }),
        Topic::Compliance => rank!(snapshot.compliance, |row: &model::view::compliance::Row| row
            .item
            .status
            .is_open()),
        Topic::Risk => rank!(snapshot.risk, model::view::risk::Row::is_open),
        Topic::System => rank!(snapshot.system, |_: &model::view::system::Row| true),
        Topic::Etl => rank!(snapshot.etl, |_: &model::view::etl::Row| true),
        Topic::Transactions => Vec::new(),
    }
}
