import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.metrics.v3.MetricsServiceGrpc;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.prometheus.client.Metrics.Gauge;
import io.prometheus.client.Metrics.Metric;
import io.prometheus.client.Metrics.MetricFamily;
import io.prometheus.client.Metrics.MetricType;
import io.zenvoy.common.DaemonProtocol;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Runs the control plane once, through its start and a wake, so that the Java virtual machine keeps
 * its loaded classes and profiles in a cache (JEP 514, 515) that the launcher uses from then on.
 * Plays the API server and an Envoy.
 *
 * <p>{@code java -cp '<distribution>/lib/*' Training.java <distribution> [<java home>]}, or {@code
 * bin/<program> --train Training.java}
 */
final class Training implements ApiServer.Answers, AutoCloseable {
  private static final int SERVICES = 20;
  private static final List<String> TYPES =
      List.of(
          "envoy.config.cluster.v3.Cluster",
          "envoy.config.endpoint.v3.ClusterLoadAssignment",
          "envoy.config.listener.v3.Listener",
          "envoy.config.route.v3.RouteConfiguration");
  private static final int PATIENCE_SECONDS = 60;

  private final int xdsPort = freePort();
  private final int adminPort = freePort();
  private final CountDownLatch scaled = new CountDownLatch(1);
  private final ApiServer apiServer;
  private final Path kubeconfig;
  private volatile boolean over;
  private final Process program;

  private Training(Path distribution, Path javaHome, Path cache, Path log) throws Exception {
    apiServer = new ApiServer(this);
    kubeconfig = Files.createTempFile("xds-server-training-", ".kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: training
        contexts: [{name: training, context: {cluster: training, user: training}}]
        clusters: [{name: training, cluster: %s}]
        users: [{name: training, user: {token: training}}]
        """
            .formatted(apiServer.cluster()));
    ProcessBuilder builder =
        new ProcessBuilder(distribution.resolve("bin/xds-server").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "JAVA_HOME", javaHome.toString(),
                "JAVA_OPTS", "-XX:AOTCacheOutput=" + cache,
                "KUBECONFIG", kubeconfig.toString(),
                "XDS_PORT", Integer.toString(xdsPort),
                "ADMIN_PORT", Integer.toString(adminPort)));
    program = builder.start();
  }

  /** Ends with a status other than 0 if there is no cache. */
  public static void main(String[] arguments) throws Exception {
    Path distribution = Path.of(arguments[0]).toAbsolutePath();
    Path javaHome = Path.of(arguments.length > 1 ? arguments[1] : System.getProperty("java.home"));
    Path cache = distribution.resolve("xds-server.aot");
    Path madeFor = distribution.resolve("xds-server.aot.for");
    String circumstances = circumstances(distribution, javaHome);
    if (Files.exists(madeFor) && Files.readString(madeFor).equals(circumstances)) {
      return;
    }
    Files.deleteIfExists(madeFor);
    Files.deleteIfExists(cache);
    Path log = Files.createTempFile("xds-server-training-", ".log");
    try {
      try (Training training = new Training(distribution, javaHome, cache, log)) {
        training.run();
      }
      if (!Files.isReadable(cache)) {
        throw new IOException("the Java virtual machine has written no " + cache);
      }
      Files.delete(log);
      Files.writeString(madeFor, circumstances);
    } catch (Exception e) {
      Files.deleteIfExists(cache);
      System.err.println("xds-server's training run failed; what it wrote is in " + log);
      throw e;
    }
    System.exit(0);
  }

  /** All that a cache depends on: it is taken for the same Java, flags and jars alone. */
  private static String circumstances(Path distribution, Path javaHome) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(Files.readString(javaHome.resolve("release")));
    text.append(Files.readString(distribution.resolve("bin/xds-server")));
    try (Stream<Path> jars = Files.list(distribution.resolve("lib"))) {
      for (Path jar : jars.sorted().toList()) {
        text.append(jar).append(' ').append(Files.getLastModifiedTime(jar)).append('\n');
      }
    }
    return text.toString();
  }

  private void run() throws Exception {
    awaitReady();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", xdsPort).usePlaintext().build();
    try {
      connect(channel);
    } finally {
      over = true;
      channel.shutdownNow();
    }
    get("/metrics");
    get("/healthz");
    get("/api/services");
    get("/");
  }

  /** A client of each kind: the daemon is the one that asks for a wake. */
  private void connect(ManagedChannel channel) throws Exception {
    report(channel, subscribe(channel, Node.newBuilder().setId("envoy")), "upstream_rq_total");
    Value redirect =
        Value.newBuilder()
            .setStructValue(
                Struct.newBuilder()
                    .putFields(DaemonProtocol.NODE_KIND, text(DaemonProtocol.KIND_DAEMON))
                    .putFields(DaemonProtocol.NODE_REDIRECT, text("iptables"))
                    .putFields(DaemonProtocol.NODE_PROXY_ADDRESS, text("127.128.0.0/9"))
                    .putFields(
                        DaemonProtocol.NODE_PROXY_PORT,
                        Value.newBuilder().setNumberValue(18001).build())
                    .putFields(DaemonProtocol.NODE_PROXY_PORTS, text("20000-32767")))
            .build();
    Node.Builder daemon =
        Node.newBuilder()
            .setId("daemon")
            .setMetadata(Struct.newBuilder().putFields(DaemonProtocol.NAMESPACE, redirect));
    String waiting = "upstream_rq_pending_active";
    StreamObserver<StreamMetricsMessage> reports =
        report(channel, subscribe(channel, daemon), waiting);
    // What a daemon says before its stream of xDS is known counts for nothing: it says it again.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!scaled.await(100, TimeUnit.MILLISECONDS)) {
      if (System.nanoTime() - deadline >= 0) {
        throw new IOException("no workload was scaled");
      }
      reports.onNext(message(waiting, 0));
      reports.onNext(message(waiting, 1));
    }
  }

  private Node subscribe(ManagedChannel channel, Node.Builder builder) {
    Node node = builder.setCluster("zenvoy").build();
    Acknowledging answers = new Acknowledging(node);
    answers.requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(answers);
    for (String type : TYPES) {
      answers.requests.onNext(
          DeltaDiscoveryRequest.newBuilder()
              .setNode(node)
              .setTypeUrl("type.googleapis.com/" + type)
              .addResourceNamesSubscribe("*")
              .build());
    }
    return node;
  }

  private StreamObserver<StreamMetricsMessage> report(
      ManagedChannel channel, Node node, String figure) throws Exception {
    StreamObserver<StreamMetricsMessage> reports =
        MetricsServiceGrpc.newStub(channel).streamMetrics(new Ignored<>());
    reports.onNext(
        StreamMetricsMessage.newBuilder()
            .setIdentifier(StreamMetricsMessage.Identifier.newBuilder().setNode(node))
            .build());
    for (int count = 0; count < 20; count++) {
      reports.onNext(message(figure, count > 5 ? 1 : 0));
      Thread.sleep(50);
    }
    return reports;
  }

  private static StreamMetricsMessage message(String figure, double value) {
    return StreamMetricsMessage.newBuilder()
        .addEnvoyMetrics(gauge("cluster.service-1." + figure, value))
        .build();
  }

  private static MetricFamily gauge(String name, double value) {
    return MetricFamily.newBuilder()
        .setName(name)
        .setType(MetricType.GAUGE)
        .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(value)))
        .build();
  }

  @Override
  public ApiServer.Answer to(String method, String path, String body) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return switch (method) {
      case "GET" -> {
        String known = list(path, name) + object(path, name);
        yield known.isEmpty()
            ? new ApiServer.Answer(
                404,
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
                    + "\"reason\":\"NotFound\",\"code\":404}")
            : new ApiServer.Answer(200, known);
      }
      case "PATCH" -> {
        scaled.countDown();
        yield new ApiServer.Answer(200, scale("service-1", 1));
      }
      default -> new ApiServer.Answer(201, body);
    };
  }

  @Override
  public Optional<String> event(String path) {
    String object =
        switch (path.substring(path.lastIndexOf('/') + 1)) {
          case "services" -> service(0);
          case "deployments" -> deployment(0);
          case "endpointslices" -> endpointSlice(0);
          default -> "";
        };
    return object.isEmpty()
        ? Optional.empty()
        : Optional.of("{\"type\":\"MODIFIED\",\"object\":%s}".formatted(object));
  }

  private static String list(String path, String name) {
    return switch (name) {
      case "services" -> list("v1", "ServiceList", Training::service);
      case "deployments" -> list("apps/v1", "DeploymentList", Training::deployment);
      case "endpointslices" ->
          list("discovery.k8s.io/v1", "EndpointSliceList", Training::endpointSlice);
      case "statefulsets" -> emptyList("apps/v1", "StatefulSetList");
      case "secrets" -> emptyList("v1", "SecretList");
      case "events" -> emptyList("v1", "EventList");
      case "pods" -> emptyList("v1", "PodList");
      case "leases" -> emptyList("coordination.k8s.io/v1", "LeaseList");
      default -> "";
    };
  }

  private static String object(String path, String name) {
    if (name.equals("scale")) {
      return scale(path.replaceAll(".*/(.*)/scale", "$1"), 0);
    }
    int number = name.startsWith("service-") ? Integer.parseInt(name.substring(8)) : -1;
    if (number < 0) {
      return "";
    }
    return path.contains("/deployments/") ? deployment(number) : service(number);
  }

  private interface Item {
    String json(int number);
  }

  private static String list(String version, String kind, Item item) {
    return IntStream.range(0, SERVICES)
        .mapToObj(item::json)
        .collect(
            Collectors.joining(
                ",",
                "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":["
                    .formatted(version, kind),
                "]}"));
  }

  private static String emptyList(String version, String kind) {
    return "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}"
        .formatted(version, kind);
  }

  private static String metadata(int number, String more) {
    return ("\"metadata\":{\"name\":\"service-%1$d\",\"namespace\":\"default\",\"uid\":\"uid-%1$d\","
            + "\"resourceVersion\":\"1\",\"generation\":1,\"creationTimestamp\":\"2026-01-01T00:00:00Z\"%2$s}")
        .formatted(number, more);
  }

  private static String service(int number) {
    return ("{\"apiVersion\":\"v1\",\"kind\":\"Service\",%s,\"spec\":{\"clusterIP\":\"10.0.0.%d\","
            + "\"selector\":{\"app\":\"a\"},\"ports\":[{\"name\":\"http\",\"port\":80,"
            + "\"targetPort\":8080,\"protocol\":\"TCP\"}]}}")
        .formatted(
            metadata(
                number,
                ",\"annotations\":{\"zenvoy.io/enabled\":\"true\",\"zenvoy.io/hosts\":\"h%d.example.com\"%s}"
                    .formatted(
                        number,
                        number % 4 == 0
                            ? ",\"zenvoy.io/tcp\":\"%d:http\"".formatted(5000 + number)
                            : "")),
            number + 1);
  }

  private static String deployment(int number) {
    return ("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",%s,\"spec\":{\"replicas\":0,"
            + "\"selector\":{\"matchLabels\":{\"app\":\"a\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"a\"}},"
            + "\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a\"}]}}},\"status\":{\"observedGeneration\":1}}")
        .formatted(metadata(number, ""));
  }

  private static String endpointSlice(int number) {
    return ("{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"addressType\":\"IPv4\",%s,"
            + "\"endpoints\":[],\"ports\":[{\"name\":\"http\",\"port\":8080,\"protocol\":\"TCP\"}]}")
        .formatted(
            metadata(
                number,
                ",\"labels\":{\"kubernetes.io/service-name\":\"service-%d\"}".formatted(number)));
  }

  private static String scale(String name, int replicas) {
    return ("{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":{\"name\":\"%s\","
            + "\"namespace\":\"default\",\"resourceVersion\":\"1\"},\"spec\":{%s},\"status\":{\"replicas\":0}}")
        .formatted(name, replicas == 0 ? "" : "\"replicas\":" + replicas);
  }

  private void awaitReady() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (get("/readyz") != 200) {
      if (System.nanoTime() - deadline > 0 || !program.isAlive()) {
        throw new IOException("the control plane does not get ready");
      }
      Thread.sleep(50);
    }
  }

  private int get(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + adminPort + path).toURL().openConnection();
    try {
      return connection.getResponseCode();
    } catch (IOException e) {
      return 0; // not yet
    }
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no port is free", e);
    }
  }

  /** Ends the control plane, which then writes the cache. */
  @Override
  public void close() throws IOException, InterruptedException {
    program.destroy();
    if (!program.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      program.destroyForcibly();
    }
    apiServer.close();
    Files.deleteIfExists(kubeconfig);
  }

  /** Acknowledges whatever comes. */
  private final class Acknowledging extends Ignored<DeltaDiscoveryResponse> {
    private final Node node;
    private StreamObserver<DeltaDiscoveryRequest> requests;

    Acknowledging(Node node) {
      this.node = node;
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      requests.onNext(
          DeltaDiscoveryRequest.newBuilder()
              .setNode(node)
              .setTypeUrl(response.getTypeUrl())
              .setResponseNonce(response.getNonce())
              .build());
    }
  }

  private class Ignored<T> implements StreamObserver<T> {
    @Override
    public void onNext(T message) {}

    @Override
    public void onError(Throwable failure) {
      if (!over) {
        System.err.println("a stream ended: " + failure.getMessage());
      }
    }

    @Override
    public void onCompleted() {}
  }
}
