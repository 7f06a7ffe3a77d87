package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends single requests to the API server, exactly as they are given and exactly once: fabric8's
 * own operations would read before they patch, and repeat what failed. Thread-safe; every method
 * blocks its (virtual) thread.
 */
final class KubernetesApi {
  private static final String MERGE_PATCH = "application/merge-patch+json";
  private static final String JSON_PATCH = "application/json-patch+json";
  private static final String JSON = "application/json";

  private final KubernetesClient client;
  private final HttpClient http;
  private final Reachability reachability;
  private final MeterRegistry registry;

  KubernetesApi(KubernetesConnection connection, MeterRegistry registry) {
    this.client = connection.client();
    this.reachability = connection.reachability();
    this.registry = registry;
    this.http =
        client
            .getHttpClient()
            .newBuilder()
            .tag(new RequestConfigBuilder().withRequestRetryBackoffLimit(0).build())
            .build();
  }

  Reply get(String operation, String path, Duration limit) {
    return send(operation, request(path), limit);
  }

  Reply post(String operation, String path, String body, Duration limit) {
    return send(operation, request(path).method("POST", JSON, body), limit);
  }

  Reply mergePatch(String operation, String path, String body, Duration limit) {
    return send(operation, request(path).method("PATCH", MERGE_PATCH, body), limit);
  }

  Reply jsonPatch(String operation, String path, String body, Duration limit) {
    return send(operation, request(path).method("PATCH", JSON_PATCH, body), limit);
  }

  /** Reads an object that the server sent. */
  <T> T parse(String json, Class<T> type) {
    return client.getKubernetesSerialization().unmarshal(json, type);
  }

  String json(Object object) {
    return client.getKubernetesSerialization().asJson(object);
  }

  /** Why the server refused, in one line. */
  String explain(Reply.Answered answer) {
    String reason = "HTTP " + answer.status();
    try {
      Status status = parse(answer.body(), Status.class);
      return status == null || status.getMessage() == null
          ? reason
          : reason + ": " + Observations.oneLine(status.getMessage());
    } catch (RuntimeException e) {
      // Whatever stands between us and the server may answer in words of its own.
      return reason;
    }
  }

  private HttpRequest.Builder request(String path) {
    String server = client.getMasterUrl().toString();
    String base = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    return http.newHttpRequestBuilder().uri(base + path);
  }

  private Reply send(String operation, HttpRequest.Builder request, Duration limit) {
    Reply reply = exchange(request, limit);
    registry
        .counter("zenvoy_kubernetes_requests", "operation", operation, "outcome", outcomeOf(reply))
        .increment();
    return reply;
  }

  private Reply exchange(HttpRequest.Builder request, Duration limit) {
    CompletableFuture<HttpResponse<String>> response =
        http.sendAsync(
            request.timeout(limit.toMillis(), TimeUnit.MILLISECONDS).build(), String.class);
    try {
      HttpResponse<String> answer = response.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply.Answered(answer.code(), Observations.text(answer.body()));
    } catch (TimeoutException e) {
      response.cancel(true);
      return new Reply.Unanswered("no answer within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      reachability.failed(e);
      return new Reply.Unanswered(Reachability.reason(e));
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      return new Reply.Unanswered("interrupted");
    }
  }

  private static String outcomeOf(Reply reply) {
    return switch (reply) {
      case Reply.Unanswered(String reason) -> "unanswered";
      case Reply.Answered(int status, String body) ->
          HttpResponse.isSuccessful(status) ? "ok" : Integer.toString(status);
    };
  }
}
