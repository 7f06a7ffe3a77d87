package io.zenvoy.xds.serve;

import java.util.Locale;
import java.util.Optional;

/** The xDS resource types that zenvoy serves, in the order in which they are pushed. */
public enum ResourceType {
  CLUSTER("type.googleapis.com/envoy.config.cluster.v3.Cluster"),
  ENDPOINTS("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"),
  SECRET("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"),
  LISTENER("type.googleapis.com/envoy.config.listener.v3.Listener"),
  ROUTES("type.googleapis.com/envoy.config.route.v3.RouteConfiguration");

  private final String typeUrl;
  private final String label;

  ResourceType(String typeUrl) {
    this.typeUrl = typeUrl;
    this.label = name().toLowerCase(Locale.ROOT);
  }

  public String typeUrl() {
    return typeUrl;
  }

  /** How logs and metrics call it. */
  public String label() {
    return label;
  }

  /** The type of a URL; empty if zenvoy doesn't serve it. */
  static Optional<ResourceType> of(String typeUrl) {
    for (ResourceType type : values()) {
      if (type.typeUrl.equals(typeUrl)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
