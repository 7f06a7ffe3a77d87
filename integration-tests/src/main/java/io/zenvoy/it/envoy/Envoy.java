package io.zenvoy.it.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.HttpProbe;
import io.zenvoy.it.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * A real Envoy. Every question goes to its admin port, which is free and on loopback. Not
 * thread-safe.
 */
public final class Envoy implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChildProcess process;
  private final int adminPort;

  private Envoy(ChildProcess process, int adminPort) {
    this.process = process;
    this.adminPort = adminPort;
  }

  /**
   * Starts an Envoy and waits until its admin port answers; it may still be waiting for xDS.
   *
   * @param test names the folder for its configuration and its log
   */
  public static Envoy start(String test, EnvoyBootstrap bootstrap) {
    int adminPort = FreePorts.next();
    Path folder = Project.logs(test);
    Path configuration = folder.resolve(bootstrap.nodeId() + ".yaml");
    try {
      Files.createDirectories(folder);
      Files.writeString(configuration, bootstrap.yaml(adminPort));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ChildProcess process =
        ChildProcess.start(
            bootstrap.nodeId(),
            folder.resolve(bootstrap.nodeId() + ".log"),
            Map.of(),
            List.of(
                EnvoyBinary.find().toString(),
                "--config-path",
                configuration.toString(),
                "--concurrency",
                Integer.toString(bootstrap.concurrency()),
                "--disable-hot-restart",
                "--log-level",
                "info"));
    Awaitility.await("Envoy's admin port")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              process.requireAlive("its admin port answered");
              return HttpProbe.answers(adminPort, "/server_info");
            });
    return new Envoy(process, adminPort);
  }

  /** Blocks until the first configuration was taken and the listeners listen. */
  public Envoy awaitLive() {
    Awaitility.await("Envoy is live")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              process.requireAlive("it was live");
              return HttpProbe.answers(adminPort, "/ready") && !listeners().isEmpty();
            });
    return this;
  }

  public ChildProcess process() {
    return process;
  }

  /** All that Envoy holds, endpoints included, as its admin page gives it. */
  public JsonNode configDump() {
    try {
      return JSON.readTree(text("/config_dump?include_eds"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the clusters that came by CDS. */
  public Set<String> clusters() {
    return configDump().findValues("dynamic_active_clusters").stream()
        .flatMap(clusters -> clusters.valueStream())
        .map(cluster -> cluster.at("/cluster/name").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Names of the listeners that came by LDS and are active. */
  public Set<String> listeners() {
    return configDump().findValues("dynamic_listeners").stream()
        .flatMap(listeners -> listeners.valueStream())
        .filter(listener -> listener.has("active_state"))
        .map(listener -> listener.get("name").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The names of TLS clients that the listeners in use know. */
  public Set<String> serverNames() {
    return configDump().findValues("active_state").stream()
        .flatMap(state -> state.findValues("server_names").stream())
        .flatMap(names -> names.valueStream())
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The domains of every virtual host that came by RDS. */
  public Set<String> domains() {
    return configDump().findValues("dynamic_route_configs").stream()
        .flatMap(routes -> routes.valueStream())
        .flatMap(route -> route.at("/route_config/virtual_hosts").valueStream())
        .flatMap(host -> host.path("domains").valueStream())
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * What a cluster's endpoints are, {@code address:port}, each with its priority.
   *
   * @return empty if Envoy has no such cluster, or the cluster no endpoint
   */
  public Map<String, Integer> endpoints(String cluster) {
    return endpoints().getOrDefault(cluster, Map.of());
  }

  /** The same of all clusters that have any, by their names. */
  public Map<String, Map<String, Integer>> endpoints() {
    Map<String, Map<String, Integer>> endpoints = new TreeMap<>();
    for (JsonNode loads : configDump().findValues("dynamic_endpoint_configs")) {
      for (JsonNode load : loads) {
        JsonNode assignment = load.path("endpoint_config");
        Map<String, Integer> members = new TreeMap<>();
        assignment.path("endpoints").forEach(locality -> collect(locality, members));
        if (!members.isEmpty()) {
          endpoints.put(assignment.path("cluster_name").asText(), members);
        }
      }
    }
    return endpoints;
  }

  /** Reasons for which Envoy has refused a resource; the refused resource is not in use. */
  public List<String> refusals() {
    List<String> refusals = new ArrayList<>();
    for (JsonNode error : configDump().findValues("error_state")) {
      refusals.add(error.path("details").asText());
    }
    return refusals;
  }

  /**
   * Counters and gauges whose name matches.
   *
   * @param filter a regular expression that is searched for in the name
   */
  public Map<String, Long> stats(String filter) {
    Pattern pattern = Pattern.compile(filter);
    Map<String, Long> stats = new TreeMap<>();
    text("/stats")
        .lines()
        .map(line -> line.split(": ", 2))
        .filter(parts -> parts.length == 2 && parts[1].matches("\\d+"))
        .filter(parts -> pattern.matcher(parts[0]).find())
        .forEach(parts -> stats.put(parts[0], Long.parseUnsignedLong(parts[1])));
    return stats;
  }

  /** The hash of the version of the endpoints in use, as Envoy reports it; empty before any. */
  public OptionalLong clusterVersion(String cluster) {
    Long version =
        stats("^cluster\\." + Pattern.quote(cluster) + "\\.version$").values().stream()
            .findFirst()
            .orElse(null);
    return version == null ? OptionalLong.empty() : OptionalLong.of(version);
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }

  private String text(String path) {
    try {
      HttpResponse<String> answer = HttpProbe.get(adminPort, path);
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collect(JsonNode locality, Map<String, Integer> endpoints) {
    int priority = locality.path("priority").asInt();
    for (JsonNode member : locality.path("lb_endpoints")) {
      JsonNode address = member.at("/endpoint/address/socket_address");
      endpoints.put(
          address.path("address").asText() + ":" + address.path("port_value").asInt(), priority);
    }
  }
}
