package io.zenvoy.xds.serve;

/** The xDS resource types that zenvoy serves, in the order in which they are pushed. */
public enum ResourceType {
  CLUSTER("type.googleapis.com/envoy.config.cluster.v3.Cluster"),
  ENDPOINTS("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"),
  LISTENER("type.googleapis.com/envoy.config.listener.v3.Listener"),
  ROUTES("type.googleapis.com/envoy.config.route.v3.RouteConfiguration");

  private final String typeUrl;

  ResourceType(String typeUrl) {
    this.typeUrl = typeUrl;
  }

  public String typeUrl() {
    return typeUrl;
  }
}
