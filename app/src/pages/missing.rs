//! The page of an address that names nothing.

use leptos::prelude::*;
use markup::view;

use crate::{components::page::PageHead, node::Node};

/// Says what is missing and where to go.
#[component]
pub fn Missing() -> Node {
    view! {
        <PageHead title="No such page" detail="Nothing lives at this address."/>
        <p class="lead"><a href="/">"Open the overview"</a></p>
    }
}
