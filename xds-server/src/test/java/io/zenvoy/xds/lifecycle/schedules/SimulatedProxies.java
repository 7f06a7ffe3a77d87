package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.serve.NodeKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Two Envoys with a daemon beside each. */
final class SimulatedProxies {
  private final Map<SimulatedNode, SimulatedNode> daemons = new LinkedHashMap<>();
  private final List<SimulatedNode> envoys;
  private final List<SimulatedNode> nodes;

  SimulatedProxies() {
    for (String id : List.of("proxy-1", "proxy-2")) {
      daemons.put(new SimulatedNode(NodeKind.ENVOY, id), new SimulatedNode(NodeKind.DAEMON, id));
    }
    envoys = List.copyOf(daemons.keySet());
    nodes = Stream.concat(envoys.stream(), daemons.values().stream()).toList();
  }

  /** The daemon beside each Envoy. */
  Map<SimulatedNode, SimulatedNode> daemons() {
    return daemons;
  }

  List<SimulatedNode> nodes() {
    return nodes;
  }

  SimulatedNode node(int pick) {
    return nodes.get(pick % nodes.size());
  }

  SimulatedNode envoy(int pick) {
    return envoys.get(pick % envoys.size());
  }

  /** All are connected, each once. */
  void heal(Lifecycle lifecycle) {
    nodes.forEach(node -> node.connect(lifecycle));
    nodes.forEach(node -> node.single(lifecycle));
  }
}
