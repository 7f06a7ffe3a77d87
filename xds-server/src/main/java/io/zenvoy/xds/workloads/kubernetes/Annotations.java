package io.zenvoy.xds.workloads.kubernetes;

import java.util.List;
import java.util.Optional;

/** The annotations of a Service: each key once, as the README's table has it. */
public final class Annotations {
  /** What all keys begin with. */
  public static final String PREFIX = "zenvoy.io/";

  /**
   * One annotation.
   *
   * @param key in full
   * @param expected what it takes, for people
   * @param defaultValue what holds without it, for people; empty if there is nothing to say
   * @param description one sentence
   */
  public record Annotation(String key, String expected, String defaultValue, String description) {}

  static final Annotation ENABLED =
      annotation("enabled", "true or false", "false", "Opts the Service in.");
  static final Annotation TARGET =
      annotation(
          "target",
          "deployment/name or statefulset/name",
          "the Deployment, else the StatefulSet, of the Service's name",
          "The workload that is scaled, in the Service's namespace.");
  static final Annotation REPLICAS =
      annotation("replicas", "a whole number of 1 or more", "1", "What the workload is woken to.");
  static final Annotation SCALE_TO_ZERO_AFTER =
      annotation(
          "scale-to-zero-after",
          "a duration such as 30s, 5m or 1h30m, more than zero",
          "SCALE_TO_ZERO_AFTER",
          "How long the service must be quiet before its workload sleeps.");
  static final Annotation WAKE_TIMEOUT =
      annotation(
          "wake-timeout",
          "a duration such as 30s, 5m or 1h30m, more than zero",
          "WAKE_TIMEOUT",
          "How long a connection waits for a ready endpoint.");
  static final Annotation WAIT_PAGE_AFTER =
      annotation(
          "wait-page-after",
          "a duration such as 30s, 5m or 1h30m, more than zero",
          "never",
          "After how long a browser that waits for an HTTP/1.1 service is shown a page that asks"
              + " again by itself.");
  static final Annotation HOSTS =
      annotation(
          "hosts",
          "host names without ports, separated by commas, such as a.example.com,*.b.example.com",
          "",
          "Further hosts of the HTTP listener that lead to the Service's first port.");
  static final Annotation TCP =
      annotation(
          "tcp",
          "listener ports from 1 to 65535, each with the Service's port it leads to unless that has the"
              + " same number or is the only one, separated by commas, such as 5432 or 15432:pg,9000:metrics",
          "",
          "Listeners of Envoy's that relay connections to the Service as they are. A port that two"
              + " Services claim is the older one's.");
  static final Annotation IDLE_CONNECTIONS =
      annotation(
          "idle-connections",
          "a duration such as 30s, 5m or 1h30m, more than zero",
          "never",
          "After how long without a byte in either direction Envoy closes a connection of a TCP"
              + " listener, so that connection pools do not keep the service awake for ever.");
  static final Annotation SNI =
      annotation(
          "sni",
          "host names without ports, separated by commas, such as a.example.com,*.b.example.com",
          "",
          "The names by which TLS clients of Envoy's TLS_PORT reach the Service's first port, which"
              + " ends TLS itself.");
  static final Annotation TLS_SECRET =
      annotation(
          "tls-secret",
          "the name of a Secret of type kubernetes.io/tls in the Service's namespace",
          "",
          "With its certificate Envoy ends TLS for the Service's hosts, on the HTTP listener beside"
              + " plain HTTP.");
  static final Annotation PROTOCOL =
      annotation(
          "protocol",
          "one of http, http2, tcp, postgres, mysql, redis",
          "the port's appProtocol, else its name or the name's part before the first '-', else http",
          "What the Service's ports speak.");
  static final Annotation MAX_PARKED =
      annotation(
          "max-parked",
          "a whole number of 1 or more",
          "10000",
          "How many connections may wait at a time in each daemon until a pod takes them; the others"
              + " are refused at once. With http2, how many requests each Envoy sends at a time, also"
              + " while the service is awake.");
  static final Annotation READY =
      annotation(
          "ready",
          "tcp",
          "Kubernetes' readiness",
          "With tcp an endpoint counts as ready as soon as its port opens.");
  static final Annotation STREAMING =
      annotation("streaming", "true or false", "false", "Requests have no overall time limit.");
  static final Annotation SCHEDULE =
      annotation(
          "schedule",
          "spans such as 0 8 * * mon-fri to 0 18 * * mon-fri Europe/Berlin, separated by semicolons",
          "",
          "When the workload is awake whoever asks: from each time of the first cron expression to"
              + " the next of the second, in UTC or the zone that is named.");
  static final Annotation WAKE_WITH =
      annotation(
          "wake-with",
          "names of Services, or namespace/name, separated by commas",
          "",
          "Services that are woken at the same time, with what they name in turn.");
  static final Annotation DRY_RUN =
      annotation(
          "dry-run",
          "true or false",
          "DRY_RUN",
          "Everything is decided, logged and counted, and nothing is scaled.");

  static final Annotation IGNORE =
      annotation(
          "ignore",
          "path=/x and user-agent=prefix, separated by commas, such as path=/healthz,user-agent=kube-probe",
          "",
          "HTTP requests that neither wake the service nor keep it awake, by their exact path or by what their User-Agent begins with.");

  /** All of them, in the order of the README's table. */
  public static final List<Annotation> ALL =
      List.of(
          ENABLED,
          TARGET,
          REPLICAS,
          SCALE_TO_ZERO_AFTER,
          WAKE_TIMEOUT,
          WAIT_PAGE_AFTER,
          HOSTS,
          TCP,
          IDLE_CONNECTIONS,
          SNI,
          TLS_SECRET,
          PROTOCOL,
          MAX_PARKED,
          READY,
          STREAMING,
          SCHEDULE,
          WAKE_WITH,
          DRY_RUN,
          IGNORE);

  private Annotations() {}

  /** The annotation of that key, if zenvoy has it. */
  static Optional<Annotation> of(String key) {
    return ALL.stream().filter(annotation -> annotation.key().equals(key)).findFirst();
  }

  private static Annotation annotation(
      String name, String expected, String defaultValue, String description) {
    return new Annotation(PREFIX + name, expected, defaultValue, description);
  }
}
