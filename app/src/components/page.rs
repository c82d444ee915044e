//! The head of a page: its title in the document and on the screen.

use crate::{
    erased::Derived,
    node::{Children, Node},
    title::Title,
};
use leptos::prelude::*;
use markup::view;

/// Title, what it covers, and its age; controls on the right.
#[component]
pub fn PageHead(
    /// The title.
    #[prop(into)]
    title: String,
    /// What the page covers, in a few words.
    #[prop(optional, into)]
    detail: Derived<String>,
    /// How old its figures are.
    #[prop(optional, into)]
    age: Derived<String>,
    /// Controls.
    #[prop(optional)]
    children: Option<Children>,
) -> Node {
    view! {
        <Title text=title.clone()/>
        <header class="page-head">
            <h1>{title}</h1>
            <p class="detail">{move || detail.get()}</p>
            <p class="age">{move || age.get()}</p>
            <div class="controls">{children.map(|children| children())}</div>
        </header>
    }
    .into_any()
}
