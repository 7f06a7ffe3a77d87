package io.zenvoy.xds.model;

import io.zenvoy.common.HostPort;
import java.util.List;

/**
 * The pods behind one service port, none of them terminating.
 *
 * @param ready those that Kubernetes calls ready
 * @param starting those that have an address but are not ready yet
 */
public record Endpoints(List<HostPort> ready, List<HostPort> starting) {
  public static final Endpoints NONE = new Endpoints(List.of(), List.of());

  public Endpoints {
    ready = ready.stream().distinct().sorted(Endpoints::compare).toList();
    starting = starting.stream().distinct().sorted(Endpoints::compare).toList();
  }

  private static int compare(HostPort one, HostPort other) {
    int byHost = one.host().compareTo(other.host());
    return byHost != 0 ? byHost : Integer.compare(one.port(), other.port());
  }
}
