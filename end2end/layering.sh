#!/usr/bin/env bash
# Holds the walls between the crates: who may depend on whom, and in which folder a technology may
# be named. Prints one line for each wall and a closing line in cargo's form.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0

verdict() { # NAME OFFENDERS
  if [ -z "$2" ]; then
    echo "wall $1 ... ok"
    passed=$((passed + 1))
  else
    printf 'wall %s ... FAILED\n%s\n' "$1" "$2"
    failed=$((failed + 1))
  fi
}

# The crate depends on none of the named packages, however indirectly.
free_of() { # CRATE CARGO-ARGUMENTS PACKAGE...
  local crate=$1 arguments=$2 tree
  shift 2
  # shellcheck disable=SC2086
  if ! tree=$(cargo tree --quiet --package "$crate" --edges normal --prefix none --format '{p}' $arguments); then
    verdict "$crate" "cargo tree failed"
    return
  fi
  verdict "$crate is free of $*" \
    "$(awk '{print $1}' <<<"$tree" | sort -u | grep -xF "$(printf '%s\n' "$@")")"
}

# Only the crates named after the colon list the package among their own dependencies.
only_in() { # PACKAGE CRATE
  local users
  users=$(cargo tree --quiet --workspace --invert "$1" --depth 1 --prefix none --format '{p}' 2>&1 |
    awk 'NR > 1 {print $1}' | sort -u | grep -xE 'model|app|frontend|pipeline|bearer|server' | grep -vxE "$2")
  verdict "$1 only in $2" "$users"
}

# The pattern stands in no Rust source outside the allowed paths (comments aside).
named_only_under() { # NAME PATTERN ALLOWED FOLDER...
  local name=$1 pattern=$2 allowed=$3
  shift 3
  verdict "$name" "$(grep -rnE --include='*.rs' "$pattern" "$@" 2>/dev/null |
    grep -vE "^[^:]+:[0-9]+:[[:space:]]*//" | grep -vE "^($allowed)")"
}

sources=(app frontend/src server/src server/pipeline/src)
free_of model "" app frontend pipeline server leptos axum rdkafka rusqlite tokio
free_of app "--features ssr" frontend pipeline server rdkafka rusqlite
free_of pipeline "" app frontend server leptos axum rusqlite
free_of bearer "" model app frontend pipeline server
free_of frontend "--target wasm32-unknown-unknown" pipeline server axum tokio rdkafka rusqlite
only_in rdkafka 'pipeline|bearer'
only_in rusqlite server
named_only_under "Kafka's client is named in one folder" '\brdkafka::' \
  'server/pipeline/src/source/kafka' "${sources[@]}"
named_only_under "only sources ask other servers over HTTP" '\bureq::' \
  'server/pipeline/src/source/(feed|kafka/oauth)' "${sources[@]}"
named_only_under "SQL is written in one folder" \
  '\brusqlite::|"(SELECT|INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|CREATE TABLE|PRAGMA) ' \
  'server/src/store' "${sources[@]}"
named_only_under "the browser's sockets live in the frontend" 'gloo_net|web_sys::WebSocket|EventSource' \
  'frontend/src' "${sources[@]}"

outcome=ok
[ $failed = 0 ] || outcome=FAILED
echo "test result: $outcome. $passed passed; $failed failed; 0 ignored"
[ $failed = 0 ]
