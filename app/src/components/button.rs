//! Buttons: primary on ink, plain with a border, quiet as a link.

use crate::{
    erased::Derived,
    node::{Children, Node},
};
use leptos::prelude::*;
use markup::view;

/// Weight of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// The one thing to do.
    Primary,
    /// One of several.
    #[default]
    Plain,
    /// Looks like a link.
    Quiet,
}

impl Weight {
    /// Its classes.
    pub fn class(self) -> &'static str {
        match self {
            Weight::Primary => "button primary",
            Weight::Plain => "button",
            Weight::Quiet => "button quiet",
        }
    }
}

/// A button.
#[component]
pub fn Button(
    /// Weight.
    #[prop(optional)]
    weight: Weight,
    /// Whether it can be pressed.
    #[prop(optional, into)]
    disabled: Derived<bool>,
    /// What it does.
    on_press: impl FnMut() + Send + 'static,
    /// Its verb.
    children: Children,
) -> Node {
    let mut on_press = on_press;
    view! {
        <button
            type="button"
            class=weight.class()
            prop:disabled=move || disabled.get()
            on:click=move |_| on_press()
        >
            {children()}
        </button>
    }
}

/// A key of the keyboard, named beside what it does.
#[component]
pub fn Key(
    /// The key.
    name: &'static str,
) -> Node {
    view! { <kbd>{name}</kbd> }
}
