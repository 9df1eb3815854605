#!/usr/bin/env bash
# Walks through the page of `toolpress serve --sandbox` with a real browser, and through what it makes with a
# real MCP client.
#
#   tests/page/run.sh
#
# Needs node, npm and Chromium (Debian's `chromium`; another one is named by $CHROMIUM). The packages are kept
# in target/page. Writes target/page/summary.json and target/page/screenshots; ends with 1 when a step failed.
# The program is $TOOLPRESS_BIN, or target/debug/toolpress, which is built if it is not there. With
# $PAGE_FILES, the page's files come from that folder instead of from the program: changes without a build.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$PWD/target/page
. tests/setup.sh
npm_packages=(
  playwright-core@1.65.1
  @modelcontextprotocol/sdk@1.32.2
)

for tool in node npm; do need "$tool"; done
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ -n "$CHROMIUM" ] || { echo "$0: chromium is needed: apt-get install chromium, or name one by \$CHROMIUM" >&2; exit 2; }

find_program

npm_install "$work/npm" "${npm_packages[@]}"
rm -rf "$work/screenshots" "$work/walk"
mkdir -p "$work/screenshots" "$work/npm/walk"
# Node looks for packages upwards from the script.
cp tests/page/*.mjs "$work/npm/walk"
node "$work/npm/walk/walk.mjs" "$program" "$work"
