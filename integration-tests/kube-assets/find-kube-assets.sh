#!/bin/sh
# Prints the folder that holds kube-apiserver, kube-controller-manager and etcd: $KUBE_ASSETS, else one under the user's
# cache that is filled once from the Go modules pinned beside this script. Progress goes to standard error.
# etcd is taken from the PATH if KUBE_ASSETS lacks it. Exit code 2, with a message, if something is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/zenvoy

say() { echo "kube-assets: $*" >&2; }
fail() { say "$*"; exit 2; }

if [ -n "${KUBE_ASSETS:-}" ]; then
  for program in kube-apiserver kube-controller-manager; do
    [ -x "$KUBE_ASSETS/$program" ] || fail "KUBE_ASSETS: no $program in $KUBE_ASSETS (unset KUBE_ASSETS to have it built)"
  done
  if [ -x "$KUBE_ASSETS/etcd" ] || command -v etcd >/dev/null; then
    echo "$KUBE_ASSETS"
    exit 0
  fi
  fail "KUBE_ASSETS: no etcd in $KUBE_ASSETS nor on the PATH (unset KUBE_ASSETS to have it built, or install etcd-server)"
fi

version_of() { sed -n "s#^[[:space:]]*$2 \(v[0-9.]*\).*#\1#p" "$here/$1/go.mod" | head -n 1; }
kubernetes=$(version_of kubernetes k8s.io/kubernetes)
etcd=$(version_of etcd go.etcd.io/etcd/server/v3)
folder=$cache/kube-$kubernetes-etcd-$etcd
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock -n 9 || { say "waiting for another build in $folder"; flock 9; }

build() { # module folder, package, program, further arguments of go build
  module=$1 package=$2 program=$3
  shift 3
  if [ -x "$folder/$program" ]; then return; fi
  command -v go >/dev/null || fail "go is needed to build $program once (Debian: golang; https://go.dev/dl), or set KUBE_ASSETS to a folder that has it"
  say "building $program (once; some minutes) ..."
  (cd "$here/$module" && go build "$@" -o "$folder/$program.partial" "$package" >&2) || fail "go build $package failed"
  mv "$folder/$program.partial" "$folder/$program"
}

number=${kubernetes#v}
minor=${number#*.}
flags="-s -w -X k8s.io/component-base/version.gitVersion=$kubernetes"
flags="$flags -X k8s.io/component-base/version.gitMajor=${number%%.*} -X k8s.io/component-base/version.gitMinor=${minor%%.*}"
build etcd go.etcd.io/etcd/server/v3 etcd -ldflags="-s -w"
build kubernetes k8s.io/kubernetes/cmd/kube-apiserver kube-apiserver -ldflags="$flags"
build kubernetes k8s.io/kubernetes/cmd/kube-controller-manager kube-controller-manager -ldflags="$flags"
echo "$folder"
