#!/usr/bin/env bash
# Finds the TLS library that the Kafka client links: the system's OpenSSL where its headers are,
# which root on Debian gets installed, else the one that cargo builds from source (two minutes
# more, once). Prints the features to give to cargo; all else goes to standard error.
set -euo pipefail

system_has_openssl() { pkg-config --exists openssl 2>/dev/null; }

install_on_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "installing pkg-config and libssl-dev" >&2
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y pkg-config libssl-dev; } \
    >/dev/null 2>&1
}

if system_has_openssl || { install_on_debian && system_has_openssl; }; then
  exit 0
fi
if ! command -v perl >/dev/null; then
  echo "install OpenSSL's headers and pkg-config (Debian: libssl-dev pkg-config)," >&2
  echo "or perl, with which OpenSSL is built from source" >&2
fi
echo "--features server/vendored-tls"
