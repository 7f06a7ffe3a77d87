package io.zenvoy.xds.model;

import java.util.Locale;

/** Names what is scaled behind one or more Services. */
public record WorkloadKey(Kind kind, String namespace, String name)
    implements Comparable<WorkloadKey> {
  /** What a workload can be. */
  public enum Kind {
    DEPLOYMENT,
    STATEFULSET,
    /** A process of this machine, in local mode. */
    PROCESS
  }

  @Override
  public int compareTo(WorkloadKey other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + "/" + namespace + "/" + name;
  }
}
