package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees every request that fabric8 makes, also those of which its informers tell nobody: counts the
 * watches that begin again, and tells {@link Reachability} how each attempt went. Thread-safe.
 */
final class RequestObserver implements Interceptor {
  private static final Logger LOG = LoggerFactory.getLogger(RequestObserver.class);

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
    if (target.verb().equals("watch") && response.code() < 400) {
      Counter restarts =
          Counter.builder("zenvoy_kubernetes_watch_restarts")
              .description("Watches that began again, as they do every few minutes in any case")
              .tag("resource", target.resource())
              .register(registry);
      if (!watched.add(target)) {
        restarts.increment();
      }
    }
  }

  /** A watch or list is begun anew, because nothing of it came any more. */
  void silent(URI uri) {
    RequestTarget target = RequestTarget.of("GET", uri);
    LOG.atWarn()
        .addKeyValue("verb", target.verb())
        .addKeyValue("resource", target.resource())
        .addKeyValue("namespace", target.namespace().isEmpty() ? "*" : target.namespace())
        .log("Kubernetes is silent, not even a ping is answered: begun anew");
    Counter.builder("zenvoy_kubernetes_silences")
        .description("Watches and lists that began anew because nothing came any more")
        .tag("resource", target.resource())
        .register(registry)
        .increment();
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    reachability.failed(failure);
  }
}
