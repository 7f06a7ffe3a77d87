package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What zenvoy reads of a Service.
 *
 * @param annotations those with zenvoy's prefix, by their full key
 * @param externalName whether its type is ExternalName
 * @param selectsPods whether it has a selector
 */
record ObservedService(
    ServiceKey key,
    String uid,
    Instant created,
    Map<String, String> annotations,
    boolean externalName,
    boolean selectsPods,
    List<Port> ports) {
  /**
   * A port of any transport protocol.
   *
   * @param name empty if it has none
   * @param transport {@code TCP}, {@code UDP} or {@code SCTP}
   * @param appProtocol empty if it has none
   * @param targetPort the pods' port; 0 if it is known by its name alone
   */
  record Port(String name, int port, String transport, String appProtocol, int targetPort) {
    /** A port whose number is the pods' as well. */
    Port(String name, int port, String transport, String appProtocol) {
      this(name, port, transport, appProtocol, port);
    }
  }

  ObservedService {
    annotations = Map.copyOf(annotations);
    ports = List.copyOf(ports);
  }
}
