package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.zenvoy.xds.workloads.Leadership;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends clients to the leader: its address is the only one in the EndpointSlice of the Service
 * {@value #SERVICE}, which has no selector. As long as the leadership holds what somebody else
 * changes there is put right. Thread-safe.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors">
 *     Services without selectors</a>
 */
final class LeaderAddress {
  static final String SERVICE = "zenvoy-xds";

  private static final Logger LOG = LoggerFactory.getLogger(LeaderAddress.class);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(1);
  private static final long AGAIN_MILLIS = 200;
  private static final long LOOK_MILLIS = 2_000;

  private final KubernetesApi api;
  private final String namespace;
  private final Candidate candidate;
  private final EndpointSlice wanted;

  LeaderAddress(KubernetesApi api, String namespace, Candidate candidate) {
    this.api = api;
    this.namespace = namespace;
    this.candidate = candidate;
    this.wanted = slice(namespace, candidate);
  }

  /**
   * Publishes the address, on a thread of its own, for as long as the leadership holds.
   *
   * @param limits shortens what a write may take to what the leadership allows
   */
  void publish(Leadership leadership, UnaryOperator<Duration> limits) {
    Thread.ofVirtual().name("leader-address").start(() -> keep(leadership, limits));
  }

  private void keep(Leadership leadership, UnaryOperator<Duration> limits) {
    boolean published = false;
    try {
      while (leadership.holds()) {
        String problem = bring(limits);
        if (problem.isEmpty() && !published) {
          LOG.atInfo()
              .addKeyValue("address", candidate.address().getHostAddress())
              .addKeyValue("port", candidate.port())
              .log("clients are sent here");
        } else if (!problem.isEmpty()) {
          LOG.atWarn().addKeyValue("reason", problem).log("clients can't be sent here yet");
        }
        published = problem.isEmpty();
        Thread.sleep(published ? LOOK_MILLIS : AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes the slice what it should be; returns why not, in one line. */
  private String bring(UnaryOperator<Duration> limits) {
    try {
      return switch (api.get("leader-address", path() + "/" + name(), REQUEST_LIMIT)) {
        case Reply.Answered answer when answer.status() == 200 ->
            correct(api.parse(answer.body(), EndpointSlice.class), limits);
        case Reply.Answered answer when answer.status() == 404 -> create(limits);
        case Reply.Answered answer -> api.explain(answer);
        case Reply.Unanswered(String reason) -> reason;
      };
    } catch (RuntimeException e) {
      return Reachability.reason(e);
    }
  }

  private String correct(EndpointSlice found, UnaryOperator<Duration> limits) {
    boolean right =
        wanted.getEndpoints().equals(found.getEndpoints())
            && wanted.getPorts().equals(found.getPorts())
            && found.getMetadata().getLabels() != null
            && found
                .getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(wanted.getMetadata().getLabels().entrySet());
    Duration limit = limits.apply(REQUEST_LIMIT);
    if (right || limit.isZero()) {
      return "";
    }
    String body =
        api.json(
            Map.of(
                "metadata",
                Map.of(
                    "resourceVersion",
                    found.getMetadata().getResourceVersion(),
                    "labels",
                    wanted.getMetadata().getLabels()),
                "endpoints",
                wanted.getEndpoints(),
                "ports",
                wanted.getPorts()));
    return problem(api.mergePatch("leader-address", path() + "/" + name(), body, limit));
  }

  private String create(UnaryOperator<Duration> limits) {
    List<OwnerReference> owner = owner();
    Duration limit = limits.apply(REQUEST_LIMIT);
    if (limit.isZero()) {
      return "";
    }
    EndpointSlice slice =
        wanted.edit().editMetadata().withOwnerReferences(owner).endMetadata().build();
    return problem(api.post("leader-address", path(), api.json(slice), limit));
  }

  /** The Service, with which the slice goes. */
  private List<OwnerReference> owner() {
    String services = "/api/v1/namespaces/" + namespace + "/services/";
    if (api.get("leader-address", services + SERVICE, REQUEST_LIMIT)
            instanceof Reply.Answered answer
        && answer.status() == 200) {
      return List.of(
          new OwnerReferenceBuilder()
              .withApiVersion("v1")
              .withKind("Service")
              .withName(SERVICE)
              .withUid(api.parse(answer.body(), Service.class).getMetadata().getUid())
              .build());
    }
    LOG.atWarn()
        .addKeyValue("namespace", namespace)
        .addKeyValue("service", SERVICE)
        .log(
            "no such Service (expected: one without a selector, by which clients find the leader)");
    return List.of();
  }

  private String problem(Reply reply) {
    return switch (reply) {
      case Reply.Answered answer when answer.status() / 100 == 2 -> "";
      case Reply.Answered answer -> api.explain(answer);
      case Reply.Unanswered(String reason) -> reason;
    };
  }

  private String name() {
    return wanted.getMetadata().getName();
  }

  private String path() {
    return "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices";
  }

  private static EndpointSlice slice(String namespace, Candidate candidate) {
    // The family of a slice can't be changed, so each has a name of its own.
    boolean six = candidate.address() instanceof Inet6Address;
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(SERVICE + (six ? "-leader-ipv6" : "-leader"))
        .addToLabels("app", SERVICE)
        .addToLabels("kubernetes.io/service-name", SERVICE)
        .addToLabels("endpointslice.kubernetes.io/managed-by", "zenvoy")
        .endMetadata()
        .withAddressType(six ? "IPv6" : "IPv4")
        .addNewEndpoint()
        .withAddresses(candidate.address().getHostAddress())
        .withNewConditions()
        .withReady(true)
        .withServing(true)
        .withTerminating(false)
        .endConditions()
        .withNewTargetRef()
        .withKind("Pod")
        .withNamespace(namespace)
        .withName(candidate.pod())
        .endTargetRef()
        .endEndpoint()
        .addNewPort()
        .withName("xds")
        .withPort(candidate.port())
        .withProtocol("TCP")
        .withAppProtocol("grpc")
        .endPort()
        .build();
  }
}
