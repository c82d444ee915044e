//! The view's port, in a browser: HTTP calls, what is kept between visits, the theme.

use app::{
    feed::{Answer, Fault, Feed, Host, Method, THEME, Theme},
    place::Place,
    routes::Page,
};
use futures_channel::mpsc::UnboundedSender;
use js_sys::{JSON, Reflect};
use leptos::{
    prelude::{document, window},
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use model::Book;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, HtmlAnchorElement, MouseEvent, RequestInit, Response, Storage};

/// What the view asks of the link.
pub enum Ask {
    /// To follow another book.
    Follow(Option<Book>),
    /// To bring the whole state of the book.
    Complete,
}

/// The feed of a page in a browser.
pub struct Browser {
    asks: UnboundedSender<Ask>,
}

impl Browser {
    /// Sends what the view `asks` of the link.
    pub fn new(asks: UnboundedSender<Ask>) -> Self {
        Self { asks }
    }

    fn ask(&self, ask: Ask) {
        // The link lives as long as the page, so somebody listens.
        drop(self.asks.unbounded_send(ask));
    }
}

impl Feed for Browser {
    fn call(&self, method: Method, path: String, body: Option<String>) -> Answer<String> {
        Box::pin(call(method, path, body))
    }

    fn follow(&self, book: Option<Book>) {
        self.ask(Ask::Follow(book));
    }

    fn complete(&self) {
        self.ask(Ask::Complete);
    }

    fn keep(&self, key: &str, value: &str) {
        // A browser that keeps nothing is a browser without memory, not a fault.
        drop(storage().map(|storage| storage.set_item(key, value)));
    }

    fn recall(&self, key: &str) -> Option<String> {
        storage()?.get_item(key).ok()?
    }

    fn wear(&self, theme: Theme) {
        if let Some(root) = document().document_element() {
            drop(root.set_attribute("data-theme", theme.name()));
        }
        self.keep(THEME, theme.name());
    }

    fn step(&self, address: &str, to_top: bool) {
        // Where the history is refused the page still goes on.
        drop(
            window()
                .history()
                .map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(address))),
        );
        if to_top {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    fn name(&self, title: &str) {
        document().set_title(title);
    }

    fn reload(&self) {
        drop(window().location().reload());
    }

    fn worn(&self) -> Theme {
        let chosen =
            document().document_element().and_then(|root| root.get_attribute("data-theme"));
        let system = || {
            let query = window().match_media("(prefers-color-scheme: light)").ok().flatten();
            if query.is_some_and(|query| query.matches()) { Theme::Light } else { Theme::Dark }
        };
        chosen.as_deref().and_then(Theme::named).unwrap_or_else(system)
    }
}

/// Follows links within the product without loading the page again, and goes along with the
/// browser's steps back and forth.
pub fn follow_links(place: Place, host: Host) {
    listen("click", {
        move |event: web_sys::Event| {
            let Some(link) = event.dyn_ref::<MouseEvent>().and_then(followed) else { return };
            event.prevent_default();
            place.go(&host, &link);
        }
    });
    listen("popstate", move |_| place.arrive(&address()));
}

/// Listens for as long as the page lives.
fn listen(event: &str, listener: impl FnMut(web_sys::Event) + 'static) {
    let callback = Closure::<dyn FnMut(web_sys::Event)>::new(listener);
    let function = callback.as_ref().unchecked_ref();
    drop(window().add_event_listener_with_callback(event, function));
    callback.forget();
}

/// Path and query of the page.
pub fn address() -> String {
    let location = window().location();
    format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

/// The link that a click follows within the product: a plain click on a link to one of its pages
/// that asks for nothing else.
fn followed(click: &MouseEvent) -> Option<String> {
    let plain = click.button() == 0
        && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key());
    if !plain || click.default_prevented() {
        return None;
    }
    let link = click.target()?.dyn_into::<web_sys::Element>().ok()?.closest("a[href]").ok()??;
    let link: HtmlAnchorElement = link.dyn_into().ok()?;
    let location = window().location();
    let ours = location.origin().is_ok_and(|origin| origin == link.origin())
        && link.target().is_empty()
        && !link.has_attribute("download")
        && link.hash().is_empty()
        && Page::at(&link.pathname()) != Page::Missing;
    ours.then(|| format!("{}{}", link.pathname(), link.search()))
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

async fn call(method: Method, path: String, body: Option<String>) -> Result<String, Fault> {
    let init = RequestInit::new();
    init.set_method(match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Delete => "DELETE",
    });
    if let Some(body) = body {
        let headers = Headers::new().map_err(|_| Fault::Unreachable)?;
        drop(headers.set("content-type", "application/json"));
        init.set_headers(&headers);
        init.set_body(&body.into());
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(&path, &init)).await;
    let response: Response = response.map_err(|_| Fault::Unreachable)?.unchecked_into();
    let text = response.text().map_err(|_| Fault::Unreadable)?;
    let text = JsFuture::from(text).await.map_err(|_| Fault::Unreadable)?;
    let text = text.as_string().ok_or(Fault::Unreadable)?;
    if response.ok() { Ok(text) } else { Err(refused(&response, &text)) }
}

/// The words of a problem (RFC 9457), else the status. The browser's parser reads it: another one
/// would weigh more than the rest of this crate.
fn refused(response: &Response, text: &str) -> Fault {
    let problem = JSON::parse(text).unwrap_or_default();
    let member = |name: &str| Reflect::get(&problem, &name.into()).ok()?.as_string();
    let words = member("detail").or_else(|| member("title"));
    let status = || format!("the server answered {}", response.status());
    Fault::Refused(words.unwrap_or_else(status))
}
