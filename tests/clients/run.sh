#!/usr/bin/env bash
# Lets real MCP clients use `toolpress serve --sandbox`, some through `toolpress bridge`, and one `toolpress stdio`.
#
#   tests/clients/run.sh [WORD]…        all clients, or those whose name contains one of the words
#
# Needs python3, node and npm. The clients, and a newer Node if that on the PATH is too old for one of them,
# are kept in target/clients. Writes target/clients/summary.json; ends with 1 when a client failed.
# The program is $TOOLPRESS_BIN, or target/debug/toolpress, which is built if it is not there.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$PWD/target/clients
npm_packages=(
  @modelcontextprotocol/sdk@1.32.2
  @modelcontextprotocol/client@2.4.0
  @modelcontextprotocol/inspector@2.12.0
  mcp-remote@0.15.1
)

. tests/setup.sh

node_clients() {
  local folder=$work/npm
  # 22.19 is the oldest Node that the Inspector takes.
  node --eval 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 19) ? 0 : 1)' ||
    npm_packages+=(node@22)
  npm_install "$folder" "${npm_packages[@]}"
  # Node looks for packages upwards from the script.
  cp tests/clients/node/*.mjs "$folder"
  export PATH="$folder/node_modules/.bin:$PATH"
}

for tool in python3 node npm; do need "$tool"; done
find_program

mkdir -p "$work"
venv mcp mcp==2.3.0
venv fastmcp fastmcp==4.1.6
venv langchain langchain-mcp-adapters==0.3.2
node_clients

rm -f "$work/server.out"
"$program" serve --sandbox --listen 127.0.0.1:0 >"$work/server.out" 2>"$work/server.log" &
trap 'kill $! 2>/dev/null || true' EXIT
wait_for "$work/server.out" '"sequin_stream":{"url":"'
origin=$(sed -n 's/.* listens on //p' "$work/server.out")
ADMIN_KEY=$(sed -n 's/ *Admin key *\([^ ]*\).*/\1/p' "$work/server.out")
export ADMIN_KEY
url=$(sed -n 's/.*"sequin_stream":{"url":"\([^"]*\)".*/\1/p' "$work/server.out")

PYTHONDONTWRITEBYTECODE=1 python3 tests/clients/python/run.py "$work" "$program" "$origin" "$url" "$@"
