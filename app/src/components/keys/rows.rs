//! `J` and `K`: the focus moves along the rows that the page lists.

use leptos::{prelude::document, wasm_bindgen::JsCast, web_sys::HtmlElement};

/// What stands for a row, on each page that lists any.
const ROWS: &str = ".stream a.title, .inbox-list a.title, .grid tbody th :is(a, button), \
                    .drills :is(a, button)";

/// Moves the focus to the next row or to the one before.
pub fn go(down: bool) {
    let Ok(rows) = document().query_selector_all(ROWS) else { return };
    let active = document().active_element();
    let focused =
        |index: &u32| rows.get(*index).is_some_and(|row| row.is_same_node(active.as_deref()));
    let at = (0..rows.length()).find(focused);
    let row = beside(at, rows.length(), down).and_then(|to| rows.get(to));
    if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
        row.focus().ok();
    }
}

/// The row beside the one at `at`; without one the first or the last. None beyond the ends.
fn beside(at: Option<u32>, count: u32, down: bool) -> Option<u32> {
    let to = match (at, down) {
        (None, true) => Some(0),
        (None, false) => count.checked_sub(1),
        (Some(at), true) => at.checked_add(1),
        (Some(at), false) => at.checked_sub(1),
    };
    to.filter(|to| *to < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_to_the_row_beside_and_not_beyond() {
        let check = |at, count, down, expected| assert_eq!(beside(at, count, down), expected);
        check(None, 3, true, Some(0));
        check(None, 3, false, Some(2));
        check(Some(0), 3, true, Some(1));
        check(Some(2), 3, true, None);
        check(Some(2), 3, false, Some(1));
        check(Some(0), 3, false, None);
        check(None, 0, true, None);
        check(None, 0, false, None);
    }
}
