//! The frame around every page, and the routes.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    Lazy,
    components::{Route, Router, Routes},
    hooks::use_query_map,
    path,
};

use crate::{
    components::{
        banner::Banners,
        bar::{Bar, BottomBar},
        keys::{Keys, Subject},
        toast::{ToastList, Toasts},
    },
    feed::{Host, Initial},
    pages::missing::Missing,
    routes,
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
                    <Route path=path!("/") view={Lazy::<routes::Overview>::new()}/>
                    <Route path=path!("/budget") view={Lazy::<routes::Budget>::new()}/>
                    <Route path=path!("/projects") view={Lazy::<routes::Projects>::new()}/>
                    <Route path=path!("/compliance") view={Lazy::<routes::Compliance>::new()}/>
                    <Route path=path!("/transactions") view={Lazy::<routes::Transactions>::new()}/>
                    <Route path=path!("/risk") view={Lazy::<routes::Risk>::new()}/>
                    <Route path=path!("/systems") view={Lazy::<routes::Systems>::new()}/>
                    <Route path=path!("/pipelines") view={Lazy::<routes::Pipelines>::new()}/>
                    <Route path=path!("/alerts/:id?") view={Lazy::<routes::Alerts>::new()}/>
                    <Route path=path!("/scenarios") view={Lazy::<routes::Scenarios>::new()}/>
                    <Route path=path!("/scenarios/:run") view={Lazy::<routes::ScenarioRun>::new()}/>
                    <Route path=path!("/operations") view={Lazy::<routes::Operations>::new()}/>
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
    let book = Memo::new(move |_| query.with(|query| query.get("book")));
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
