//! The mixed view: of some topics what is simulated, of the others what is real. It folds changes
//! of both books by topic, so that a viewer follows it like any other.

use model::{Book, Change, Snapshot, Topic};

/// Which topics are simulated, in the order of `Topic::ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix(pub [bool; 7]);

impl Mix {
    /// Whether what the view shows of a topic comes from this book.
    fn takes(self, book: &Book, topic: Topic) -> bool {
        *Book::Mixed.of_topic(self.0[topic.index()]) == *book
    }

    /// Those changes of a book that the view shows.
    pub fn changes(self, book: &Book, changes: &[Change]) -> Vec<Change> {
        changes.iter().filter(|change| self.shows(book, change)).cloned().collect()
    }

    fn shows(self, book: &Book, change: &Change) -> bool {
        match change {
            // Both clocks are the wall's; the view has the later one.
            Change::Now(_) => true,
            Change::Alert(alert) => self.takes(book, alert.topic),
            // It is of one of them only, and where the view has none nothing happens.
            Change::AlertRemoved(_) => true,
            Change::Rates(_) => self.takes(book, Topic::Transactions),
            other => other.topic().is_some_and(|topic| self.takes(book, topic)),
        }
    }

    /// The view of two snapshots, at this place of its own count.
    pub fn snapshot(self, real: &Snapshot, simulated: &Snapshot, sequence: u64) -> Snapshot {
        let mut view = Snapshot { book: Book::Mixed, sequence, ..real.clone() };
        view.now = real.now.max(simulated.now);
        for topic in Topic::ALL.into_iter().filter(|topic| self.0[topic.index()]) {
            match topic {
                Topic::Budget => view.budget.clone_from(&simulated.budget),
                Topic::Projects => view.projects.clone_from(&simulated.projects),
                Topic::Compliance => view.compliance.clone_from(&simulated.compliance),
                Topic::Transactions => {
                    view.transactions.clone_from(&simulated.transactions);
                    view.minutes.clone_from(&simulated.minutes);
                    view.rates.clone_from(&simulated.rates);
                }
                Topic::Risk => view.risk.clone_from(&simulated.risk),
                Topic::System => view.system.clone_from(&simulated.system),
                Topic::Etl => view.etl.clone_from(&simulated.etl),
            }
        }
        let both = || [(&Book::Real, real), (&Book::Simulated, simulated)];
        let of = |book: &Book, topic: &Topic| self.takes(book, *topic);
        view.trends = both()
            .into_iter()
            .flat_map(|(book, from)| from.trends.iter().filter(move |(topic, _)| of(book, topic)))
            .map(|(topic, trend)| (*topic, trend.clone()))
            .collect();
        view.newest = both()
            .into_iter()
            .flat_map(|(book, from)| from.newest.iter().filter(move |(topic, _)| of(book, topic)))
            .map(|(topic, time)| (*topic, *time))
            .collect();
        view.alerts = both()
            .into_iter()
            .flat_map(|(book, from)| from.alerts.values().filter(move |it| of(book, &it.topic)))
            .map(|alert| (alert.id.clone(), alert.clone()))
            .collect();
        view
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Timestamp, wire::Gap};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{
        hub::{Hub, Start},
        ledger::{Entry, Ledger},
        rule::Rules,
        simulate::{Intervals, World},
    };

    const START: Timestamp = Timestamp::from_millis(1_767_603_600_000);

    /// A book that goes on by itself.
    struct Told {
        ledger: Ledger,
        world: World,
    }

    impl Told {
        fn new(book: Book, seed: u64) -> Self {
            let ledger = Ledger::new(book, Vec::new(), Arc::new(Rules::builtin()));
            Self { ledger, world: World::new(seed, START, Intervals::default()) }
        }

        fn advance(&mut self, now: Timestamp, hub: &Hub) {
            let mut changes = Vec::new();
            for event in self.world.advance(now) {
                let entry = Entry::Event { event: &event, position: None };
                self.ledger.fold(entry, &mut changes);
            }
            self.ledger.fold(Entry::Tick(now), &mut changes);
            let snapshot = self.ledger.snapshot();
            hub.publish(&snapshot.book, snapshot.sequence, changes);
        }
    }

    /// Who follows the mixed view has of each topic what its book has, whatever comes when; and
    /// after a book was opened anew, resuming from before is refused.
    #[tokio::test(start_paused = true)]
    async fn the_view_has_of_each_topic_what_its_book_has() {
        let mix = Mix([false, true, false, true, false, false, true]);
        let hub = Hub::mixing(7, Some(mix));
        let mut books = [Told::new(Book::Real, 1), Told::new(Book::Simulated, 2)];
        for book in &books {
            hub.open(book.ledger.snapshot().clone());
        }
        let stop = CancellationToken::new();
        tokio::spawn(Arc::clone(&hub).pace(stop.clone()));
        let view = hub.book(&Book::Mixed).expect("a view");
        let (Start::Snapshot(first), mut frames) = view.join(None) else { panic!("a snapshot") };
        let mut state = (*first).clone();
        for minute in 1..60 {
            let now = START.plus(minute * Timestamp::MINUTE);
            for (index, book) in (0..).zip(&mut books) {
                if (minute + index) % 3 != 0 {
                    book.advance(now, &hub);
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        while let Ok(frame) = frames.try_recv() {
            assert_eq!(frame.delta().apply(&mut state), Ok::<(), Gap>(()));
        }
        let [real, simulated] = books.each_ref().map(|book| book.ledger.snapshot());
        assert!(real.etl != simulated.etl && real.risk != simulated.risk, "two worlds");
        assert!(state.sequence > 0 && !state.alerts.is_empty());
        assert_eq!(state, mix.snapshot(real, simulated, state.sequence));
        assert_eq!((&state.etl, &state.risk), (&simulated.etl, &real.risk));
        let of_two = |alert: &model::Alert| (alert.topic == Topic::Etl, alert.book.clone());
        assert!(state.alerts.values().map(of_two).all(|found| match found {
            (true, book) => book == Book::Simulated,
            (false, _) => true,
        }));

        hub.open(Snapshot::empty(Book::Simulated, []));
        let view = hub.book(&Book::Mixed).expect("a view");
        assert!(matches!(view.join(Some(state.sequence)).0, Start::Snapshot(_)));
        let snapshot = view.snapshot();
        assert!(snapshot.sequence > state.sequence && snapshot.etl.is_empty());
        assert_eq!(snapshot.risk, real.risk);
    }
}
