package io.zenvoy.tproxy.discovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.wire.Any;
import io.zenvoy.tproxy.discovery.wire.Cluster;
import io.zenvoy.tproxy.discovery.wire.ClusterLoadAssignment;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryResponse;
import io.zenvoy.tproxy.discovery.wire.Resource;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.openhft.hashing.LongHashFunction;

/**
 * The resources that the server has sent and that were accepted, with their versions. They outlive
 * the stream, so that a new one only brings what has changed. Owned by the discovery thread.
 */
final class ResourceStore {
  private final ReceivableSlots slots;
  private Map<String, Versioned<ClusterPolicy>> clusters = Map.of();
  private Map<String, Versioned<EndpointAssignment>> assignments = Map.of();

  ResourceStore(ReceivableSlots slots) {
    this.slots = slots;
  }

  private record Versioned<T>(String version, T value) {}

  /**
   * Takes a response over, as a whole or not at all.
   *
   * @return the table that follows from all resources
   * @throws InvalidResourceException if anything in it is wrong; nothing has changed then
   */
  RoutingTable apply(DeltaDiscoveryResponse response) throws InvalidResourceException {
    return switch (ResourceKind.of(response.getTypeUrl())) {
      case CLUSTER -> applyClusters(response);
      case ENDPOINTS -> applyAssignments(response);
    };
  }

  private RoutingTable applyClusters(DeltaDiscoveryResponse response)
      throws InvalidResourceException {
    Map<String, Versioned<ClusterPolicy>> changed = without(clusters, response);
    for (Resource resource : response.getResourcesList()) {
      changed.put(resource.getName(), new Versioned<>(resource.getVersion(), policy(resource)));
    }
    RoutingTable table = table(changed, assignments);
    clusters = changed;
    return table;
  }

  private RoutingTable applyAssignments(DeltaDiscoveryResponse response)
      throws InvalidResourceException {
    long version = versionHash(response.getSystemVersionInfo());
    Map<String, Versioned<EndpointAssignment>> changed = without(assignments, response);
    for (Resource resource : response.getResourcesList()) {
      changed.put(
          resource.getName(),
          new Versioned<>(resource.getVersion(), assignment(resource, version)));
    }
    RoutingTable table = table(clusters, changed);
    assignments = changed;
    return table;
  }

  /** What the server need not send again: names and versions of a kind's resources. */
  Map<String, String> versions(ResourceKind kind) {
    Map<String, String> versions = new HashMap<>();
    switch (kind) {
      case CLUSTER -> clusters.forEach((name, held) -> versions.put(name, held.version));
      case ENDPOINTS -> assignments.forEach((name, held) -> versions.put(name, held.version));
    }
    return versions;
  }

  /** As Envoy computes its gauge {@code cluster.<name>.version}: xxHash64 with seed 0. */
  static long versionHash(String version) {
    return LongHashFunction.xx().hashBytes(version.getBytes(StandardCharsets.UTF_8));
  }

  private ClusterPolicy policy(Resource resource) throws InvalidResourceException {
    ClusterPolicy policy;
    try {
      policy = ClusterPolicy.parse(Cluster.parseFrom(content(resource, ResourceKind.CLUSTER)));
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidResourceException(resource.getName() + ": " + e.getMessage(), e);
    }
    requireName(resource, policy.cluster());
    Slot slot = policy.slot();
    Optional<String> problem = slots.problemOf(slot);
    if (problem.isPresent()) {
      throw new InvalidResourceException("cluster " + policy.cluster() + ": " + problem.get());
    }
    return policy;
  }

  private static EndpointAssignment assignment(Resource resource, long version)
      throws InvalidResourceException {
    try {
      ClusterLoadAssignment assignment =
          ClusterLoadAssignment.parseFrom(content(resource, ResourceKind.ENDPOINTS));
      requireName(resource, assignment.getClusterName());
      return EndpointAssignment.parse(assignment, version);
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidResourceException(resource.getName() + ": " + e.getMessage(), e);
    }
  }

  private static ByteString content(Resource resource, ResourceKind kind)
      throws InvalidResourceException {
    Any packed = resource.getResource();
    if (!packed.getTypeUrl().equals(kind.typeUrl())) {
      throw new InvalidResourceException(
          "resource "
              + resource.getName()
              + " is a \""
              + packed.getTypeUrl()
              + "\" (expected: "
              + kind.typeUrl()
              + ")");
    }
    return packed.getValue();
  }

  private static void requireName(Resource resource, String name) throws InvalidResourceException {
    if (!resource.getName().equals(name)) {
      throw new InvalidResourceException(
          "resource " + resource.getName() + " contains \"" + name + "\" (expected: its own name)");
    }
  }

  private static <T> Map<String, T> without(
      Map<String, T> resources, DeltaDiscoveryResponse response) {
    Map<String, T> changed = new HashMap<>(resources);
    response.getRemovedResourcesList().forEach(changed::remove);
    return changed;
  }

  private static RoutingTable table(
      Map<String, Versioned<ClusterPolicy>> clusters,
      Map<String, Versioned<EndpointAssignment>> assignments)
      throws InvalidResourceException {
    List<Route> routes = new ArrayList<>(clusters.size());
    for (Versioned<ClusterPolicy> held : clusters.values()) {
      ClusterPolicy policy = held.value;
      Versioned<EndpointAssignment> heldAssignment = assignments.get(policy.cluster());
      EndpointAssignment assignment =
          heldAssignment == null ? EndpointAssignment.NONE : heldAssignment.value;
      routes.add(
          new Route(
              policy.cluster(),
              policy.slot(),
              policy.wakeTimeout(),
              policy.maxParked(),
              policy.protocol(),
              policy.local(),
              policy.waitPageAfter(),
              assignment.endpoints(),
              assignment.verdict(),
              assignment.version()));
    }
    try {
      return RoutingTable.of(routes);
    } catch (IllegalArgumentException e) {
      throw new InvalidResourceException(String.valueOf(e.getMessage()), e);
    }
  }
}
