#!/usr/bin/env bash
# Everything that `make test` promises, in the order of what fails fastest. A failure does not stop
# the rest; the closing line sums all suites, and the exit code says whether all passed.
#
# A suite whose means are missing (a broker, a browser) is skipped and says how to get them; with
# CI=true that is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
server/toolchain.sh rustfmt clippy || exit 1
target=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_DIR=$target
scratch=$(mktemp -d "${TMPDIR:-/tmp}/streamboard-test.XXXXXX")
passed=0 failed=0 skipped=0 notes=()

finish() {
  [ ! -f "$scratch/kafka/id" ] || end2end/kafka.sh stop "$scratch/kafka"
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

title() { printf '\n== %s\n' "$1"; }

# A check that either holds or not: one test.
check() { # NAME COMMAND...
  title "$1"
  if "${@:2}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)) notes+=("failed: $1")
  fi
}

# A suite that closes with cargo's `test result:` lines, which are added up.
suite() { # NAME COMMAND...
  title "$1"
  local log=$scratch/log ok=yes before=$failed
  "${@:2}" 2>&1 | tee "$log" || ok=no
  local counts
  read -r -a counts < <(awk '/^test result:/ { for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1)
      if ($i ~ /^ignored/) s += $(i - 1) } } END { print p + 0, f + 0, s + 0 }' "$log")
  passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
  # What does not even compile has no count of its own.
  [ $ok = yes ] || [ $failed != "$before" ] || failed=$((failed + 1))
  [ $ok = yes ] || notes+=("failed: $1")
}

skip() { # NAME HOW-TO-GET-IT
  if [ "${CI:-}" = true ]; then
    failed=$((failed + 1)) notes+=("failed: $1 could not run: $2")
  else
    skipped=$((skipped + 1)) notes+=("skipped: $1: $2")
  fi
}

# The broker for the Rust suites: the given one, else one that lives as long as this run.
broker() {
  [ -z "${KAFKA_BROKERS:-}" ] || return 0
  end2end/kafka.sh available >/dev/null 2>&1 || return 1
  KAFKA_OWNER=$$ end2end/kafka.sh start "$scratch/kafka" >/dev/null || return 1
  KAFKA_BROKERS=$(cat "$scratch/kafka/brokers")
  export KAFKA_BROKERS
}

rust() {
  local features=() arguments=() tls
  tls=$(server/tls.sh)
  # shellcheck disable=SC2206
  features+=($tls)
  check "clippy, native" cargo clippy --workspace --exclude frontend --all-targets \
    --features server/broker-tests "${features[@]}" -- -D warnings
  check "clippy, wasm" cargo clippy -p frontend --target wasm32-unknown-unknown -- -D warnings
  if broker; then
    features+=(--features server/broker-tests)
    local how
    how=$(end2end/kafka.sh available 2>/dev/null) || how=none
    [ "$how" = java ] || arguments+=(-- --skip secured::)
    if [ "$how" = none ]; then
      arguments+=(--skip storm:: --skip standby:: --skip missing:: --skip mutants::)
      skip "the chaos tests" "they kill a broker of their own: install Java 17 and Maven, or Docker"
    fi
    [ "$how" = java ] ||
      skip "TLS and passwords" "they need a broker of their own with both: install Java 17 and Maven"
  else
    skip "the broker tests" "set KAFKA_BROKERS, or install Java 17 and Maven, or Docker"
  fi
  suite "Rust" cargo test --workspace --exclude frontend --exclude bindgen --no-fail-fast \
    "${features[@]}" "${arguments[@]}"
  if grep -rq '#\[test\]' frontend/src; then
    suite "Rust, frontend" cargo test -p frontend --lib --no-fail-fast
  fi
}

browser() {
  if ! end2end/browser.sh available; then
    skip "the browser tests" "install Node 20 and Chromium (Debian: nodejs npm chromium)"
    return
  fi
  check "build" make --no-print-directory build
  suite "browser" end2end/browser.sh test
}

check "format" cargo fmt --all --check
suite "layering" end2end/layering.sh
rust
browser

printf '\n'
[ ${#notes[@]} = 0 ] || printf '%s\n' "${notes[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
