#!/bin/sh
# Starts ${program.name} on a Java ${java.release} or newer: $JAVA_HOME, else java on the PATH, else what the system has installed.
# JAVA_OPTS adds options for the Java virtual machine.
home=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

version_of() { "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1; }

for java in "$JAVA_HOME/bin/java" "$(command -v java)" /opt/java/openjdk/bin/java /usr/lib/jvm/*/bin/java; do
  [ -x "$java" ] || continue
  version=$(version_of "$java")
  if [ "$version" -ge ${java.release} ] 2>/dev/null; then
    exec "$java" ${program.jvm.options} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
      $JAVA_OPTS -cp "$home/lib/*" ${program.main} "$@"
  fi
done
echo "${program.name}: no Java ${java.release} or newer found: set JAVA_HOME to one" >&2
exit 2
