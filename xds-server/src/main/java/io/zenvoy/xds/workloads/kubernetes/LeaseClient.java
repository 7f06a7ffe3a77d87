package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the Lease {@value #NAME} of the home namespace. Every write is one conditional
 * request. Blocks.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/architecture/leases/">Leases</a>
 */
final class LeaseClient {
  static final String NAME = "zenvoy-xds";

  private static final String HOLDER = "/spec/holderIdentity";
  private static final String RENEW_TIME = "/spec/renewTime";

  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesApi api;
  private final String namespace;
  private final String identity;
  private final Duration duration;
  private final InstantSource wallClock;

  /**
   * @param duration written for other contenders
   * @param wallClock for the times in the Lease, which are for people
   */
  LeaseClient(
      KubernetesApi api,
      String namespace,
      String identity,
      Duration duration,
      InstantSource wallClock) {
    this.api = api;
    this.namespace = namespace;
    this.identity = identity;
    this.duration = duration;
    this.wallClock = wallClock;
  }

  Reply read(Duration limit) {
    return api.get("lease", path() + "/" + NAME, limit);
  }

  Reply create(Duration limit) {
    Map<String, Object> lease =
        Map.of(
            "apiVersion",
            "coordination.k8s.io/v1",
            "kind",
            "Lease",
            "metadata",
            Map.of("name", NAME, "namespace", namespace, "labels", Map.of("app", NAME)),
            "spec",
            spec(0));
    return api.post("lease", path(), api.json(lease), limit);
  }

  /** Answered with 409 if the Lease is not as it was looked at. */
  Reply take(ObservedLease before, Duration limit) {
    return api.mergePatch(
        "lease",
        path() + "/" + NAME,
        api.json(
            Map.of(
                "metadata",
                Map.of("resourceVersion", before.version()),
                "spec",
                spec(before.transitions() + 1))),
        limit);
  }

  /**
   * Answered with 422 if the Lease is not ours. That is condition enough, since nobody else writes
   * one that is, and renewals may overtake each other.
   */
  Reply renew(Duration limit) {
    return ifOurs(limit, Map.of("op", "add", "path", RENEW_TIME, "value", now()));
  }

  /** Leaves the Lease without a holder; answered with 422 if it is not ours. */
  Reply giveUp(Duration limit) {
    return ifOurs(
        limit,
        Map.of("op", "remove", "path", HOLDER),
        Map.of("op", "add", "path", RENEW_TIME, "value", now()));
  }

  /** Reads the Lease that an answer contains. */
  ObservedLease parse(Reply.Answered answer) {
    Lease lease = api.parse(answer.body(), Lease.class);
    LeaseSpec spec = lease.getSpec() == null ? new LeaseSpec() : lease.getSpec();
    return new ObservedLease(
        Observations.text(lease.getMetadata().getResourceVersion()),
        Observations.text(spec.getHolderIdentity()),
        Duration.ofSeconds(orZero(spec.getLeaseDurationSeconds())),
        orZero(spec.getLeaseTransitions()));
  }

  private Reply ifOurs(Duration limit, Map<?, ?>... changes) {
    List<Map<?, ?>> patch = new ArrayList<>();
    patch.add(Map.of("op", "test", "path", HOLDER, "value", identity));
    patch.addAll(List.of(changes));
    return api.jsonPatch("lease", path() + "/" + NAME, api.json(patch), limit);
  }

  private Map<String, Object> spec(int transitions) {
    return Map.of(
        "holderIdentity",
        identity,
        "leaseDurationSeconds",
        duration.toSeconds(),
        "leaseTransitions",
        transitions,
        "acquireTime",
        now(),
        "renewTime",
        now());
  }

  private String now() {
    return MICRO_TIME.format(wallClock.instant());
  }

  private String path() {
    return "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
  }

  private static int orZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }
}
