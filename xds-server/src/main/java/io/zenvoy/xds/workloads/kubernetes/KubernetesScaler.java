package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleOutcome.Conflict;
import io.zenvoy.xds.workloads.ScaleOutcome.Missing;
import io.zenvoy.xds.workloads.ScaleOutcome.Refused;
import io.zenvoy.xds.workloads.ScaleOutcome.Scaled;
import io.zenvoy.xds.workloads.ScaleOutcome.Unanswered;
import io.zenvoy.xds.workloads.ScaleOutcome.Unavailable;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.Scaler;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scales by one conditional JSON patch. If the condition does not hold the workload is read anew
 * from the server, since the informers may lag behind. Requests run on virtual threads of their
 * own, each for at most six seconds.
 */
final class KubernetesScaler implements Scaler {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesScaler.class);

  private static final Duration WRITE_LIMIT = Duration.ofSeconds(3);
  private static final Duration READ_LIMIT = Duration.ofSeconds(2);
  private static final Duration SECOND_WRITE_LIMIT = Duration.ofSeconds(1);

  private static final Reply.Unanswered NOT_LEADING =
      new Reply.Unanswered("this control plane does not lead");

  private final KubernetesApi api;
  private final ManagedWorkloads managed;
  private final UnaryOperator<Duration> limits;

  /**
   * @param limits shortens what a write may take to what is left of the leadership; zero if nothing
   *     may be written
   */
  KubernetesScaler(KubernetesApi api, ManagedWorkloads managed, UnaryOperator<Duration> limits) {
    this.api = api;
    this.managed = managed;
    this.limits = limits;
  }

  @Override
  public void scale(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    Thread.ofVirtual()
        .name("scale " + request.workload())
        .start(() -> outcome.accept(guarded(request)));
  }

  private ScaleOutcome guarded(ScaleRequest request) {
    try {
      return scale(request);
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("workload", request.workload())
          .setCause(e)
          .log("scale request failed");
      return new Unanswered(Reachability.reason(e));
    }
  }

  private ScaleOutcome scale(ScaleRequest request) {
    if (!managed.contains(request.workload())) {
      return new Refused(request.workload() + " is not named by any managed Service");
    }
    Reply reply = patch(request, ScalePatch.Zero.ABSENT, WRITE_LIMIT);
    return reply instanceof Reply.Answered answer && answer.status() == 422
        ? afterFailedTest(request, answer)
        : outcome(reply);
  }

  private Reply patch(ScaleRequest request, ScalePatch.Zero zero, Duration limit) {
    Duration allowed = limits.apply(limit);
    if (allowed.isZero()) {
      return NOT_LEADING;
    }
    return api.jsonPatch(
        "scale",
        path(request.workload()) + "/scale",
        ScalePatch.body(
            request.observedReplicas(), request.observedVersion(), request.replicas(), zero),
        allowed);
  }

  /** A failed test and an impossible patch have the same status: only the workload itself tells. */
  private ScaleOutcome afterFailedTest(ScaleRequest request, Reply.Answered refusal) {
    Reply reply = api.get("read", path(request.workload()), READ_LIMIT);
    if (!(reply instanceof Reply.Answered answer) || answer.status() != 200) {
      return outcome(reply);
    }
    ObservedWorkload fresh = read(request.workload(), answer.body());
    if (fresh.replicas() != request.observedReplicas()
        || !fresh.version().equals(request.observedVersion())) {
      return new Conflict(fresh.replicas(), fresh.version());
    }
    return fresh.replicas() == 0
        ? outcome(patch(request, ScalePatch.Zero.WRITTEN, SECOND_WRITE_LIMIT))
        : outcome(refusal);
  }

  private ScaleOutcome outcome(Reply reply) {
    return switch (reply) {
      case Reply.Unanswered unsent when unsent.equals(NOT_LEADING) ->
          new Unavailable(unsent.reason());
      case Reply.Unanswered(String reason) -> new Unanswered(reason);
      case Reply.Answered answer when answer.status() / 100 == 2 -> new Scaled();
      case Reply.Answered answer when answer.status() == 404 -> new Missing();
      case Reply.Answered answer when answer.status() >= 500 ->
          new Unanswered(api.explain(answer)); // a gateway's or etcd's time-out is one of them
      case Reply.Answered answer when isPassing(answer.status()) ->
          new Unavailable(api.explain(answer));
      case Reply.Answered answer -> new Refused(api.explain(answer));
    };
  }

  /** 401 too: an expired token is renewed before the next request. */
  private static boolean isPassing(int status) {
    // An API server that has just started denies everything until it has read its roles.
    return status == 401 || status == 403 || status == 409 || status == 429;
  }

  private ObservedWorkload read(WorkloadKey workload, String json) {
    return switch (workload.kind()) {
      case DEPLOYMENT -> Observations.deployment(api.parse(json, Deployment.class));
      case STATEFULSET -> Observations.statefulSet(api.parse(json, StatefulSet.class));
      case PROCESS -> throw notHere(workload);
    };
  }

  private static String path(WorkloadKey workload) {
    String plural =
        switch (workload.kind()) {
          case DEPLOYMENT -> "deployments";
          case STATEFULSET -> "statefulsets";
          case PROCESS -> throw notHere(workload);
        };
    return "/apis/apps/v1/namespaces/"
        + workload.namespace()
        + "/"
        + plural
        + "/"
        + workload.name();
  }

  private static IllegalArgumentException notHere(WorkloadKey workload) {
    return new IllegalArgumentException(workload + " (expected: a workload of Kubernetes)");
  }
}
