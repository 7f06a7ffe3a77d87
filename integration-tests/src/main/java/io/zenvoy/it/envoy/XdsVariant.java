package io.zenvoy.it.envoy;

/** The two ways in which xDS is spoken on one aggregated stream. */
public enum XdsVariant {
  STATE_OF_THE_WORLD("GRPC"),
  DELTA("DELTA_GRPC");

  final String apiType;

  XdsVariant(String apiType) {
    this.apiType = apiType;
  }
}
