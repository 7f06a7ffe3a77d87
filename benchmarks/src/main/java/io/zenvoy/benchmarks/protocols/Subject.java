package io.zenvoy.benchmarks.protocols;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.kube.ContainerRuntime;
import java.util.Map;

/**
 * One protocol that is measured.
 *
 * @param title what speaks it
 * @param service the Service's name, without a dash
 * @param annotations of the Service, without the prefix {@code zenvoy.io/}
 * @param listener Envoy's, by which the service is reached
 * @param pods the real server
 * @param connector the real client
 */
record Subject(
    String title,
    String service,
    Map<String, String> annotations,
    HostPort listener,
    ContainerRuntime pods,
    Connector connector) {
  Subject {
    annotations = Map.copyOf(annotations);
  }

  /** Connects a client. */
  @FunctionalInterface
  interface Connector {
    Client connect(HostPort server) throws Exception;
  }
}
