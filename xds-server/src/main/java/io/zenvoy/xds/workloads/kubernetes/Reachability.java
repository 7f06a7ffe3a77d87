package io.zenvoy.xds.workloads.kubernetes;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Kubernetes can be reached and lets us do what we need, as every request tells. Failures
 * are logged with a growing pace however many requests fail, and their end once. Thread-safe.
 */
final class Reachability {
  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);

  private final String server;
  private final AtomicReference<Optional<Outage>> outage = new AtomicReference<>(Optional.empty());
  private final Map<RequestTarget, Denial> denials = new ConcurrentHashMap<>();

  private record Outage(String reason, Pace pace) {}

  private record Denial(int status, Pace pace) {}

  Reachability(String server) {
    this.server = server;
  }

  /** A request found no server. */
  void failed(Throwable cause) {
    String reason = reason(cause);
    Outage now =
        outage
            .updateAndGet(
                before ->
                    Optional.of(
                        new Outage(reason, before.map(Outage::pace).orElseGet(Reachability::pace))))
            .orElseThrow();
    if (now.pace().isDue()) {
      LOG.atWarn()
          .addKeyValue("server", server)
          .addKeyValue("reason", reason)
          .addKeyValue("check", "the kubeconfig's server, the network, and whether it runs")
          .log("Kubernetes is unreachable");
    }
  }

  /** A request was answered. */
  void answered(RequestTarget target, int status) {
    if (outage.getAndSet(Optional.empty()).isPresent()) {
      LOG.atInfo().addKeyValue("server", server).log("Kubernetes is reachable again");
    }
    if (status == 401 || status == 403) {
      denied(target, status);
    } else if (status < 400) {
      denials.remove(target);
    }
  }

  /** Why zenvoy can't do its work, in one line; empty if nothing is wrong. */
  String problem() {
    return outage
        .get()
        .map(now -> "Kubernetes at " + server + " is unreachable: " + now.reason())
        .or(
            () ->
                denials.entrySet().stream()
                    .map(denial -> explain(denial.getKey(), denial.getValue().status()))
                    .sorted()
                    .findFirst())
        .orElse("");
  }

  private void denied(RequestTarget target, int status) {
    Denial denial =
        denials.compute(
            target, (key, before) -> new Denial(status, before == null ? pace() : before.pace()));
    if (denial.pace().isDue()) {
      LOG.atWarn()
          .addKeyValue("server", server)
          .addKeyValue("status", status)
          .addKeyValue("verb", target.verb())
          .addKeyValue("resource", target.resource())
          .addKeyValue("namespace", target.namespace().isEmpty() ? "*" : target.namespace())
          .addKeyValue(
              "check",
              status == 401
                  ? "the credentials: token, certificate or service account"
                  : "the Role or ClusterRole of zenvoy's service account, and its binding")
          .log("Kubernetes denies what zenvoy needs");
    }
  }

  private String explain(RequestTarget target, int status) {
    return status == 401
        ? "Kubernetes at " + server + " does not accept the credentials"
        : "Kubernetes forbids to "
            + target.verb()
            + " "
            + target.resource()
            + (target.namespace().isEmpty()
                ? " in all namespaces"
                : " in namespace " + target.namespace());
  }

  private static Pace pace() {
    return new Pace(System::nanoTime);
  }

  /** The innermost cause that says anything, in one line. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException
            || cause instanceof CompletionException
            || cause.getMessage() == null)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String name = cause.getClass().getSimpleName();
    return cause.getMessage() == null
        ? name
        : name + ": " + Observations.oneLine(cause.getMessage());
  }
}
