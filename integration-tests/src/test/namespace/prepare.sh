#!/bin/sh
# Prepares what the integration tests run against, while there still is a network: a real Envoy, a real Kubernetes API server,
# a Java 25, iptables, nft and ip. Writes the places to $1, which bin/java beside this script reads. Exit code 2 and what to do if
# something is missing; nothing is skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
settings=$1

say() { echo "integration-tests: $*" >&2; }
fail() { say "$*"; exit 2; }

missing=
for need in unshare:util-linux flock:util-linux ip:iproute2 iptables:iptables nft:nftables; do
  PATH=$PATH:/usr/sbin:/sbin command -v "${need%%:*}" >/dev/null || missing="$missing ${need##*:}"
done
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing$missing"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >&2 \
    || { apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >&2; } \
    || fail "apt-get install$missing failed"
elif [ -n "$missing" ]; then
  fail "missing programs: install the Debian packages$missing"
fi

unshare --user --map-root-user --net --pid --fork --kill-child --mount-proc ip link set lo up \
  || fail "no namespaces of their own for the tests: allow unprivileged user namespaces \
(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, user.max_user_namespaces), \
and in a container let it create namespaces"

version_of() { "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1; }
home=
for java in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /opt/java/openjdk/bin/java /usr/lib/jvm/*/bin/java \
  "$HOME"/.jdks/*/bin/java "$HOME"/.sdkman/candidates/java/*/bin/java; do
  if [ -x "$java" ] && [ "$(version_of "$java")" -ge 25 ] 2>/dev/null; then
    home=$(cd "$(dirname "$(readlink -f "$java")")/.." && pwd)
    break
  fi
done
[ -n "$home" ] || fail "no Java 25 or newer found: set JAVA_HOME to one"

envoy=$("$root/cli/src/distribution/find-envoy.sh") || exit $?
assets=$("$root/integration-tests/kube-assets/find-kube-assets.sh") || exit $?
mkdir -p "$(dirname "$settings")"
quoted() { printf "%s" "$1" | sed "s/'/'\\\\''/g"; }
printf "export %s='%s'\n" JAVA_HOME "$(quoted "$home")" ENVOY_BIN "$(quoted "$envoy")" KUBE_ASSETS "$(quoted "$assets")" \
  >"$settings"
say "Java: $home"
say "Envoy: $envoy"
say "Kubernetes: $assets"
