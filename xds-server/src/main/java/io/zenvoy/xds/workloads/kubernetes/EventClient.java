package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.kubernetes.EventBacklog.Occurrence;
import io.zenvoy.xds.workloads.kubernetes.EventBacklog.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Creates and counts Events ({@code v1}) of Services. Blocks.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/">
 *     Event</a>
 */
final class EventClient {
  private final KubernetesApi api;
  private final Function<ServiceKey, Optional<String>> uids;

  /**
   * @param uids the UID of a Service, by which kubectl finds its Events; empty if it is not known
   */
  EventClient(KubernetesApi api, Function<ServiceKey, Optional<String>> uids) {
    this.api = api;
    this.uids = uids;
  }

  Reply create(Waiting event, Duration limit) {
    ServiceKey service = event.occurrence().service();
    return api.post(
        "event", path(service), api.json(event(event, uids.apply(service).orElse(null))), limit);
  }

  /**
   * Tells that it has happened again.
   *
   * @param name of the Event that there is
   * @param count how often in all
   */
  Reply count(Waiting event, String name, int count, Duration limit) {
    return api.mergePatch(
        "event",
        path(event.occurrence().service()) + "/" + name,
        "{\"count\":%d,\"lastTimestamp\":\"%s\"}".formatted(count, timestamp(event.last())),
        limit);
  }

  /** Why it was not written, in one line. */
  String reason(Reply reply) {
    return switch (reply) {
      case Reply.Unanswered(String why) -> why;
      case Reply.Answered answer -> api.explain(answer);
    };
  }

  private static Event event(Waiting event, @Nullable String uid) {
    Occurrence occurrence = event.occurrence();
    ServiceKey service = occurrence.service();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(service.namespace())
        .withName(event.name())
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion("v1")
        .withKind("Service")
        .withNamespace(service.namespace())
        .withName(service.name())
        .withUid(uid)
        .endInvolvedObject()
        .withType(occurrence.type())
        .withReason(occurrence.reason())
        .withMessage(occurrence.message())
        .withCount(event.count())
        .withFirstTimestamp(timestamp(event.first()))
        .withLastTimestamp(timestamp(event.last()))
        .withNewSource()
        .withComponent("zenvoy")
        .endSource()
        .build();
  }

  /** Kubernetes' times have whole seconds. */
  private static String timestamp(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String path(ServiceKey service) {
    return "/api/v1/namespaces/" + service.namespace() + "/events";
  }
}
