package io.zenvoy.xds.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open ADS streams of each node. A node that reconnects has two for a moment: it is connected
 * until its last one has ended. Thread-safe.
 */
final class ConnectedNodes {
  private static final Logger log = LoggerFactory.getLogger(ConnectedNodes.class);

  private final NodeEvents events;

  /**
   * The newest stream first. The lists are immutable, so that reports need the lock for a moment.
   */
  @GuardedBy("this")
  private final Map<NodeKey, List<AdsSession<?, ?>>> sessions = new HashMap<>();

  ConnectedNodes(NodeEvents events) {
    this.events = events;
  }

  /**
   * Events are sent under the lock, so that they come in the order in which streams come and go.
   */
  synchronized void add(AdsSession<?, ?> session) {
    List<AdsSession<?, ?>> open = new ArrayList<>();
    open.add(session);
    open.addAll(sessions.getOrDefault(session.node(), List.of()));
    sessions.put(session.node(), List.copyOf(open));
    log.atInfo().addKeyValue("node", session.node()).log("client connected");
    events.connected(session.node(), open.size());
  }

  synchronized void remove(AdsSession<?, ?> session) {
    List<AdsSession<?, ?>> left = new ArrayList<>(sessions.getOrDefault(session.node(), List.of()));
    if (!left.remove(session)) {
      return;
    }
    log.atInfo()
        .addKeyValue("node", session.node())
        .addKeyValue("streams", left.size())
        .log("client disconnected");
    if (left.isEmpty()) {
      sessions.remove(session.node());
    } else {
      sessions.put(session.node(), List.copyOf(left));
    }
    events.disconnected(session.node(), left.size());
  }

  synchronized int count(NodeKind kind) {
    return (int) sessions.keySet().stream().filter(node -> node.kind() == kind).count();
  }

  /** Which revision of a cluster's endpoints a node uses, if one of its open streams sent it. */
  Optional<Long> revisionInUse(NodeKey node, String cluster, double gauge) {
    for (AdsSession<?, ?> session : of(node)) {
      OptionalLong revision = session.revisionInUse(cluster, gauge);
      if (revision.isPresent()) {
        return Optional.of(revision.getAsLong());
      }
    }
    return Optional.empty();
  }

  private synchronized List<AdsSession<?, ?>> of(NodeKey node) {
    return sessions.getOrDefault(node, List.of());
  }
}
