//! A part that stands only while something holds.

use leptos::prelude::*;

use super::{IntoNode, Node};
use crate::erased::Derived;

/// What stands there meanwhile; nothing by default.
#[derive(Default)]
pub struct Fallback(Option<Box<dyn Fn() -> Node + Send>>);

impl<F, T> From<F> for Fallback
where
    F: Fn() -> T + Send + 'static,
    T: IntoNode,
{
    fn from(view: F) -> Self {
        Self(Some(Box::new(move || view().into_node())))
    }
}

/// Shows its children while `when` holds; they are made anew each time that it begins to.
#[component(transparent)]
pub fn Show(
    /// When they are shown.
    when: impl Fn() -> bool + Send + Sync + 'static,
    /// What stands there meanwhile.
    #[prop(optional, into)]
    fallback: Fallback,
    /// What is shown.
    children: Box<dyn Fn() -> Node + Send>,
) -> Node {
    let when = Derived::new(when);
    Node::Changing(Box::new(move || {
        if when.get() {
            children()
        } else {
            fallback.0.as_ref().map_or(Node::Empty, |fallback| fallback())
        }
    }))
}
