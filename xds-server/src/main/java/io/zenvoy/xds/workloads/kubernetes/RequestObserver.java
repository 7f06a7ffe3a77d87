package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sees every request that fabric8 makes, also those of which its informers tell nobody: counts the
 * watches that begin again, and tells {@link Reachability} how each attempt went. Thread-safe.
 */
final class RequestObserver implements Interceptor {
  private final Reachability reachability;
  private final MeterRegistry registry;
  private final Set<RequestTarget> watched = ConcurrentHashMap.newKeySet();

  RequestObserver(Reachability reachability, MeterRegistry registry) {
    this.reachability = reachability;
    this.registry = registry;
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    RequestTarget target = RequestTarget.of(request.method(), request.uri());
    reachability.answered(target, response.code());
    if (target.verb().equals("watch") && response.code() < 400 && !watched.add(target)) {
      registry
          .counter("zenvoy_kubernetes_watch_restarts", "resource", target.resource())
          .increment();
    }
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    reachability.failed(failure);
  }
}
