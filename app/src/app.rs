//! The frame around every page, and the routes.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    hooks::use_query_map,
    path,
};
use model::Topic;

use crate::{
    components::{
        banner::Banners,
        bar::{Bar, BottomBar},
        keys::{Keys, Subject},
        toast::{ToastList, Toasts},
    },
    erased::Derived,
    feed::{Host, Initial},
    pages::missing::Missing,
    routes::{Desk, Page},
    state::Live,
};

/// The whole page below `body`. Starts from the `Arc<Initial>` in its context, and from the
/// `Live` there where the host has made one.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    if use_context::<Live>().is_none() {
        let initial = use_context::<Arc<Initial>>().unwrap_or_default();
        provide_context(Live::new(&initial));
    }
    provide_context(Toasts::new());
    provide_context(Subject::new());
    view! {
        <Title formatter=|text: String| format!("{text} \u{2013} Streamboard") text="Overview"/>
        <Router>
            <Defs/>
            <Follow/>
            <Keys/>
            <a class="skip" href="#main">"Skip to content"</a>
            <Bar/>
            <Banners/>
            <main id="main" tabindex="-1">
                <Routes fallback=|| view! { <Missing/> }>
                    <Route path=path!("/") view=Page::Overview/>
                    <Route path=path!("/budget") view=Page::Domain(Topic::Budget)/>
                    <Route path=path!("/projects") view=Page::Domain(Topic::Projects)/>
                    <Route path=path!("/compliance") view=Page::Domain(Topic::Compliance)/>
                    <Route path=path!("/transactions") view=Page::Domain(Topic::Transactions)/>
                    <Route path=path!("/risk") view=Page::Domain(Topic::Risk)/>
                    <Route path=path!("/systems") view=Page::Domain(Topic::System)/>
                    <Route path=path!("/pipelines") view=Page::Domain(Topic::Etl)/>
                    <Route path=path!("/alerts/:id?") view=Page::Desk(Desk::Alerts)/>
                    <Route path=path!("/scenarios") view=Page::Desk(Desk::Scenarios)/>
                    <Route path=path!("/scenarios/:run") view=Page::Desk(Desk::Run)/>
                    <Route path=path!("/operations") view=Page::Desk(Desk::Operations)/>
                </Routes>
            </main>
            <BottomBar/>
            <ToastList/>
        </Router>
    }
}

/// Follows the book that the address names.
#[component]
fn Follow() -> impl IntoView {
    let query = use_query_map();
    let book = Derived::new(move || query.with(|query| query.get("book")));
    let host = Host::expect();
    Effect::new(move |before: Option<Option<String>>| {
        let book = book.get();
        if before.is_some_and(|before| before != book) {
            host.follow(book.as_deref().and_then(|text| text.parse().ok()));
        }
        book
    });
}

/// Patterns that drawings refer to by name.
#[component]
fn Defs() -> impl IntoView {
    view! {
        <svg class="defs" aria-hidden="true">
            <defs>
                <pattern
                    id="hatch"
                    width="6"
                    height="6"
                    patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)"
                >
                    <line class="hatch-line" x1="0" y1="0" x2="0" y2="6"></line>
                </pattern>
            </defs>
        </svg>
    }
}
