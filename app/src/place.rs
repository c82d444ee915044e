//! Where the page stands: the path and the query of its address. Links are followed without
//! loading the page again; the host writes the browser's history and tells of its steps.

use leptos::prelude::*;

use crate::{
    erased::Derived,
    feed::{Host, escape},
};

/// Where the page stands, as a cheap copy. What reads it follows it.
#[derive(Clone, Copy)]
pub struct Place {
    path: RwSignal<String>,
    query: RwSignal<String>,
}

impl Place {
    /// Stands at an address: a path, and a query behind `?`.
    pub fn new(address: &str) -> Self {
        let (path, query) = split(address);
        Self { path: RwSignal::new(path.to_owned()), query: RwSignal::new(query.to_owned()) }
    }

    /// The place of this page.
    ///
    /// # Panics
    /// Outside of `App`, which provides it.
    pub fn expect() -> Place {
        expect_context::<Place>()
    }

    /// Reads the path.
    pub fn path<T>(self, read: impl FnOnce(&str) -> T) -> T {
        self.path.with(|path| read(path))
    }

    /// What stands in the path behind the name of the page, as in `/alerts/a-1`.
    pub fn item(self) -> Option<String> {
        self.path(|path| {
            let item = path.split('/').nth(2).filter(|item| !item.is_empty());
            item.map(unescape)
        })
    }

    /// A value of the query.
    pub fn query(self, key: &str) -> Option<String> {
        self.query.with(|query| value(query, key))
    }

    /// A value of the query as a memo.
    pub fn following(self, key: &'static str) -> Derived<Option<String>> {
        Derived::new(move || self.query(key))
    }

    /// Stands elsewhere now. The browser's address is there already.
    pub fn arrive(self, address: &str) {
        let (path, query) = split(address);
        for (part, now) in [(self.path, path), (self.query, query)] {
            if part.with_untracked(|part| part != now) {
                part.set(now.to_owned());
            }
        }
    }

    /// The address of a page in the book that is shown, when the address here names one.
    pub fn page(self, path: &str) -> String {
        match self.query("book") {
            Some(book) => format!("{path}?book={}", escape(&book)),
            None => path.to_owned(),
        }
    }

    /// The address that a link leads to from here: `?event=7` stays on the page, `?` leaves its
    /// query.
    pub fn resolve(self, link: &str) -> String {
        match link.strip_prefix('?') {
            Some("") => self.path.get_untracked(),
            Some(_) => self.path.with_untracked(|path| format!("{path}{link}")),
            None => link.to_owned(),
        }
    }

    /// Goes to an address, as a new step of the history, and to the top of a new page. A link to
    /// where one is leads nowhere.
    pub fn go(self, host: &Host, link: &str) {
        let address = self.resolve(link);
        let (path, query) = split(&address);
        let elsewhere = self.path.with_untracked(|before| before != path);
        if !elsewhere && self.query.with_untracked(|before| before == query) {
            return;
        }
        host.step(&address, elsewhere);
        self.arrive(&address);
    }
}

/// Path and query of an address; the fragment is for the browser.
fn split(address: &str) -> (&str, &str) {
    let address = address.split('#').next().unwrap_or_default();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

/// A value of a query; the first where there are several.
pub fn value(query: &str, key: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name == key).then(|| unescape(value))
    })
}

/// Reads what [`escape`](crate::feed::escape) wrote, and `+` as a blank. What is no escape stays.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = &tail[2..];
            }
            (first, ..) => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<T>(address: &str, check: impl FnOnce(Place) -> T) -> T {
        Owner::new_root(None).with(|| untrack(|| check(Place::new(address))))
    }

    #[test]
    fn an_address_has_a_page_an_item_and_a_query() {
        at("/alerts/a%2D1?book=drill%3A7&event=#x", |place| {
            assert_eq!(place.path(str::to_owned), "/alerts/a%2D1");
            assert_eq!(place.item().as_deref(), Some("a-1"));
            assert_eq!(place.query("book").as_deref(), Some("drill:7"));
            assert_eq!(place.query("event").as_deref(), Some(""));
            assert_eq!(place.query("boo"), None);
            assert_eq!(place.resolve("?event=9"), "/alerts/a%2D1?event=9");
            assert_eq!(place.resolve("/risk"), "/risk");
            assert_eq!(place.resolve("?"), "/alerts/a%2D1");
            assert_eq!(place.page("/risk"), "/risk?book=drill%3A7");
        });
        at("", |place| {
            assert_eq!(place.path(str::to_owned), "/");
            assert_eq!(place.page("/risk"), "/risk");
        });
    }

    #[test]
    fn what_was_escaped_is_read_again() {
        for text in ["drill:a/b c", "ó", "100 %", "a+b", ""] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(unescape("a+b%2"), "a b%2");
    }

    #[test]
    fn only_what_changed_is_told() {
        at("/budget?event=1", |place| {
            let runs = StoredValue::new(0);
            let path = Derived::new(move || {
                runs.update_value(|runs| *runs += 1);
                place.path(str::to_owned)
            });
            path.get();
            place.arrive("/budget?event=2");
            path.get();
            assert_eq!(runs.get_value(), 1);
            place.arrive("/risk");
            assert_eq!(path.get(), "/risk");
        });
    }
}
