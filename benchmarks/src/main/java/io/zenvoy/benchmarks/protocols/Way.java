package io.zenvoy.benchmarks.protocols;

/** How a client reaches the server. */
enum Way {
  /** At the pod's own address. */
  DIRECT,
  /** By Envoy's listener. */
  ENVOY
}
