package io.zenvoy.xds.translate;

import com.google.protobuf.Message;
import io.zenvoy.xds.lifecycle.Publisher;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Entrances;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceChange;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.serve.XdsEdge;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Publishes what the life cycle decides as xDS resources: one decision changes the resources of its
 * cluster and no others.
 */
public final class XdsPublisher implements Publisher {
  private final TranslateSettings settings;
  private final XdsEdge edge;
  private final Map<ResourceType, Set<String>> published = new EnumMap<>(ResourceType.class);

  public XdsPublisher(TranslateSettings settings, XdsEdge edge) {
    this.settings = settings;
    this.edge = edge;
  }

  @Override
  public long define(NodeKind audience, Assignment assignment) {
    List<ResourceChange> changes = new ArrayList<>();
    changes.add(cluster(audience, assignment.cluster()));
    changes.add(endpoints(audience, assignment));
    if (hasTwin(audience, assignment.cluster())) {
      changes.add(twin(assignment.cluster()));
      changes.add(twinEndpoints(assignment));
    }
    return edge.apply(changes);
  }

  @Override
  public long redefine(NodeKind audience, Assignment assignment) {
    Cluster cluster = assignment.cluster();
    List<ResourceChange> changes = new ArrayList<>();
    changes.add(cluster(audience, cluster));
    if (hasTwin(audience, cluster)) {
      changes.add(twin(cluster));
      changes.add(twinEndpoints(assignment));
    } else if (audience == NodeKind.ENVOY) {
      changes.addAll(removals(audience, IgnoredRequestTranslation.twinName(cluster)));
    }
    return edge.apply(changes);
  }

  @Override
  public long withdraw(NodeKind audience, Cluster cluster) {
    List<ResourceChange> changes = new ArrayList<>(removals(audience, cluster.name()));
    if (hasTwin(audience, cluster)) {
      changes.addAll(removals(audience, IgnoredRequestTranslation.twinName(cluster)));
    }
    return edge.apply(changes);
  }

  @Override
  public long assign(NodeKind audience, Assignment assignment) {
    return hasTwin(audience, assignment.cluster())
        ? edge.apply(List.of(endpoints(audience, assignment), twinEndpoints(assignment)))
        : edge.apply(List.of(endpoints(audience, assignment)));
  }

  @Override
  public long route(Entrances entrances) {
    Map<String, Message> listeners = new HashMap<>();
    listeners.put(
        ListenerTranslation.HTTP_LISTENER,
        ListenerTranslation.httpListener(
            ListenerTranslation.address(settings.listenAddress(), settings.httpPort()),
            entrances.routes(),
            settings.unavailablePage()));
    entrances
        .tcp()
        .forEach(
            listener ->
                listeners.put(
                    listener.name(),
                    TcpListenerTranslation.listener(settings.listenAddress(), listener)));
    if (!entrances.tls().isEmpty()) {
      listeners.put(
          TcpListenerTranslation.TLS_LISTENER,
          TcpListenerTranslation.tlsListener(
              ListenerTranslation.address(settings.listenAddress(), settings.tlsPort()),
              entrances.tls()));
    }
    Map<String, Message> secrets = new HashMap<>();
    entrances.routes().stream()
        .flatMap(route -> route.certificate().stream())
        .forEach(
            certificate -> secrets.put(certificate.name(), TlsTranslation.secret(certificate)));
    return edge.apply(
        List.of(
            whole(ResourceType.SECRET, secrets),
            whole(ResourceType.LISTENER, listeners),
            upsert(
                NodeKind.ENVOY,
                ResourceType.ROUTES,
                RouteTranslation.HTTP_ROUTES,
                RouteTranslation.routes(entrances.routes(), settings.readTimeout()))));
  }

  /** All resources of a type: those that were there before and are not any more are removed. */
  private ResourceChange whole(ResourceType type, Map<String, Message> resources) {
    Set<String> removed = new HashSet<>(published.getOrDefault(type, Set.of()));
    removed.removeAll(resources.keySet());
    published.put(type, Set.copyOf(resources.keySet()));
    return new ResourceChange(NodeKind.ENVOY, type, resources, removed);
  }

  @Override
  public void open() {
    edge.open();
  }

  private static ResourceChange cluster(NodeKind audience, Cluster cluster) {
    Message resource =
        switch (audience) {
          case ENVOY -> ClusterTranslation.forEnvoys(cluster);
          case DAEMON -> ClusterTranslation.forDaemons(cluster);
        };
    return upsert(audience, ResourceType.CLUSTER, cluster.name(), resource);
  }

  private static ResourceChange endpoints(NodeKind audience, Assignment assignment) {
    Message resource =
        switch (audience) {
          case ENVOY -> EndpointTranslation.forEnvoys(assignment);
          case DAEMON -> EndpointTranslation.forDaemons(assignment);
        };
    return upsert(audience, ResourceType.ENDPOINTS, assignment.cluster().name(), resource);
  }

  /** Daemons have no part in requests that are never parked. */
  private static boolean hasTwin(NodeKind audience, Cluster cluster) {
    return audience == NodeKind.ENVOY && IgnoredRequestTranslation.hasTwin(cluster);
  }

  private static ResourceChange twin(Cluster cluster) {
    return upsert(
        NodeKind.ENVOY,
        ResourceType.CLUSTER,
        IgnoredRequestTranslation.twinName(cluster),
        IgnoredRequestTranslation.twin(cluster));
  }

  private static ResourceChange twinEndpoints(Assignment assignment) {
    return upsert(
        NodeKind.ENVOY,
        ResourceType.ENDPOINTS,
        IgnoredRequestTranslation.twinName(assignment.cluster()),
        IgnoredRequestTranslation.twinEndpoints(assignment));
  }

  private static ResourceChange upsert(
      NodeKind audience, ResourceType type, String name, Message resource) {
    return new ResourceChange(audience, type, Map.of(name, resource), Set.of());
  }

  private static List<ResourceChange> removals(NodeKind audience, String name) {
    return List.of(
        new ResourceChange(audience, ResourceType.CLUSTER, Map.of(), Set.of(name)),
        new ResourceChange(audience, ResourceType.ENDPOINTS, Map.of(), Set.of(name)));
  }
}
