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

for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "$0: $tool is needed and not on the PATH" >&2; exit 2; }
done
if [ -z "${TOOLPRESS_CONFORMANCE_BIN:-}" ]; then
  command -v cargo >/dev/null || { echo "$0: cargo is needed and not on the PATH" >&2; exit 2; }
  cargo build --quiet --package toolpress-conformance
fi

mkdir -p "$work"
node=""
if [ "$(node --print 'process.versions.node.split(".")[0]')" -lt "$oldest_node" ]; then
  node=node@$oldest_node
fi
wanted="@modelcontextprotocol/conformance@$suite $node"
if [ "$(cat "$work/installed" 2>/dev/null)" != "$wanted" ]; then
  echo "installing $wanted"
  # shellcheck disable=SC2086 # two packages
  npm install --prefix "$work" --no-save --no-audit --no-fund --loglevel=error $wanted
  echo "$wanted" >"$work/installed"
fi
export PATH="$work/node_modules/.bin:$PATH"

"$server" >"$work/urls" 2>"$work/server.log" &
trap 'kill $! 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  [ "$(wc -l <"$work/urls")" -ge 2 ] && break
  sleep 0.1
done
[ -s "$work/urls" ] || { echo "$0: the server did not start:" >&2; cat "$work/server.log" >&2; exit 1; }

node tests/conformance/run.mjs "$work" "$@"
