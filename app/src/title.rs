//! The title of the document: that of the page, and the product's name.

use leptos::prelude::*;

use crate::{
    feed::Host,
    node::{IntoValue, Node, Value},
};

/// The title of the page that is shown; a cheap copy in the context.
#[derive(Clone, Copy)]
pub struct DocumentTitle(RwSignal<String>);

impl DocumentTitle {
    /// The title until a page gives its own.
    pub fn new() -> Self {
        Self(RwSignal::new(full("Overview")))
    }

    /// The title now, without following it.
    pub fn now(self) -> String {
        self.0.get_untracked()
    }
}

impl Default for DocumentTitle {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives the document a title.
#[component(transparent)]
pub fn Title(
    /// What the page is called.
    text: impl IntoValue,
) -> Node {
    let title = use_context::<DocumentTitle>();
    let host = Host::expect();
    let set = move |text: Option<String>| {
        let text = full(&text.unwrap_or_default());
        host.name(&text);
        if let Some(DocumentTitle(title)) = title {
            title.set(text);
        }
    };
    match text.into_value() {
        Value::Fixed(text) => {
            set(text.map(String::from));
            Node::Empty
        }
        // On the server it is read once, when the page is written out.
        Value::Changing(mut read) => Node::Changing(Box::new(move || {
            set(read().map(String::from));
            Node::Empty
        })),
    }
}

fn full(page: &str) -> String {
    format!("{page} \u{2013} Streamboard")
}
