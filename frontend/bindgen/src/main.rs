//! Turns the frontend's wasm into `frontend.js` and `frontend_bg.wasm`, the two files that the
//! browser loads. It is wasm-bindgen's own tool as a library, so that the lock file pins both
//! halves to one version and nobody installs anything.
//!
//! Usage: `bindgen INPUT.wasm DIRECTORY`

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(directory), None) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        bail!("usage: bindgen INPUT.wasm DIRECTORY");
    };
    bind(&input, &directory).with_context(|| format!("cannot bind {}", input.display()))
}

/// Writes the browser's files for `input` into `directory`, which it creates.
///
/// Names and producers are left out: they are of use to a debugger and weigh a tenth of the file.
fn bind(input: &Path, directory: &Path) -> anyhow::Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name("frontend");
    bindgen.web(true)?.typescript(false).demangle(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(directory)
}
