//! Which alerts the list shows, as the address says it: `?severity=critical,warning&state=firing`.
//! Filters are links, so that they work without script, and every link keeps the book.

use model::{Alert, AlertState, Severity};

use crate::{components::mark::Shape, erased::Derived, feed::escape, place::Place};

/// What a toggle of the list stands for. Emergencies count as critical, as on the overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Critical and worse.
    Critical,
    /// Warnings.
    Warning,
    /// Worth knowing.
    Info,
}

impl Kind {
    /// Every kind, worst first.
    pub const ALL: [Kind; 3] = [Kind::Critical, Kind::Warning, Kind::Info];

    /// The kind of a severity.
    pub fn of(severity: Severity) -> Kind {
        match severity {
            Severity::Critical | Severity::Emergency => Kind::Critical,
            Severity::Warning => Kind::Warning,
            Severity::Info => Kind::Info,
        }
    }

    /// Its name in the address and, in a sentence, on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Critical => "critical",
            Kind::Warning => "warning",
            Kind::Info => "info",
        }
    }

    /// Its mark.
    pub fn shape(self) -> Shape {
        match self {
            Kind::Critical => Shape::Critical,
            Kind::Warning => Shape::Warning,
            Kind::Info => Shape::Info,
        }
    }
}

/// The states in the order of the groups.
pub const STATES: [AlertState; 3] =
    [AlertState::Firing, AlertState::Acknowledged, AlertState::Resolved];

/// Kinds and states that are shown, each in the order of its list; never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    kinds: [bool; 3],
    states: [bool; 3],
}

impl Default for Filter {
    fn default() -> Self {
        Self { kinds: [true; 3], states: [true; 3] }
    }
}

impl Filter {
    /// Reads the two values of the query. Names that mean nothing are skipped; a value without
    /// any name that means something hides nothing.
    pub fn parse(severity: Option<&str>, state: Option<&str>) -> Self {
        Self {
            kinds: named(severity, Kind::ALL.map(Kind::name)),
            states: named(state, STATES.map(AlertState::name)),
        }
    }

    /// Whether alerts of a kind are shown.
    pub fn has_kind(self, kind: Kind) -> bool {
        Kind::ALL.into_iter().zip(self.kinds).any(|(known, on)| on && known == kind)
    }

    /// Whether alerts in a state are shown.
    pub fn has_state(self, state: AlertState) -> bool {
        STATES.into_iter().zip(self.states).any(|(known, on)| on && known == state)
    }

    /// Whether an alert is shown.
    pub fn shows(self, alert: &Alert) -> bool {
        self.has_kind(Kind::of(alert.severity)) && self.has_state(alert.state)
    }

    /// Whether a state is the only one.
    pub fn is_only(self, state: AlertState) -> bool {
        self.states == STATES.map(|known| known == state)
    }

    /// With a kind turned on or off; turning the last one off turns all on.
    pub fn toggled(self, kind: Kind) -> Self {
        let kinds = Kind::ALL.map(|known| self.has_kind(known) != (known == kind));
        Self { kinds: if kinds == [false; 3] { [true; 3] } else { kinds }, ..self }
    }

    /// With one state alone, or with all again where it was alone.
    pub fn only(self, state: AlertState) -> Self {
        let states =
            if self.is_only(state) { [true; 3] } else { STATES.map(|known| known == state) };
        Self { states, ..self }
    }

    /// A path with the query that says this, and the book.
    pub fn address(self, path: &str, book: Option<&str>) -> String {
        let list = |key: &str, names: [&'static str; 3], on: [bool; 3]| {
            let chosen: Vec<_> = names.into_iter().zip(on).filter(|(_, on)| *on).collect();
            let names: Vec<_> = chosen.iter().map(|(name, _)| *name).collect();
            (names.len() < 3).then(|| format!("{key}={}", names.join(",")))
        };
        let parts = [
            book.map(|book| format!("book={}", escape(book))),
            list("severity", Kind::ALL.map(Kind::name), self.kinds),
            list("state", STATES.map(AlertState::name), self.states),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

/// Which names a list with commas has; all where it has none.
fn named(list: Option<&str>, names: [&str; 3]) -> [bool; 3] {
    let list = list.unwrap_or_default();
    let on = names.map(|name| list.split(',').any(|part| part == name));
    if on == [false; 3] { [true; 3] } else { on }
}

/// Where one is: the filter, the alert that the address names, and the book.
#[derive(Clone, Copy)]
pub struct Address {
    /// What the list shows.
    pub filter: Derived<Filter>,
    /// The alert that the address names.
    pub asked: Derived<Option<String>>,
    book: Derived<Option<String>>,
}

impl Address {
    /// The address of this page.
    pub fn here() -> Self {
        let place = Place::expect();
        Self {
            filter: Derived::new(move || {
                let (severity, state) = (place.query("severity"), place.query("state"));
                Filter::parse(severity.as_deref(), state.as_deref())
            }),
            asked: Derived::new(move || place.item()),
            book: Derived::new(move || place.query("book")),
        }
    }

    /// The list alone.
    pub fn list(self) -> String {
        self.to("/alerts", self.filter.get())
    }

    /// An alert opened.
    pub fn alert(self, id: &str) -> String {
        self.to(&format!("/alerts/{}", escape(id)), self.filter.get())
    }

    /// This page with another filter.
    pub fn filtered(self, filter: Filter) -> String {
        match self.asked.get() {
            Some(id) => self.to(&format!("/alerts/{}", escape(&id)), filter),
            None => self.to("/alerts", filter),
        }
    }

    fn to(self, path: &str, filter: Filter) -> String {
        self.book.with(|book| filter.address(path, book.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_is_shown() {
        let check = |severity, state, address: &str| {
            let filter = Filter::parse(severity, state);
            assert_eq!(filter.address("/alerts", None), address);
        };
        check(None, None, "/alerts");
        check(Some("critical"), None, "/alerts?severity=critical");
        check(Some("info,critical"), None, "/alerts?severity=critical,info");
        check(Some("critical,warning,info"), None, "/alerts");
        check(Some("terrible"), Some(""), "/alerts");
        check(None, Some("firing"), "/alerts?state=firing");
        let drill =
            Filter::parse(Some("info"), Some("resolved")).address("/alerts", Some("drill:1"));
        assert_eq!(drill, "/alerts?book=drill%3A1&severity=info&state=resolved");
    }

    #[test]
    fn toggles_never_hide_everything() {
        let all = Filter::default();
        let some = all.toggled(Kind::Warning);
        assert!(some.has_kind(Kind::Critical) && !some.has_kind(Kind::Warning));
        assert_eq!(some.toggled(Kind::Warning), all);
        let none = Kind::ALL.into_iter().fold(all, Filter::toggled);
        assert_eq!(none, all);
        let firing = all.only(AlertState::Firing);
        assert!(firing.is_only(AlertState::Firing) && !firing.has_state(AlertState::Resolved));
        assert_eq!(firing.only(AlertState::Firing), all);
    }
}
