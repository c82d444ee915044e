//! What a view is made of. [`view!`](markup::view) writes these nodes, the server writes them out
//! as HTML, and a browser takes that over and keeps it up to date.
//!
//! Leptos compiles the drawing of every view for its own type: a few kilobytes each, which
//! every visitor has to load. These nodes are data of one type, so the drawing is compiled once
//! and a view costs only what it says. Everything reactive below is Leptos' own, and a [`Node`]
//! is a view of Leptos like any other.

mod drawn;
mod element;
mod hydrate;
mod leptos_view;
mod list;
mod value;
mod write;

use std::borrow::Cow;

pub use self::{
    drawn::Drawn,
    element::Element,
    hydrate::hydrate,
    list::{Listed, Rows, list, redrawn},
    show::{Fallback, Show},
    value::{IntoFlag, IntoValue, Value},
};
use crate::erased::Derived;

mod show;

/// A text; most are fixed.
pub type Text = Cow<'static, str>;

/// A part that is computed from what it reads, and again whenever that changes.
pub type Read<T> = Box<dyn FnMut() -> T + Send>;

/// Children of a component that shows them once.
pub type Children = Box<dyn FnOnce() -> Node + Send>;

/// A part of a view.
#[derive(Default)]
pub enum Node {
    /// Nothing, at a place where something may come.
    #[default]
    Empty,
    /// A text.
    Text(Text),
    /// An element with everything below it.
    Element(Box<Element>),
    /// Nodes one after the other, in a number that may change.
    Group(Vec<Node>),
    /// What depends on values that change.
    Changing(Read<Node>),
    /// Rows that keep what they are while others come and go.
    List(Rows),
}

impl Node {
    /// The node of anything that can be shown.
    pub fn from(part: impl IntoNode) -> Node {
        part.into_node()
    }

    /// Nodes one after the other.
    pub fn group(nodes: impl Into<Vec<Node>>) -> Node {
        Node::Group(nodes.into())
    }

    /// Views of Leptos become one type by this; a node is one already.
    #[must_use]
    pub fn into_any(self) -> Node {
        self
    }
}

/// What can stand in a view.
pub trait IntoNode {
    /// The node that shows it.
    fn into_node(self) -> Node;
}

impl IntoNode for Node {
    fn into_node(self) -> Node {
        self
    }
}

impl IntoNode for Element {
    fn into_node(self) -> Node {
        Node::Element(Box::new(self))
    }
}

impl IntoNode for () {
    fn into_node(self) -> Node {
        Node::Empty
    }
}

impl IntoNode for &'static str {
    fn into_node(self) -> Node {
        Node::Text(self.into())
    }
}

impl IntoNode for String {
    fn into_node(self) -> Node {
        Node::Text(self.into())
    }
}

impl<T: IntoNode> IntoNode for Option<T> {
    fn into_node(self) -> Node {
        self.map_or(Node::Empty, T::into_node)
    }
}

impl<T: IntoNode> IntoNode for Vec<T> {
    fn into_node(self) -> Node {
        Node::Group(self.into_iter().map(T::into_node).collect())
    }
}

impl<T: IntoNode, const N: usize> IntoNode for [T; N] {
    fn into_node(self) -> Node {
        Node::Group(self.into_iter().map(T::into_node).collect())
    }
}

impl<F, T> IntoNode for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoNode,
{
    fn into_node(mut self) -> Node {
        Node::Changing(Box::new(move || self().into_node()))
    }
}

impl<T> IntoNode for Derived<T>
where
    T: IntoNode + Clone + PartialEq + Send + Sync + 'static,
{
    fn into_node(self) -> Node {
        Node::Changing(Box::new(move || self.get().into_node()))
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
