#!/usr/bin/env bash
# Lays out what the browser loads under $CARGO_TARGET_DIR/site, which the server finds beside the
# folder of its executable. Only what changed is done again.
#
#   site.sh all     wasm, its glue, stylesheet, fonts and icons
#   site.sh style   stylesheet, fonts and icons
#
# Where Node is there, everything is also shrunk; without it the page works the same.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
site=$target/site
tools=frontend/shrink

# Whether Node's tools can be used; installs them when the lock file is newer.
shrinks() {
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  local stamp=$tools/node_modules/.package-lock.json
  [ "$stamp" -nt "$tools/package-lock.json" ] && return
  npm ci --prefix "$tools" --silent && touch "$stamp"
}

newer() { [ ! -e "$2" ] || [ "$1" -nt "$2" ]; }

# The standard library is compiled along, for size and without the texts of panics, which no
# visitor reads but every one would load: 7 % of the wasm. That asks the pinned compiler for what is
# not stable yet; a panic ends as an `unreachable` in the console (`make watch` has its words).
wasm() {
  RUSTC_BOOTSTRAP=1 CARGO_PROFILE_WASM_RELEASE_PANIC=immediate-abort \
    cargo build --profile wasm-release --target wasm32-unknown-unknown --package frontend \
    -Zpanic-immediate-abort -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size
}

browser() {
  local wasm=$target/wasm32-unknown-unknown/wasm-release/frontend.wasm
  wasm
  cargo build --release --package bindgen
  newer "$wasm" "$site/pkg/frontend_bg.wasm" || return 0
  local bound=$target/bindgen
  "$target/release/bindgen" "$wasm" "$bound"
  [ "$node" = no ] || node $tools/shrink.mjs wasm "$bound"
  rm -rf "$site/pkg"
  mkdir -p "$site"
  cp -R "$bound" "$site/pkg"
}

style() {
  mkdir -p "$site/assets"
  if [ -d style/assets ]; then cp -Rp style/assets/. "$site/assets/"; fi
  if [ "$node" = yes ]; then
    node $tools/shrink.mjs style style/main.css "$site/assets/streamboard.css"
  else
    # A browser follows the imports by itself.
    (cd style && tar -cf - $(find . -name '*.css')) | tar -xf - -C "$site/assets"
    mv "$site/assets/main.css" "$site/assets/streamboard.css"
  fi
}

compress() {
  if [ "$node" = yes ]; then
    node $tools/shrink.mjs compress "$site"
  else
    find "$site" -name '*.br' -delete
  fi
}

node=yes
shrinks || { node=no; echo "without Node: the wasm and the stylesheet are not shrunk"; }
case "${1:-}" in
  all) browser; style; compress ;;
  style) style; compress ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
