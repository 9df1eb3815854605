# Virtual environments for clients in Python, kept in $work; to be sourced.

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

need() {
  command -v "$1" >/dev/null || { echo "$0: $1 is needed and not on the PATH" >&2; exit 2; }
}
