#!/usr/bin/env bash
# Makes sure of the Rust that rust-toolchain.toml names: rustup brings it by itself unless it was
# told not to (RUSTUP_AUTO_INSTALL=0), or has the toolchain already, but without a part of it.
#
#   toolchain.sh [COMPONENT...]     compiler and the browser's target, and these components
set -euo pipefail
cd "$(dirname "$0")/.."
wasm=wasm32-unknown-unknown

# Asks rustup for what is missing, or says who has to be asked.
get() { # WHAT RUSTUP-ARGUMENTS...
  if ! command -v rustup >/dev/null; then
    echo "$1 is missing, and there is no rustup to get it with: see https://rustup.rs" >&2
    exit 1
  fi
  echo "installing $1" >&2
  rustup "${@:2}" || { echo "$1 could not be installed: rustup ${*:2}" >&2; exit 1; }
}

has_target() {
  local folder
  folder=$(rustc --print target-libdir --target "$1" 2>/dev/null) && [ -d "$folder" ]
}

has_component() {
  case "$1" in
    clippy) cargo clippy --version ;;
    *) "$1" --version ;;
  esac >/dev/null 2>&1
}

channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
rustc --version >/dev/null 2>&1 ||
  get "Rust $channel" toolchain install "$channel" --profile minimal
has_target $wasm || get "the target $wasm" target add $wasm
[ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ] ||
  get "the source of the standard library" component add rust-src
for component in "$@"; do
  has_component "$component" || get "$component" component add "$component"
done
