#!/usr/bin/env bash
# The kill storm in its long form: KILLS of the program, BROKER_KILLS of
# the broker, at moments of SEED (drawn and printed unless given).
set -euo pipefail
cd "$(dirname "$0")/.."
server/toolchain.sh
end2end/kafka.sh available >/dev/null || {
  echo "the storm needs a broker of its own: Java 17 and Maven, or Docker" >&2
  exit 1
}
tls=$(server/tls.sh)
export CHAOS_KILLS=${KILLS:-100} CHAOS_BROKER_KILLS=${BROKER_KILLS:-25}
export CHAOS_SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
# shellcheck disable=SC2086
exec cargo test --package server --test chaos --features server/broker-tests $tls -- storm::
