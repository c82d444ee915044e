//! Keys that work on every page. Off inside fields and with any modifier.

mod help;
mod rows;

use leptos::{ev, prelude::*, web_sys};
use model::{AlertId, AlertState};

use self::help::Help;
use crate::{
    components::toast::Toasts,
    feed::{Host, Theme},
    node::Node,
    pages::overview::{band, verdict},
    place::Place,
    state::Live,
};

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Pauses or resumes.
    Pause,
    /// The other theme.
    Theme,
    /// Takes the alert that is opened, else the one that escalates first.
    Acknowledge,
    /// Moves the focus to the next row, or to the one before.
    Row {
        /// Whether to the next.
        down: bool,
    },
    /// Shows tables in place of charts, or charts again.
    Table,
    /// Opens the list of keys, or closes it.
    Help,
    /// Closes the list of keys.
    Close,
    /// The next key names a page.
    Go,
    /// Opens a page.
    Open(&'static str),
}

/// Pages: the letter after `G`, the path, the name.
const PLACES: [(&str, &str, &str); 9] = [
    ("O", "/", "Overview"),
    ("B", "/budget", "Budget"),
    ("P", "/projects", "Projects"),
    ("C", "/compliance", "Compliance"),
    ("T", "/transactions", "Transactions"),
    ("R", "/risk", "Risk"),
    ("S", "/systems", "Systems"),
    ("E", "/pipelines", "Pipelines"),
    ("A", "/alerts", "Alerts"),
];

/// What a key does, after `G` or not.
pub fn act(key: &str, after_go: bool) -> Option<Act> {
    if after_go {
        let place = PLACES.iter().find(|(letter, ..)| key.eq_ignore_ascii_case(letter));
        return place.map(|(_, path, _)| Act::Open(path));
    }
    Some(match key {
        " " => Act::Pause,
        "d" | "D" => Act::Theme,
        "a" | "A" => Act::Acknowledge,
        "j" | "J" => Act::Row { down: true },
        "k" | "K" => Act::Row { down: false },
        "t" | "T" => Act::Table,
        "g" | "G" => Act::Go,
        "?" => Act::Help,
        "Escape" => Act::Close,
        _ => return None,
    })
}

/// The alert that a page has opened: `A` takes it instead of the one that escalates first. A cheap
/// copy in the context.
#[derive(Clone, Copy)]
pub struct Subject(RwSignal<Option<AlertId>>);

impl Subject {
    /// No alert is opened.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// The subject of this page.
    ///
    /// # Panics
    /// Outside of `App`, which provides it.
    pub fn expect() -> Subject {
        expect_context::<Subject>()
    }

    /// Says which alert is opened.
    pub fn set(self, alert: Option<AlertId>) {
        self.0.try_set(alert);
    }
}

impl Default for Subject {
    fn default() -> Self {
        Self::new()
    }
}

/// Listens for keys as long as the page lives.
#[component]
pub fn Keys() -> Node {
    let (live, toasts, host) = (Live::expect(), Toasts::expect(), Host::expect());
    let subject = Subject::expect();
    let place = Place::expect();
    let going = StoredValue::new(false);
    let help = Help::new();
    Effect::new(move |_| {
        let host = host.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key());
            let after_go = going.get_value();
            going.set_value(false);
            let Some(act) = act(&event.key(), after_go).filter(|_| plain && !in_field(&event))
            else {
                return;
            };
            match act {
                Act::Go => going.set_value(true),
                Act::Open(path) => {
                    let address = untrack(|| place.page(path));
                    place.go(&host, &address);
                }
                Act::Theme => host.wear(match host.worn() {
                    Theme::Dark => Theme::Light,
                    Theme::Light => Theme::Dark,
                }),
                Act::Pause if on_control(&event) => {}
                Act::Pause => {
                    event.prevent_default();
                    if live.paused().is_some() { live.resume() } else { live.pause() }
                }
                Act::Acknowledge => acknowledge(live, subject, &host, toasts),
                Act::Row { down } => rows::go(down),
                Act::Table => switch(),
                Act::Help => help.toggle(),
                Act::Close => help.close(),
            }
        });
        on_cleanup(move || handle.remove());
    });
    help.view()
}

/// Presses the side of the switch Chart | Table that is not shown, where the page has one.
fn switch() {
    use leptos::wasm_bindgen::JsCast;
    let other = document().query_selector(".switch [aria-pressed=false]").ok().flatten();
    if let Some(other) = other.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        other.click();
    }
}

fn acknowledge(live: Live, subject: Subject, host: &Host, toasts: Toasts) {
    if let Some(id) = subject.0.get_untracked() {
        let state = live.peek(|snapshot| snapshot.alerts.get(&id).map(|alert| alert.state));
        if state == Some(AlertState::Firing) {
            band::take(host, toasts, &id);
        }
        return;
    }
    let next =
        untrack(|| live.status(|status| live.alerts(|snapshot| verdict::next(snapshot, status))));
    if let verdict::Next::Acknowledge { id, .. } = next {
        band::take(host, toasts, &id);
    }
}

/// The element that has the key.
fn element(event: &web_sys::KeyboardEvent) -> Option<web_sys::Element> {
    use leptos::wasm_bindgen::JsCast;
    event.target()?.dyn_into().ok()
}

fn in_field(event: &web_sys::KeyboardEvent) -> bool {
    let fields = "input, textarea, select, [contenteditable]";
    element(event).is_some_and(|element| element.matches(fields).unwrap_or(false))
}

/// Whether the key already means something to the element: Space presses a button.
fn on_control(event: &web_sys::KeyboardEvent) -> bool {
    element(event).is_some_and(|element| element.matches("button, a, summary").unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_what_the_foot_says() {
        let check = |key, after_go, expected| assert_eq!(act(key, after_go), expected);
        check(" ", false, Some(Act::Pause));
        check("D", false, Some(Act::Theme));
        check("a", false, Some(Act::Acknowledge));
        check("g", false, Some(Act::Go));
        check("a", true, Some(Act::Open("/alerts")));
        check("s", true, Some(Act::Open("/systems")));
        check("o", true, Some(Act::Open("/")));
        check("j", false, Some(Act::Row { down: true }));
        check("K", false, Some(Act::Row { down: false }));
        check("t", false, Some(Act::Table));
        check("t", true, Some(Act::Open("/transactions")));
        check("?", false, Some(Act::Help));
        check("Escape", false, Some(Act::Close));
        check("x", false, None);
        check("x", true, None);
    }

    #[test]
    fn places_are_those_of_the_topics() {
        let pages: Vec<_> = PLACES.iter().map(|&(_, path, name)| (path, name)).collect();
        for topic in model::Topic::ALL {
            assert!(pages.contains(&(topic.path(), topic.title())), "{topic}");
        }
    }
}
