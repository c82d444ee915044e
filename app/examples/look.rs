//! Writes pages of the fixture as documents that a browser opens without a server: one for each
//! book, with the stylesheet in it. Usage: `look DIRECTORY [PATH]`, from the workspace root; the
//! path is that of the page, `/` where none is given.

#![recursion_limit = "512"]

use std::{path::Path, sync::Arc};

use app::{App, feed::Initial, fixture};
use leptos::prelude::*;

const SHEETS: [&str; 10] = [
    "tokens",
    "base",
    "shell",
    "components",
    "overview",
    "pages",
    "charts",
    "domain",
    "alerts",
    "scenarios",
];

fn main() -> std::io::Result<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "target/look".to_owned());
    let address = std::env::args().nth(2).unwrap_or_else(|| "/".to_owned());
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    let mut style = String::new();
    for sheet in SHEETS {
        style.push_str(&std::fs::read_to_string(format!("style/{sheet}.css"))?);
    }
    let root = std::env::current_dir()?.join("style");
    let style = style.replace("/assets/", &format!("file://{}/assets/", root.display()));
    let books = [
        ("real", fixture::initial()),
        ("simulated", fixture::simulated()),
        ("drill", fixture::drill()),
    ];
    for (name, initial) in books {
        for theme in ["dark", "light"] {
            let body = body(&address, initial.clone());
            let page = format!(
                "<!DOCTYPE html><html lang=en data-theme={theme}><meta charset=utf-8>\
                 <meta name=viewport content='width=device-width, initial-scale=1'>\
                 <title>{name}</title><style>{style}</style><body>{body}</body></html>"
            );
            std::fs::write(directory.join(format!("{name}-{theme}.html")), page)?;
        }
    }
    Ok(())
}

fn body(address: &str, initial: Initial) -> String {
    let owner = Owner::new_root(None);
    owner.with(|| {
        provide_context(app::place::Place::new(address));
        provide_context(Arc::new(initial));
        App().to_html()
    })
}
