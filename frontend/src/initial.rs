//! The state that the server left in the page.

use app::{feed::Initial, served};
use leptos::prelude::document;
use model::{
    Status,
    wire::{Hello, PROTOCOL, from_postcard},
};

/// Reads it from its element; nothing where it is not ours.
pub fn read() -> Option<Initial> {
    let text = document().get_element_by_id(served::ID)?.text_content()?;
    let bytes = served::read(&text)?;
    let (hello, status): (Hello, Status) = from_postcard(&bytes).ok()?;
    (hello.protocol == PROTOCOL).then_some(Initial { hello, status })
}
