//! Order of rows: by one column, up or down, what is missing always last.

use std::cmp::Ordering;

use model::order;

use super::Entry;

/// What a cell is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// Words, in lower case.
    Words(String),
    /// A number.
    Number(f64),
    /// Nothing.
    Missing,
}

/// Column and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Index of the column.
    pub column: usize,
    /// Largest first.
    pub descending: bool,
}

impl Order {
    /// Largest first.
    pub const fn down(column: usize) -> Self {
        Self { column, descending: true }
    }

    /// Smallest first.
    pub const fn up(column: usize) -> Self {
        Self { column, descending: false }
    }

    /// What pressing a head chooses: the other direction of the same column, else numbers from
    /// the largest and words from the first.
    pub fn press(self, column: usize, numeric: bool) -> Self {
        if self.column == column {
            Self { column, descending: !self.descending }
        } else {
            Self { column, descending: numeric }
        }
    }

    /// The rows in this order; equal ones keep theirs.
    pub fn sorted(self, entries: &[Entry]) -> Vec<&Entry> {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        order::sort(&mut sorted, |a, b| self.compare(self.key(a), self.key(b)));
        sorted
    }

    fn key(self, entry: &Entry) -> &Key {
        entry.cells.get(self.column).map_or(&Key::Missing, |cell| &cell.key)
    }

    fn compare(self, a: &Key, b: &Key) -> Ordering {
        let ordering = match (a, b) {
            (Key::Missing, Key::Missing) => return Ordering::Equal,
            (Key::Missing, _) => return Ordering::Greater,
            (_, Key::Missing) => return Ordering::Less,
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Words(a), Key::Words(b)) => a.cmp(b),
            (Key::Number(_), Key::Words(_)) => Ordering::Less,
            (Key::Words(_), Key::Number(_)) => Ordering::Greater,
        };
        if self.descending { ordering.reverse() } else { ordering }
    }
}

#[cfg(test)]
mod tests {
    use model::{EventId, Origin, Timestamp};

    use super::{super::Cell, *};

    fn entry(name: &str, value: Option<f64>) -> Entry {
        let event = EventId::new(name).unwrap();
        let origin = Origin { event, time: Timestamp::default(), sequence: 1, position: None };
        let cells = vec![Cell::words(name), Cell::optional(value, |value| value.to_string())];
        Entry { entity: name.to_owned(), origin, cells }
    }

    #[test]
    fn missing_values_stand_last_in_both_directions() {
        let entries = [entry("b", Some(2.0)), entry("C", None), entry("a", Some(-1.0))];
        let check = |order: Order, expected: [&str; 3]| {
            let names = order.sorted(&entries).into_iter().map(|entry| entry.entity.as_str());
            assert_eq!(names.collect::<Vec<_>>(), expected);
        };
        check(Order::up(0), ["a", "b", "C"]);
        check(Order::down(0), ["C", "b", "a"]);
        check(Order::up(1), ["a", "b", "C"]);
        check(Order::down(1), ["b", "a", "C"]);
        check(Order::down(9), ["b", "C", "a"]);
    }

    #[test]
    fn pressing_a_head_turns_or_moves_the_order() {
        assert_eq!(Order::down(1).press(1, true), Order::up(1));
        assert_eq!(Order::down(1).press(0, false), Order::up(0));
        assert_eq!(Order::up(0).press(1, true), Order::down(1));
    }
}
