//! The document around the view, as the server sends it: head, state, and the script that brings
//! it to life. Tags are written here, not by Leptos, so that the nonce stands where it belongs.

use std::{fmt::Write, sync::Arc};

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;
use model::wire::to_postcard;

use crate::{App, feed::Initial};

/// Id of the element that carries the state.
pub const STATE: &str = "initial";

const FONTS: [&str; 2] =
    ["/assets/fonts/ibm-plex-sans.woff2", "/assets/fonts/source-serif-4.woff2"];

/// Puts the chosen theme on the document before the first paint.
const DRESS: &str = "try{var t=localStorage.getItem('theme');\
if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch(e){}";

/// Loads the browser's half.
const START: &str = "import init,{hydrate} from '/pkg/frontend.js';\
init({module_or_path:'/pkg/frontend_bg.wasm'}).then(hydrate)";

/// Files that the browser needs to bring this page to life, by their paths; loaded at once, not
/// one after the other.
#[derive(Debug, Clone, Default)]
pub struct Parts(pub Vec<String>);

/// The document. Reads `Arc<Initial>` and [`Parts`] from its context.
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    let initial = use_context::<Arc<Initial>>().unwrap_or_default();
    let parts = use_context::<Parts>().unwrap_or_default();
    let early = |href: String| {
        view! {
            <link
                rel="preload"
                r#as="fetch"
                r#type="application/wasm"
                crossorigin="anonymous"
                href=href
            />
        }
    };
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    let preload = |href: &'static str| {
        view! { <link rel="preload" r#as="font" r#type="font/woff2" crossorigin="" href=href/> }
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="dark light"/>
                <meta name="description" content="A bank, live: seven domains on one clock."/>
                <link rel="icon" href="/assets/icon.svg" r#type="image/svg+xml"/>
                {FONTS.map(preload).collect_view()}
                <link rel="stylesheet" href="/assets/streamboard.css"/>
                <link rel="modulepreload" href="/pkg/frontend.js"/>
                {parts.0.into_iter().map(early).collect_view()}
                <script nonce=nonce.clone() inner_html=DRESS></script>
                <script
                    r#type="application/octet-stream"
                    id=STATE
                    inner_html=encoded(&initial)
                ></script>
                <script r#type="module" nonce=nonce inner_html=START></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Hello and status as postcard in base64 (RFC 4648, section 4).
pub fn encoded(initial: &Initial) -> String {
    base64(&to_postcard(&(&initial.hello, &initial.status)))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let sextet = (word >> (18 - 6 * index)) & 0x3f;
            let letter = if index > chunk.len() { b'=' } else { ALPHABET[sextet as usize] };
            write!(out, "{}", char::from(letter)).expect("writing to a string cannot fail");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_by_the_vectors_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, text) in vectors {
            assert_eq!(base64(plain.as_bytes()), text);
        }
    }
}
