#!/bin/sh
# Starts ${program.name} on a Java ${java.release} or newer: $JAVA_HOME, else java on the PATH, else what the system has installed.
# JAVA_OPTS adds options for the Java virtual machine.
home=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

# A JDK says its version in its release file; to ask java itself would cost half of a small program's start.
version_of() {
  release=$(dirname "$(dirname "$(readlink -f "$1")")")/release
  if [ -r "$release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release"
  else
    "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
  fi
}

# In the order of their names, because a cache of loaded classes is only taken for the class path that it was made with.
class_path=$(printf '%s:' "$home"/lib/*.jar)
cache=$home/${program.name}.aot
# Mapped where it was made to be, its pages stay the file's: elsewhere Java rewrites all of them at each start, 22 MB of memory of its own.
in_place="-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -Xlog:aot=off -Xlog:cds=off"
[ -r "$cache" ] || in_place=

# A header of an object takes eight bytes (JEP 519). A cache is only taken with the same headers that it was made with.
headers=-XX:+UseCompactObjectHeaders

# Java's compilers have a nice value of 10: a client shall not wait for a processor that compiles. (Other threads get the one of their priority, 0
# but for some of Java's own.) As an option only root's Java takes that without a warning; that of the images was made with it.
priorities=
[ -O / ] && priorities="-XX:ThreadPriorityPolicy=1 -XX:CompilerThreadPriority=10"

# Each thread that allocates outside of the heap would get 64 MiB of address space of its own, and keep what it once used.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"

for java in "$JAVA_HOME/bin/java" "$(command -v java)" /opt/java/openjdk/bin/java /usr/lib/jvm/*/bin/java; do
  [ -x "$java" ] || continue
  version=$(version_of "$java")
  if [ "$version" -ge ${java.release} ] 2>/dev/null; then
    # Makes the cache: by whoever builds the distribution, with the program that trains this one.
    if [ "${1:-}" = --train ]; then
      exec "$java" --enable-native-access=ALL-UNNAMED -cp "$home/lib/*" "$2" "$home" ${3:+"$3"}
    fi
    exec "$java" $headers $priorities ${program.jvm.options} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
      ${in_place:+"-XX:AOTCache=$cache"} $in_place $JAVA_OPTS -cp "${class_path%:}" ${program.main} "$@"
  fi
done
echo "${program.name}: no Java ${java.release} or newer found: set JAVA_HOME to one" >&2
exit 2
