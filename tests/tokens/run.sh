#!/usr/bin/env bash
# How many bytes a model reads of an API's tools: of ours, and of those that FastMCP makes of an OpenAPI document;
# and how many calls a mechanical agent needs for the tasks of tests/tokens/tasks with them.
#
#   tests/tokens/run.sh VENDOR[=OPENAPI]…       e.g. artie=openapi.yml sequin_stream
#
# Prints the tables of docs/tokens.md, in some minutes. Needs python3; FastMCP is kept in target/clients. The program is
# $TOOLPRESS_BIN, or target/debug/toolpress, which is built if it is not there.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$PWD
cd "$(dirname "$0")/../.."
work=$PWD/target/clients
. tests/setup.sh

need python3
find_program
mkdir -p "$work"
venv fastmcp fastmcp==4.1.6
cd "$here"
export PYTHONDONTWRITEBYTECODE=1
for script in measure.py calls.py; do
  "$work/fastmcp/bin/python" "$OLDPWD/tests/tokens/$script" "$program" "$@"
done
