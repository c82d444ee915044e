//! The state that the server left in the page.

use app::feed::Initial;
use leptos::prelude::{document, window};
use model::{
    Status,
    wire::{Hello, PROTOCOL, from_postcard},
};

/// Reads base64 of postcard from the element `initial`; nothing where it is not ours.
pub fn read() -> Option<Initial> {
    let text = document().get_element_by_id("initial")?.text_content()?;
    let bytes: Vec<u8> = window()
        .atob(text.trim())
        .ok()?
        .chars()
        .map(|letter| u8::try_from(letter).ok())
        .collect::<Option<_>>()?;
    let (hello, status): (Hello, Status) = from_postcard(&bytes).ok()?;
    (hello.protocol == PROTOCOL).then_some(Initial { hello, status })
}
