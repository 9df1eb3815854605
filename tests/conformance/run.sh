#!/usr/bin/env bash
# Runs the official MCP conformance suite against the fixture server, in both eras of the protocol.
#
#   tests/conformance/run.sh [SCENARIO]…        all scenarios, or those named
#
# Needs cargo, node and npm; the suite, and a newer Node if that on the PATH is too old for it, are kept in
# target/conformance. Writes target/conformance/summary.json. What is not expected to pass, and why, is
# in exceptions.yml.
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=0.2.0-alpha.12
oldest_node=22
work=$PWD/target/conformance
server=${TOOLPRESS_CONFORMANCE_BIN:-${CARGO_TARGET_DIR:-target}/debug/toolpress-conformance}

. tests/setup.sh
for tool in node npm; do need "$tool"; done
if [ -z "${TOOLPRESS_CONFORMANCE_BIN:-}" ]; then
  need cargo
  cargo build --quiet --package toolpress-conformance
fi

mkdir -p "$work"
packages=(@modelcontextprotocol/conformance@$suite)
if [ "$(node --print 'process.versions.node.split(".")[0]')" -lt "$oldest_node" ]; then
  packages+=(node@$oldest_node)
fi
npm_install "$work" "${packages[@]}"
export PATH="$work/node_modules/.bin:$PATH"

rm -f "$work/urls"
"$server" >"$work/urls" 2>"$work/server.log" &
trap 'kill $! 2>/dev/null || true' EXIT
# One line for each of two servers.
wait_for "$work/urls" ^schema

node tests/conformance/run.mjs "$work" "$@"
