import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.tproxy.discovery.XdsMethods;
import io.zenvoy.tproxy.discovery.wire.Address;
import io.zenvoy.tproxy.discovery.wire.Any;
import io.zenvoy.tproxy.discovery.wire.Cluster;
import io.zenvoy.tproxy.discovery.wire.ClusterLoadAssignment;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryRequest;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryResponse;
import io.zenvoy.tproxy.discovery.wire.Endpoint;
import io.zenvoy.tproxy.discovery.wire.LbEndpoint;
import io.zenvoy.tproxy.discovery.wire.LocalityLbEndpoints;
import io.zenvoy.tproxy.discovery.wire.Metadata;
import io.zenvoy.tproxy.discovery.wire.Resource;
import io.zenvoy.tproxy.discovery.wire.SocketAddress;
import io.zenvoy.tproxy.discovery.wire.Struct;
import io.zenvoy.tproxy.discovery.wire.Value;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the daemon once and has it do what it does in its first hour, so that the Java virtual
 * machine keeps its loaded classes and profiles in a cache (JEP 514, 515) that the launcher uses
 * from then on. Plays the control plane, the clients and the upstream.
 *
 * <p>{@code java -cp '<distribution>/lib/*' Training.java <distribution> [<java home>]}, or {@code
 * bin/<program> --train Training.java}
 */
final class Training implements AutoCloseable {
  private static final List<String> PROTOCOLS =
      List.of("tcp", "http", "http2", "postgres", "mysql", "redis");
  private static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
  private static final String ENDPOINTS =
      "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
  private static final int CONNECTIONS = 3_000;
  private static final int AT_A_TIME = 50;
  private static final int BULK = 32 << 20;
  private static final int PATIENCE_SECONDS = 60;

  private final int proxyPort;
  private final int adminPort;
  private final BlockingQueue<StreamObserver<DeltaDiscoveryResponse>> streams =
      new LinkedBlockingQueue<>();
  private final Server server;
  private final ServerSocket upstream;
  private final Process daemon;
  private int version;

  private Training(Path distribution, Path javaHome, Path cache, Path log) throws IOException {
    proxyPort = freePort();
    adminPort = freePort();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(service(XdsMethods.DELTA_AGGREGATED_RESOURCES, this::ads))
            .addService(service(XdsMethods.STREAM_METRICS, _ -> new Ignored<>()))
            .build()
            .start();
    upstream = new ServerSocket(0, 1000, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(this::serve);
    ProcessBuilder builder =
        new ProcessBuilder(distribution.resolve("bin/tproxy").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "JAVA_HOME",
                javaHome.toString(),
                "JAVA_OPTS",
                "-XX:AOTCacheOutput=" + cache,
                "XDS_ADDR",
                "127.0.0.1:" + server.getPort(),
                "TPROXY_CMD",
                "none",
                "PROXY_PORT",
                Integer.toString(proxyPort),
                "ADMIN_PORT",
                Integer.toString(adminPort),
                "ALLOW_LOCAL_UPSTREAMS",
                "true",
                "DRAIN_TIMEOUT",
                "1s",
                "LOG_LEVEL",
                "error"));
    daemon = builder.start();
  }

  /** Ends with a status other than 0 if there is no cache. */
  public static void main(String[] arguments) throws Exception {
    Path distribution = Path.of(arguments[0]).toAbsolutePath();
    Path javaHome = Path.of(arguments.length > 1 ? arguments[1] : System.getProperty("java.home"));
    Path cache = distribution.resolve("tproxy.aot");
    Path madeFor = distribution.resolve("tproxy.aot.for");
    String circumstances = circumstances(distribution, javaHome);
    if (Files.exists(madeFor) && Files.readString(madeFor).equals(circumstances)) {
      return;
    }
    Files.deleteIfExists(madeFor);
    Files.deleteIfExists(cache);
    Path log = Files.createTempFile("tproxy-training-", ".log");
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
      System.err.println("tproxy's training run failed; what it wrote is in " + log);
      throw e;
    }
    System.exit(0);
  }

  /** All that a cache depends on: it is taken for the same Java, flags and jars alone. */
  private static String circumstances(Path distribution, Path javaHome) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(Files.readString(javaHome.resolve("release")));
    text.append(Files.readString(distribution.resolve("bin/tproxy")));
    try (Stream<Path> jars = Files.list(distribution.resolve("lib"))) {
      for (Path jar : jars.sorted().toList()) {
        text.append(jar).append(' ').append(Files.getLastModifiedTime(jar)).append('\n');
      }
    }
    return text.toString();
  }

  private void run() throws Exception {
    StreamObserver<DeltaDiscoveryResponse> stream =
        streams.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    List<Resource> clusters = new ArrayList<>();
    for (String protocol : PROTOCOLS) {
      clusters.add(cluster(protocol));
    }
    send(stream, CLUSTER, clusters);
    send(stream, assignments(List.of(), ""));
    awaitReady();
    failAll(stream);
    releaseAll(stream);
    for (int count = 0; count < CONNECTIONS; count++) {
      exchange(connect(0), 64);
    }
    exchange(connect(0), BULK);
    get("/metrics");
    get("/healthz");
  }

  /** Wakes that fail, told to a client of each protocol, and clients that leave. */
  private void failAll(StreamObserver<DeltaDiscoveryResponse> stream) throws Exception {
    List<Socket> waiting = new ArrayList<>();
    for (int index = 0; index < PROTOCOLS.size(); index++) {
      waiting.add(connect(index));
      connect(index).close();
      Socket impatient = connect(index);
      impatient.setSoLinger(true, 0);
      impatient.close();
    }
    waiting.get(1).getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes());
    Thread.sleep(500); // who comes after the verdict waits for the next one
    send(stream, assignments(List.of(), "quota exceeded"));
    for (Socket client : waiting) {
      try (client) {
        client.shutdownOutput();
        client.getInputStream().readAllBytes();
      } catch (IOException e) {
        // A reset is an answer, too.
      }
    }
  }

  /** A crowd that is parked until its endpoint comes. */
  private void releaseAll(StreamObserver<DeltaDiscoveryResponse> stream) throws IOException {
    List<Socket> waiting = new ArrayList<>();
    for (int count = 0; count < AT_A_TIME; count++) {
      for (int index = 0; index < PROTOCOLS.size(); index++) {
        waiting.add(connect(index));
      }
    }
    InetSocketAddress endpoint = (InetSocketAddress) upstream.getLocalSocketAddress();
    send(stream, assignments(List.of(endpoint), ""));
    for (Socket client : waiting) {
      exchange(client, 64);
    }
  }

  private Socket connect(int index) throws IOException {
    Socket client = new Socket();
    client.setSoTimeout(PATIENCE_SECONDS * 1000);
    client.connect(new InetSocketAddress(host(index), proxyPort));
    return client;
  }

  private static void exchange(Socket client, int bytes) throws IOException {
    try (client) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.getOutputStream().write(new byte[bytes]);
                      client.shutdownOutput();
                    } catch (IOException e) {
                      // The reader finds too few bytes.
                    }
                  });
      int back = 0;
      byte[] buffer = new byte[1 << 16];
      InputStream input = client.getInputStream();
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        back += count;
      }
      if (back != bytes) {
        throw new IOException(back + " bytes came back (expected: " + bytes + ")");
      }
      writer.interrupt();
    }
  }

  private void serve() {
    while (!upstream.isClosed()) {
      try {
        Socket socket = upstream.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket) {
                    socket.getInputStream().transferTo(socket.getOutputStream());
                  } catch (IOException e) {
                    // The client has gone.
                  }
                });
      } catch (IOException e) {
        return;
      }
    }
  }

  private void awaitReady() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (get("/readyz") != 200) {
      if (System.nanoTime() - deadline > 0 || !daemon.isAlive()) {
        throw new IOException("the daemon does not get ready");
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

  private static String host(int index) {
    return "127.128.0." + (index + 1);
  }

  private Resource cluster(String protocol) {
    Struct fields =
        Struct.newBuilder()
            .putFields(DaemonProtocol.SLOT_ADDRESS, text(host(PROTOCOLS.indexOf(protocol))))
            .putFields(DaemonProtocol.SLOT_PORT, number(proxyPort))
            .putFields(DaemonProtocol.WAKE_TIMEOUT_MILLIS, number(60_000))
            .putFields(DaemonProtocol.MAX_PARKED, number(10_000))
            .putFields(DaemonProtocol.PROTOCOL, text(protocol))
            .putFields(DaemonProtocol.LOCAL, Value.newBuilder().setBoolValue(true).build())
            .build();
    return resource(
        protocol,
        CLUSTER,
        Cluster.newBuilder().setName(protocol).setMetadata(metadata(fields)).build());
  }

  private List<Resource> assignments(List<InetSocketAddress> endpoints, String verdict) {
    List<Resource> assignments = new ArrayList<>();
    version++;
    for (String protocol : PROTOCOLS) {
      LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
      for (InetSocketAddress endpoint : endpoints) {
        SocketAddress.Builder address =
            SocketAddress.newBuilder()
                .setAddress(endpoint.getAddress().getHostAddress())
                .setPortValue(endpoint.getPort());
        locality.addLbEndpoints(
            LbEndpoint.newBuilder()
                .setEndpoint(
                    Endpoint.newBuilder()
                        .setAddress(Address.newBuilder().setSocketAddress(address))));
      }
      if (!verdict.isEmpty()) {
        locality.setMetadata(
            metadata(
                Struct.newBuilder()
                    .putFields(DaemonProtocol.VERDICT, text(verdict))
                    .putFields(DaemonProtocol.VERDICT_ID, text("1"))
                    .build()));
      }
      assignments.add(
          resource(
              protocol,
              ENDPOINTS,
              ClusterLoadAssignment.newBuilder()
                  .setClusterName(protocol)
                  .addEndpoints(locality)
                  .build()));
    }
    return assignments;
  }

  private void send(StreamObserver<DeltaDiscoveryResponse> stream, List<Resource> assignments) {
    send(stream, ENDPOINTS, assignments);
  }

  private void send(
      StreamObserver<DeltaDiscoveryResponse> stream, String type, List<Resource> resources) {
    version++;
    stream.onNext(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(type)
            .setNonce(Integer.toString(version))
            .setSystemVersionInfo(Integer.toString(version))
            .addAllResources(resources)
            .build());
  }

  private Resource resource(String name, String type, MessageLite message) {
    return Resource.newBuilder()
        .setName(name)
        .setVersion(Integer.toString(version))
        .setResource(Any.newBuilder().setTypeUrl(type).setValue(message.toByteString()))
        .build();
  }

  private static Metadata metadata(Struct fields) {
    return Metadata.newBuilder().putFilterMetadata(DaemonProtocol.NAMESPACE, fields).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(int number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Ends the daemon, which then writes the cache. */
  @Override
  public void close() throws IOException, InterruptedException {
    daemon.destroy();
    if (!daemon.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      daemon.destroyForcibly();
    }
    server.shutdownNow();
    upstream.close();
  }

  private StreamObserver<DeltaDiscoveryRequest> ads(
      StreamObserver<DeltaDiscoveryResponse> responses) {
    streams.add(responses);
    return new Ignored<>();
  }

  private static <Q, A> ServerServiceDefinition service(
      MethodDescriptor<Q, A> method, ServerCalls.BidiStreamingMethod<Q, A> calls) {
    return ServerServiceDefinition.builder(method.getServiceName())
        .addMethod(method, ServerCalls.asyncBidiStreamingCall(calls))
        .build();
  }

  private static final class Ignored<T> implements StreamObserver<T> {
    @Override
    public void onNext(T message) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
