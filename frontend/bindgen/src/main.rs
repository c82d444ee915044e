//! Turns the frontend's wasm into what the browser loads: the part that every page needs, one
//! part for each lazy route, and the scripts that join them. Both tools are used as libraries, so
//! that the lock file pins every half to one version and nobody installs anything.
//!
//! Usage: `bindgen INPUT.wasm DIRECTORY`

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;
use wasm_split_cli_support as split;

/// Which files each lazy route needs; the server reads it to have them loaded early.
const MANIFEST: &str = "manifest.json";

/// Names of what Leptos exports for server functions that stream, of which there are none here:
/// without the exports `wasm-opt` removes what is behind them.
const UNUSED: &str = "intounderlying";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(directory), None) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        bail!("usage: bindgen INPUT.wasm DIRECTORY");
    };
    let main = directory.join("main.wasm");
    cut(&input, &main, &directory).with_context(|| format!("cannot cut {}", input.display()))?;
    bind(&main, &directory).with_context(|| format!("cannot bind {}", input.display()))?;
    fs::remove_file(&main).context("cannot remove what was bound")
}

/// Cuts `input` at its lazy routes: `main` is what all share, the rest goes to `directory`, which
/// is emptied first.
fn cut(input: &Path, main: &Path, directory: &Path) -> anyhow::Result<()> {
    let wasm = fs::read(input)?;
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    let mut options = split::Options::new(&wasm);
    options.output_dir = directory;
    options.main_out_path = main;
    options.main_module = "./frontend.js";
    options.link_name = "./split.js";
    let cut = split::transform(options).map_err(|error| anyhow!("{error:#}"))?;
    let manifest: BTreeMap<_, _> = cut.prefetch_map.into_iter().collect();
    fs::write(directory.join(MANIFEST), serde_json::to_vec(&manifest)?)?;
    Ok(())
}

/// Writes `frontend.js` and `frontend_bg.wasm` for `main` into `directory`.
///
/// Names and producers are left out: they are of use to a debugger and weigh a tenth of the file.
/// The parts refer to exports that only the linker made, so these stay.
fn bind(main: &Path, directory: &Path) -> anyhow::Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(main).out_name("frontend");
    bindgen.web(true)?.typescript(false).demangle(false).keep_lld_exports(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.generate_output()?;
    let exports = &mut output.wasm_mut().exports;
    let unused = exports.iter().filter(|export| export.name.contains(UNUSED));
    for export in unused.map(|export| export.id()).collect::<Vec<_>>() {
        exports.delete(export);
    }
    output.emit(directory)
}
