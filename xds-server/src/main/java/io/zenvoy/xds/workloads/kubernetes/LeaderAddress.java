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
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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
  private static final Duration MISSING_PACE = Duration.ofMinutes(10);

  private static final String NOTHING_YET = "nothing was written yet";
  private static final String NOT_LEADING = "this control plane does not lead";

  private final KubernetesApi api;
  private final String namespace;
  private final Candidate candidate;
  private final EndpointSlice wanted;

  /** How often it is logged that there is no Service. */
  private final Pace missing = new Pace(System::nanoTime, MISSING_PACE);

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
    String last = NOTHING_YET;
    try {
      while (leadership.holds()) {
        String problem = bring(limits);
        if (!problem.equals(last)) {
          say(problem);
          last = problem;
        }
        Thread.sleep(problem.isEmpty() ? LOOK_MILLIS : AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String problem) {
    if (problem.isEmpty()) {
      LOG.atInfo()
          .addKeyValue("address", candidate.address().getHostAddress())
          .addKeyValue("port", candidate.port())
          .log("clients are sent here");
    } else if (!problem.equals(NOT_LEADING)) {
      LOG.atWarn().addKeyValue("reason", problem).log("clients can't be sent here yet");
    }
  }

  /** Makes the slice what it should be, once; returns why not, in one line. */
  String bring(UnaryOperator<Duration> limits) {
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
    List<OwnerReference> owners = owners(found);
    if (isRight(found) && owners.equals(found.getMetadata().getOwnerReferences())) {
      return "";
    }
    Duration limit = limits.apply(REQUEST_LIMIT);
    if (limit.isZero()) {
      return NOT_LEADING;
    }
    String body =
        api.json(
            Map.of(
                "metadata",
                Map.of(
                    "resourceVersion",
                    found.getMetadata().getResourceVersion(),
                    "labels",
                    wanted.getMetadata().getLabels(),
                    "ownerReferences",
                    owners),
                "endpoints",
                wanted.getEndpoints(),
                "ports",
                wanted.getPorts()));
    return problem(api.mergePatch("leader-address", path() + "/" + name(), body, limit));
  }

  private boolean isRight(EndpointSlice found) {
    return wanted.getEndpoints().equals(found.getEndpoints())
        && wanted.getPorts().equals(found.getPorts())
        && found.getMetadata().getLabels() != null
        && found
            .getMetadata()
            .getLabels()
            .entrySet()
            .containsAll(wanted.getMetadata().getLabels().entrySet());
  }

  /**
   * What the slice should belong to: the Service among others. One that was made before its Service
   * has none; one whose Service was made anew is removed by Kubernetes.
   */
  private List<OwnerReference> owners(EndpointSlice found) {
    List<OwnerReference> owners = found.getMetadata().getOwnerReferences();
    if (owners.stream().anyMatch(LeaderAddress::isService)) {
      return owners;
    }
    return Stream.concat(owners.stream(), service().stream()).toList();
  }

  private static boolean isService(OwnerReference owner) {
    return "Service".equals(owner.getKind()) && SERVICE.equals(owner.getName());
  }

  private String create(UnaryOperator<Duration> limits) {
    Optional<OwnerReference> service = service();
    Duration limit = limits.apply(REQUEST_LIMIT);
    if (limit.isZero()) {
      return NOT_LEADING;
    }
    EndpointSlice slice =
        wanted
            .edit()
            .editMetadata()
            .withOwnerReferences(service.stream().toList())
            .endMetadata()
            .build();
    return problem(api.post("leader-address", path(), api.json(slice), limit));
  }

  /** The Service, with which the slice goes; empty if it is not there or can't be read now. */
  private Optional<OwnerReference> service() {
    String services = "/api/v1/namespaces/" + namespace + "/services/";
    Reply reply = api.get("leader-address", services + SERVICE, REQUEST_LIMIT);
    if (reply instanceof Reply.Answered answer && answer.status() == 200) {
      return Optional.of(
          new OwnerReferenceBuilder()
              .withApiVersion("v1")
              .withKind("Service")
              .withName(SERVICE)
              .withUid(api.parse(answer.body(), Service.class).getMetadata().getUid())
              .build());
    }
    if (reply instanceof Reply.Answered answer && answer.status() == 404 && missing.isDue()) {
      LOG.atWarn()
          .addKeyValue("namespace", namespace)
          .addKeyValue("service", SERVICE)
          .log(
              "no such Service (expected: one without a selector, by which clients find the"
                  + " leader)");
    }
    return Optional.empty();
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
