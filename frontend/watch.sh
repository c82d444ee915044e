#!/usr/bin/env bash
# Builds and serves, and again whenever a source changes; a change of a stylesheet alone is there
# after a second, without a new start. What does not build is said, and the old one serves on.
# Load the page again to see the new one.
#
#   watch.sh [ARGS]      ARGS are those of the program
set -uo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
stamp=$(mktemp "${TMPDIR:-/tmp}/streamboard-watch.XXXXXX")
program=

leave() {
  [ -z "$program" ] || kill "$program" 2>/dev/null
  rm -f "$stamp"
}
trap leave EXIT
trap 'exit 130' INT TERM

# The sources that are newer than the last build.
changed() {
  find app frontend server style Cargo.toml Cargo.lock -newer "$stamp" -type f \
    -not -path '*/node_modules/*' 2>/dev/null
}

start() {
  [ -z "$program" ] || { kill "$program" 2>/dev/null; wait "$program" 2>/dev/null; }
  "$target/release/streamboard" "$@" &
  program=$!
}

touch "$stamp"
make --no-print-directory build || exit 1
start "$@"
while sleep 1; do
  files=$(changed)
  [ -n "$files" ] || continue
  printf 'changed:\n%s\n' "$files"
  touch "$stamp"
  if ! grep -qv '^style/' <<<"$files"; then
    frontend/site.sh style
  elif make --no-print-directory build; then
    start "$@"
  fi
done
