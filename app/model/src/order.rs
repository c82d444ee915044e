//! Sorting, for code that a browser loads: the sort of the standard library is compiled anew for
//! each type and weighs kilobytes each time, so here one copy of it sorts places.

use std::cmp::Ordering;

/// Sorts `items`; equal ones keep their order.
pub fn sort<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut places = places(items.len(), &|a, b| compare(&items[a], &items[b]));
    for index in 0..places.len() {
        // What stood at a place before this one has been swapped away from it since.
        while places[index] < index {
            places[index] = places[places[index]];
        }
        items.swap(index, places[index]);
    }
}

/// The places from 0 to `count` in the order that `compare` gives them; equal ones keep theirs.
pub fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&a, &b| compare(a, b));
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(keys in proptest::collection::vec(0_u8..20, 0..60)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort(&mut items, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(items, expected);
        }
    }
}
