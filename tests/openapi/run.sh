#!/usr/bin/env bash
# Lets Schemathesis try the control plane of `toolpress serve --sandbox` against its own OpenAPI document.
#
#   tests/openapi/run.sh
#
# Needs python3; Schemathesis is kept in target/openapi. Writes target/openapi/summary.json; ends with 1 when an
# answer is not what the document says, when fewer than 2,000 cases were tried, or when an operation was never
# done. The program is $TOOLPRESS_BIN, or target/debug/toolpress, which is built if it is not there.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$PWD/target/openapi
. tests/setup.sh
need python3
find_program
mkdir -p "$work"
venv schemathesis schemathesis==4.32.5

place=$(mktemp -d)
export OPENAPI_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export OPENAPI_ANSWERS=$work/answers.json SCHEMATHESIS_HOOKS=$PWD/tests/openapi/hooks.py
rm -f "$work"/*.json "$work/server.out"
TOOLPRESS_ADMIN_KEY=$OPENAPI_KEY "$program" serve --sandbox --listen 127.0.0.1:0 \
  --database "sqlite:$place/toolpress.db" >"$work/server.out" 2>"$work/server.log" &
trap 'kill $! 2>/dev/null; wait $! 2>/dev/null; rm -rf "$place"' EXIT
wait_for "$work/server.out" 'Stop with Ctrl-C'
export OPENAPI_URL=$(sed -n 's/.* listens on //p' "$work/server.out")

cd "$work"
status=0
PYTHONDONTWRITEBYTECODE=1 schemathesis/bin/st --config-file "$OLDPWD/tests/openapi/schemathesis.toml" run "$OPENAPI_URL/openapi.json" \
  --header "Authorization: Bearer $OPENAPI_KEY" --report json --report-json-path report.json >run.log 2>&1 || status=$?
PYTHONDONTWRITEBYTECODE=1 python3 "$OLDPWD/tests/openapi/summary.py" "$status" || { tail -n 200 run.log >&2; exit 1; }
