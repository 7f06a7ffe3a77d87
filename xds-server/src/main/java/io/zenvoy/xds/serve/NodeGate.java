package io.zenvoy.xds.serve;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.zenvoy.common.DaemonProtocol;
import java.util.function.BooleanSupplier;

/**
 * Decides who is served. Nobody is before the gate was opened, nor while another control plane may
 * lead. Thread-safe.
 *
 * <p>A daemon that can't receive the slots in use is turned away, too: whatever it were given,
 * connections would not reach it.
 */
final class NodeGate {
  static final Status NOT_LEADING =
      Status.UNAVAILABLE.withDescription("another control plane leads: connect anew");

  private final String nodeId;
  private final DaemonCompatibility compatibility;
  private final BooleanSupplier leads;
  private volatile boolean open;

  NodeGate(EdgeSettings settings, BooleanSupplier leads) {
    this.leads = leads;
    this.nodeId = settings.nodeId();
    this.compatibility = new DaemonCompatibility(settings.slots());
  }

  /** What became of a node's request to be served. */
  sealed interface Admission {
    /** It is served. */
    record Admitted(NodeKey node) implements Admission {}

    /**
     * It is not served.
     *
     * @param reason a word for the metric
     * @param status what the stream is closed with; its description is for people
     */
    record Refused(String reason, Status status) implements Admission {}

    /**
     * A daemon that would be served but for its settings.
     *
     * @param problem one line for people
     */
    record Incompatible(NodeKey node, String problem) implements Admission {}
  }

  void open() {
    open = true;
  }

  /** Whether anything may be sent to anybody. */
  boolean mayServe() {
    return open && leads.getAsBoolean();
  }

  /** Decides about a node by what the first message of its stream says. */
  Admission admit(Node node) {
    if (!open) {
      return new Admission.Refused(
          "not_synced", Status.UNAVAILABLE.withDescription("not synced yet: come back later"));
    }
    if (!leads.getAsBoolean()) {
      return new Admission.Refused("not_leading", NOT_LEADING);
    }
    if (node.getId().isEmpty()) {
      return new Admission.Refused(
          "no_node",
          Status.INVALID_ARGUMENT.withDescription(
              "the stream's first message names no node (expected: node.id)"));
    }
    if (!node.getId().equals(nodeId) && !node.getCluster().equals(nodeId)) {
      return new Admission.Refused(
          "foreign_node",
          Status.PERMISSION_DENIED.withDescription(
              "node id \"%s\", cluster \"%s\" (expected: one of them is XDS_NODE_ID, \"%s\")"
                  .formatted(node.getId(), node.getCluster(), nodeId)));
    }
    Struct ours =
        node.getMetadata()
            .getFieldsOrDefault(DaemonProtocol.NAMESPACE, Value.getDefaultInstance())
            .getStructValue();
    String kind =
        ours.getFieldsOrDefault(DaemonProtocol.NODE_KIND, Value.getDefaultInstance())
            .getStringValue();
    if (!kind.equals(DaemonProtocol.KIND_DAEMON)) {
      return new Admission.Admitted(new NodeKey(NodeKind.ENVOY, node.getId()));
    }
    NodeKey daemon = new NodeKey(NodeKind.DAEMON, node.getId());
    String problem = compatibility.problem(ours);
    return problem.isEmpty()
        ? new Admission.Admitted(daemon)
        : new Admission.Incompatible(daemon, problem);
  }
}
