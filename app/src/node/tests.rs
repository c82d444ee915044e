use leptos::{ev, prelude::*};
use markup::view;

use super::{Fallback, Listed, Node, Show, list};

fn html(view: impl FnOnce() -> Node) -> String {
    Owner::new_root(None).with(|| view().to_html())
}

#[test]
fn elements_are_written_with_what_they_hold() {
    let written = html(|| {
        let (stale, nothing) = (RwSignal::new(true), None::<String>);
        view! {
            <p class="age" class:stale=move || stale.get() class:off=false title=nothing>
                <b data-x="1 & \"2\"">"a < b"</b>
                <input type="text" prop:value="7" prop:disabled=true/>
                <button on:click=|_: ev::MouseEvent| ()>"Go"</button>
            </p>
        }
    });
    assert_eq!(
        written,
        "<p class=\"age stale\"><b data-x=\"1 &amp; &quot;2&quot;\">a &lt; b</b>\
         <input type=\"text\" value=\"7\" disabled><button>Go</button></p>"
    );
}

#[test]
fn borders_stand_where_a_browser_would_see_none() {
    let check = |node: fn() -> Node, expected: &str| assert_eq!(html(node), expected);
    check(|| view! { <p>"a" {"b"} ""</p> }, "<p>a<!>b<!></p>");
    check(|| view! { <p>{None::<String>} "a"</p> }, "<p><!>a</p>");
    check(|| view! { <p>{move || "a"} {vec!["b", "c"]} "d"</p> }, "<p>a<!>b<!>c<!>d</p>");
    check(|| view! { <i></i> <br/> }, "<i></i><br><!>");
}

#[test]
fn what_is_shown_depends_and_has_a_fallback() {
    let shown = |when: bool| {
        html(move || {
            view! { <Show when=move || when fallback=|| "no"><b>"yes"</b></Show> }
        })
    };
    assert_eq!(shown(true), "<b>yes</b>");
    assert_eq!(shown(false), "no");
    let bare = html(|| view! { <Show when=|| false fallback=Fallback::default()>"yes"</Show> });
    assert_eq!(bare, "<!>");
}

#[test]
fn a_list_writes_its_rows() {
    let row = |key: &'static str| Listed {
        key: key.to_owned(),
        view: Box::new(move || view! { <li>{key}</li> }),
    };
    let written = html(|| view! { <ul>{list(move || vec![row("a"), row("b")])}</ul> });
    assert_eq!(written, "<ul><li>a</li><li>b</li><!></ul>");
}
