# What the scripts beside it share; to be sourced, with $work set to a folder below target.

# Ends with 2 where a program is missing.
need() {
  command -v "$1" >/dev/null || { echo "$0: $1 is needed and not on the PATH" >&2; exit 2; }
}

# Sets $program to $TOOLPRESS_BIN, or to target/debug/toolpress, which is built if it is not there.
find_program() {
  program=${TOOLPRESS_BIN:-${CARGO_TARGET_DIR:-target}/debug/toolpress}
  if [ ! -x "$program" ]; then
    need cargo
    cargo build --quiet --package toolpress-runtime
  fi
  program=$(realpath "$program")
}

# npm_install FOLDER PACKAGE…
npm_install() {
  local folder=$1
  shift
  [ "$(cat "$folder/installed" 2>/dev/null)" = "$*" ] && return
  echo "installing $*" >&2
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error "$@"
  echo "$*" >"$folder/installed"
}

# wait_for FILE PATTERN: until a server has written a line; ends with 1 after ten seconds.
wait_for() {
  for _ in $(seq 100); do
    grep -q "$2" "$1" 2>/dev/null && return
    sleep 0.1
  done
  echo "$0: the server did not start:" >&2
  cat "$work/server.log" >&2
  exit 1
}

# venv NAME PACKAGE: a virtual environment in $work.
#
# The virtual environments are apart, since the clients need different versions of each other's parts.
# uv can be told to take an older certifi than a client asks for, which not every mirror has yet.
venv() {
  local folder=$work/$1 package=$2
  [ "$(cat "$folder/installed" 2>/dev/null)" = "$package" ] && return
  echo "installing $package" >&2
  rm -rf "$folder"
  python3 -m venv "$folder"
  if ! "$folder/bin/pip" install --quiet "$package" 2>"$work/pip.log"; then
    echo 'certifi>=2026.7' >"$work/overrides.txt"
    "$folder/bin/pip" install --quiet uv
    "$folder/bin/uv" pip install --quiet --python "$folder/bin/python" --override "$work/overrides.txt" "$package" ||
      { cat "$work/pip.log" >&2; exit 1; }
  fi
  echo "$package" >"$folder/installed"
}
