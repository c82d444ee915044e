//! Lists whose rows stay as they are drawn while others come and go.

use leptos::prelude::*;

use super::{Drawn, Node};

/// One row of a list that changes.
pub struct Listed {
    /// What tells it from the others; a row with the same key stays as it was drawn.
    pub key: String,
    /// Draws it.
    pub view: Box<dyn FnOnce() -> Node + Send>,
}

/// The rows of a list, now and later.
pub struct Rows {
    read: Box<dyn FnMut() -> Vec<Listed> + Send>,
    /// Owner of what the rows make: it must outlive the moment in which the list is read. Without
    /// one the rows are drawn again each time.
    owner: Option<Owner>,
}

/// A list that changes.
pub fn list(rows: impl FnMut() -> Vec<Listed> + Send + 'static) -> Node {
    Node::List(Rows { read: Box::new(rows), owner: Some(Owner::current().unwrap_or_default()) })
}

/// A list whose rows are drawn again whenever it changes, each into what stands there for its key:
/// an element goes along with its row, and the focus with it.
pub fn redrawn(rows: impl FnMut() -> Vec<Listed> + Send + 'static) -> Node {
    Node::List(Rows { read: Box::new(rows), owner: None })
}

impl Rows {
    /// The rows now.
    pub(super) fn now(&mut self) -> Vec<Listed> {
        (self.read)()
    }

    /// The rows now, each in what was drawn for it before where it was there.
    pub(super) fn next(
        &mut self,
        before: Vec<Row>,
        svg: bool,
        new: &mut dyn FnMut(Node) -> Drawn,
    ) -> Vec<Row> {
        let mut before: Vec<Option<Row>> = before.into_iter().map(Some).collect();
        let rows = self.now();
        let mut keep = |listed: Listed| {
            let same = |row: &Option<Row>| row.as_ref().is_some_and(|row| row.key == listed.key);
            match before.iter().position(same).and_then(|at| before[at].take()) {
                Some(mut row) => {
                    if row.owner.is_none() {
                        row.drawn.become_((listed.view)(), svg);
                    }
                    row
                }
                None => self.draw(listed, new),
            }
        };
        let next = rows.into_iter().map(&mut keep).collect();
        before.into_iter().flatten().for_each(Row::leave);
        next
    }

    /// Draws a row, one that stays under an owner of its own, so that what it made ends with it.
    fn draw(&self, listed: Listed, new: &mut dyn FnMut(Node) -> Drawn) -> Row {
        let Listed { key, view } = listed;
        let owner = self.owner.as_ref().map(Owner::child);
        let drawn = match &owner {
            Some(owner) => owner.with(|| untrack(|| new(view()))),
            None => new(view()),
        };
        Row { key, drawn, owner }
    }
}

/// A row as it was drawn.
pub struct Row {
    key: String,
    pub(super) drawn: Drawn,
    owner: Option<Owner>,
}

impl Row {
    fn leave(self) {
        self.drawn.remove();
        drop(self.drawn);
        if let Some(owner) = self.owner {
            owner.cleanup();
        }
    }
}
