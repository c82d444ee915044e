//! The document around the view, as the server sends it: head, state, and the script that brings
//! it to life. Tags are written here, not by Leptos, so that the nonce stands where it belongs.

use std::sync::Arc;

use leptos::{nonce::use_nonce, prelude::*};
use model::wire::to_postcard;

use crate::{App, feed::Initial, served, title::DocumentTitle};

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

/// The document. Reads `Arc<Initial>`, [`Parts`] and the [`Place`](crate::place::Place) from its
/// context.
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    let initial = use_context::<Arc<Initial>>().unwrap_or_default();
    let parts = use_context::<Parts>().unwrap_or_default();
    let title = DocumentTitle::new();
    provide_context(title);
    // The body comes first: its page gives the document a title.
    let body = App().to_html();
    let title = title.now();
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
                <title>{title}</title>
                <link rel="icon" href="/assets/icon.svg" r#type="image/svg+xml"/>
                {FONTS.map(preload).collect_view()}
                <link rel="stylesheet" href="/assets/streamboard.css"/>
                <link rel="modulepreload" href="/pkg/frontend.js"/>
                {parts.0.into_iter().map(early).collect_view()}
                <script nonce=nonce.clone() inner_html=DRESS></script>
                <script
                    r#type="application/octet-stream"
                    id=served::ID
                    inner_html=encoded(&initial)
                ></script>
                <script r#type="module" nonce=nonce inner_html=START></script>
            </head>
            <body inner_html=body></body>
        </html>
    }
}
/// Hello and status, as the browser reads them.
pub fn encoded(initial: &Initial) -> String {
    served::write(&to_postcard(&(&initial.hello, &initial.status)))
}
