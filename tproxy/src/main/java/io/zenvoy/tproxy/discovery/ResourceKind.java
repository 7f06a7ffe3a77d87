package io.zenvoy.tproxy.discovery;

/** The xDS types that the daemon subscribes to, in the order in which it asks for them. */
enum ResourceKind {
  CLUSTER("type.googleapis.com/envoy.config.cluster.v3.Cluster"),
  ENDPOINTS("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment");

  private final String typeUrl;

  ResourceKind(String typeUrl) {
    this.typeUrl = typeUrl;
  }

  String typeUrl() {
    return typeUrl;
  }

  /**
   * The kind of a type URL.
   *
   * @throws InvalidResourceException for one that was not subscribed to
   */
  static ResourceKind of(String typeUrl) throws InvalidResourceException {
    for (ResourceKind kind : values()) {
      if (kind.typeUrl.equals(typeUrl)) {
        return kind;
      }
    }
    throw new InvalidResourceException(
        "type \""
            + typeUrl
            + "\" (expected: "
            + CLUSTER.typeUrl
            + " or "
            + ENDPOINTS.typeUrl
            + ")");
  }
}
