package io.zenvoy.xds.workloads.kubernetes;

import java.util.Set;

/** zenvoy's own workloads, which it never touches whatever their annotations say. */
final class OwnWorkloads {
  static final String PROBLEM =
      "the Service or its workload is zenvoy's own, which is never scaled";

  private static final Set<String> NAMES = Set.of("zenvoy-xds", "zenvoy-proxy");

  private OwnWorkloads() {}

  /** Whether an object's name, or its label {@code app}, is zenvoy's own. */
  static boolean isOwn(String nameOrApp) {
    return NAMES.contains(nameOrApp);
  }

  static boolean isOwn(ObservedWorkload workload) {
    return isOwn(workload.key().name()) || isOwn(workload.app());
  }
}
