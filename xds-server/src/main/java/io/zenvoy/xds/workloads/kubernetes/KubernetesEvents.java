package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.EventRecorder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events of Services ({@code v1}), one after the other on a thread of its own. What repeats
 * within a minute is only counted, later repetitions update the same Event's count.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/">
 *     Event</a>
 */
final class KubernetesEvents implements EventRecorder, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesEvents.class);
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(3);
  private static final Duration REPEAT_AFTER = Duration.ofMinutes(1);
  private static final int MAX_WAITING = 1_000;
  private static final int MAX_REMEMBERED = 1_000;

  /** The API server takes 1,024 bytes. */
  private static final int MAX_MESSAGE = 1_000;

  private final KubernetesApi api;
  private final Function<ServiceKey, Optional<String>> uids;
  private final InstantSource clock;
  private final Counter dropped;
  private final BlockingQueue<Occurrence> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Thread writer =
      Thread.ofVirtual().name("kubernetes-events-writer").unstarted(this::write);

  /** Owned by the writer. */
  private final Map<Occurrence, Series> remembered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Occurrence, Series> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  private record Occurrence(ServiceKey service, String type, String reason, String message) {}

  private record Series(String name, int count, Instant written) {
    Series counted() {
      return new Series(name, count + 1, written);
    }

    Series written(Instant now) {
      return new Series(name, count, now);
    }
  }

  /**
   * @param uids the UID of a Service, by which kubectl finds its Events; empty if it is not known
   */
  KubernetesEvents(
      KubernetesApi api,
      Function<ServiceKey, Optional<String>> uids,
      InstantSource clock,
      MeterRegistry registry) {
    this.api = api;
    this.uids = uids;
    this.clock = clock;
    this.dropped =
        Counter.builder("zenvoy_kubernetes_events_dropped")
            .description("Events that were not written: too many waited, or the write failed")
            .register(registry);
  }

  void start() {
    writer.start();
  }

  @Override
  public void warning(ServiceKey service, String reason, String message) {
    offer(service, "Warning", reason, message);
  }

  @Override
  public void normal(ServiceKey service, String reason, String message) {
    offer(service, "Normal", reason, message);
  }

  @Override
  public void close() {
    writer.interrupt();
  }

  private void offer(ServiceKey service, String type, String reason, String message) {
    String text =
        message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
    if (!waiting.offer(new Occurrence(service, type, reason, text))) {
      dropped.increment();
    }
  }

  private void write() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Occurrence occurrence = waiting.take();
        try {
          write(occurrence);
        } catch (RuntimeException e) {
          dropped.increment();
          LOG.atWarn()
              .addKeyValue("service", occurrence.service())
              .setCause(e)
              .log("Event not written");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Occurrence occurrence) {
    Instant now = clock.instant();
    Series before = remembered.get(occurrence);
    if (before == null) {
      create(occurrence, now);
      return;
    }
    Series series = before.counted();
    remembered.put(occurrence, series);
    if (series.written().plus(REPEAT_AFTER).isAfter(now)) {
      return;
    }
    Reply reply =
        api.mergePatch(
            "event",
            path(occurrence.service()) + "/" + series.name(),
            "{\"count\":%d,\"lastTimestamp\":\"%s\"}".formatted(series.count(), timestamp(now)),
            WRITE_LIMIT);
    if (reply instanceof Reply.Answered answer && answer.status() == 404) {
      // Kubernetes forgets Events after an hour.
      create(occurrence, now);
    } else if (isWritten(reply, occurrence)) {
      remembered.put(occurrence, series.written(now));
    }
  }

  private void create(Occurrence occurrence, Instant now) {
    String name =
        occurrence.service().name()
            + "."
            + Long.toHexString(ChronoUnit.NANOS.between(Instant.EPOCH, now));
    Reply reply =
        api.post(
            "event",
            path(occurrence.service()),
            api.json(event(occurrence, name, uids.apply(occurrence.service()).orElse(null), now)),
            WRITE_LIMIT);
    if (isWritten(reply, occurrence)) {
      remembered.put(occurrence, new Series(name, 1, now));
    }
  }

  private boolean isWritten(Reply reply, Occurrence occurrence) {
    String reason =
        switch (reply) {
          case Reply.Unanswered(String why) -> why;
          case Reply.Answered answer when answer.status() / 100 == 2 -> "";
          case Reply.Answered answer -> api.explain(answer);
        };
    if (reason.isEmpty()) {
      return true;
    }
    dropped.increment();
    LOG.atWarn()
        .addKeyValue("service", occurrence.service())
        .addKeyValue("event", occurrence.reason())
        .addKeyValue("reason", reason)
        .log("Event not written");
    return false;
  }

  private static Event event(
      Occurrence occurrence, String name, @Nullable String uid, Instant now) {
    ServiceKey service = occurrence.service();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(service.namespace())
        .withName(name)
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
        .withCount(1)
        .withFirstTimestamp(timestamp(now))
        .withLastTimestamp(timestamp(now))
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
