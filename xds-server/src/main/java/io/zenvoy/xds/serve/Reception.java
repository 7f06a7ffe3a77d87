package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nodes in, and says who was turned away: counted every time, logged once for the same words,
 * because clients try again for ever. Thread-safe.
 */
final class Reception {
  private static final Logger log = LoggerFactory.getLogger(Reception.class);
  private static final int REMEMBERED = 1_000;

  private final NodeGate gate;
  private final EdgeMeters meters;
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  Reception(NodeGate gate, EdgeMeters meters) {
    this.gate = gate;
    this.meters = meters;
  }

  /** Decides about a node by what the first message of its stream says. */
  NodeGate.Admission admit(Node node) {
    NodeGate.Admission admission = gate.admit(node);
    switch (admission) {
      case NodeGate.Admission.Admitted(NodeKey admitted) -> {}
      case NodeGate.Admission.Refused(String reason, var status) ->
          turnedAway(
              "id \"%s\", cluster \"%s\"".formatted(node.getId(), node.getCluster()),
              reason,
              status);
      case NodeGate.Admission.Incompatible(NodeKey daemon, String problem) ->
          turnedAway(
              daemon.toString(),
              "incompatible_daemon",
              Status.FAILED_PRECONDITION.withDescription(problem));
    }
    return admission;
  }

  /** Whether anything may be sent to anybody. */
  boolean mayServe() {
    return gate.mayServe();
  }

  private void turnedAway(String node, String reason, Status status) {
    meters.streamRejected(reason);
    // Before the caches have synced everybody is turned away: nothing that people need to look at.
    boolean expected = status.getCode() == Status.Code.UNAVAILABLE;
    String words = String.valueOf(status.getDescription());
    if (!expected && logged.size() < REMEMBERED && logged.add(node + ": " + words)) {
      log.atWarn().addKeyValue("node", node).addKeyValue("reason", words).log("client turned away");
    }
  }
}
