#!/usr/bin/env bash
# Runs Playwright in a real Chromium: Debian's package where it is there or root can install it,
# else Playwright's own download.
#
#   browser.sh available        exits 0 when a browser is ready, after installing what it can
#   browser.sh test [ARGS]      the specs
#   browser.sh screenshots      photographs every page into screenshots/
set -euo pipefail
cd "$(dirname "$0")"

packages() {
  command -v npm >/dev/null || { echo "the browser tests need Node 20 with npm" >&2; return 1; }
  [ node_modules/.package-lock.json -nt package-lock.json ] && return
  npm ci --silent && touch node_modules/.package-lock.json
}

# Whether Playwright's own Chromium was downloaded earlier.
own_chromium() {
  node -e 'import("@playwright/test").then(({ chromium }) =>
    process.exit(require("fs").existsSync(chromium.executablePath()) ? 0 : 1))'
}

chromium() {
  [ -x /usr/bin/chromium ] || own_chromium && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing chromium" >&2
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium; } >/dev/null 2>&1 &&
      return
  fi
  npx playwright install chromium ||
    { echo "install Chromium: apt-get install chromium, or npx playwright install chromium" >&2
      return 1; }
}

command=${1:-}
shift || true
case "$command" in
  available) packages && chromium ;;
  test) packages && chromium && npx playwright test --project=desk "$@" ;;
  screenshots) packages && chromium && npx playwright test --project=screenshots "$@" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
