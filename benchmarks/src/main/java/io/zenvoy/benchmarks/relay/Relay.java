package io.zenvoy.benchmarks.relay;

import io.zenvoy.benchmarks.DaemonJvm;
import io.zenvoy.benchmarks.Pinning;
import io.zenvoy.benchmarks.ProcessorTime;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Installed;
import io.zenvoy.it.Project;
import io.zenvoy.it.envoy.EnvoyBinary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A relay between its clients and one upstream: a process of its own, on a processor of its own.
 */
final class Relay implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String LOOPBACK = "127.0.0.1";

  private final Optional<ChildProcess> process;
  private final HostPort address;

  /** Which relay. */
  enum Kind {
    /** None: clients connect to the upstream. */
    DIRECT("directly"),
    ZENVOY("zenvoy"),
    ZENVOY_COPY("zenvoy, copy"),
    /** Go's {@code io.Copy}, which splices. */
    GO("gorelay"),
    HAPROXY_SPLICE("HAProxy, splice"),
    HAPROXY("HAProxy, copy"),
    ENVOY("Envoy's tcp_proxy");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  private Relay(Optional<ChildProcess> process, HostPort address) {
    this.process = process;
    this.address = address;
  }

  /** Starts one, and waits until it listens; zenvoy's also until it has rehearsed. */
  static Relay start(Kind kind, HostPort upstream) throws IOException, InterruptedException {
    int port = FreePorts.next();
    HostPort address = new HostPort(LOOPBACK, port);
    Relay relay =
        switch (kind) {
          case DIRECT -> new Relay(Optional.empty(), upstream);
          case ZENVOY -> new Relay(run(kind, zenvoy(port, upstream, "")), DataPath.slot(port));
          case ZENVOY_COPY ->
              new Relay(run(kind, zenvoy(port, upstream, RelayProgram.COPY)), DataPath.slot(port));
          case GO -> new Relay(run(kind, go(address, upstream)), address);
          case HAPROXY_SPLICE ->
              new Relay(
                  run(
                      kind,
                      haproxy(
                          address, upstream, "option splice-request\n  option splice-response")),
                  address);
          case HAPROXY -> new Relay(run(kind, haproxy(address, upstream, "")), address);
          case ENVOY -> new Relay(run(kind, envoy(address, upstream)), address);
        };
    relay.awaitListening();
    if (kind == Kind.ZENVOY || kind == Kind.ZENVOY_COPY) {
      Thread.sleep(DataPath.REHEARSAL);
    }
    return relay;
  }

  /** Where clients connect. */
  HostPort address() {
    return address;
  }

  /** The processor time that it has used since its start, in seconds; 0 if there is no relay. */
  double processorSeconds() throws IOException {
    return process.isPresent() ? ProcessorTime.of(process.get().pid()) : 0;
  }

  @Override
  public void close() {
    process.ifPresent(ChildProcess::close);
  }

  private static Optional<ChildProcess> run(Kind kind, List<String> command) {
    return Optional.of(
        ChildProcess.start(
            kind.name(),
            Project.logs("RelayBenchmark").resolve(kind.name() + ".log"),
            Map.of(),
            Pinning.measured(command)));
  }

  private void awaitListening() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Socket _ = new Socket(InetAddress.ofLiteral(address.host()), address.port())) {
        return;
      } catch (IOException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw new IOException("nobody listens on " + address, e);
        }
        Thread.sleep(20);
      }
    }
  }

  private static List<String> zenvoy(int port, HostPort upstream, String manner)
      throws IOException {
    return DaemonJvm.command(
        RelayProgram.class, List.of(), Integer.toString(port), upstream.toString(), manner);
  }

  private static List<String> go(HostPort address, HostPort upstream) {
    String program = System.getenv("GORELAY");
    if (program == null || !Files.isExecutable(Path.of(program))) {
      throw new IllegalStateException("GORELAY: \"" + program + "\" (expected: the program)");
    }
    return List.of(program, address.toString(), upstream.toString());
  }

  private static List<String> haproxy(HostPort address, HostPort upstream, String options)
      throws IOException {
    Path file = Files.createTempFile("zenvoy-haproxy-", ".cfg");
    Files.writeString(
        file,
        """
        global
          nbthread 1
          maxconn 4000
        defaults
          mode tcp
          timeout connect 10s
          timeout client 10m
          timeout server 10m
          %s
        listen relay
          bind %s
          server upstream %s
        """
            .formatted(options, address, upstream));
    return List.of(Installed.program("haproxy", "haproxy"), "-db", "-f", file.toString());
  }

  private static List<String> envoy(HostPort address, HostPort upstream) throws IOException {
    Path file = Files.createTempFile("zenvoy-envoy-", ".yaml");
    Files.writeString(
        file,
        """
        static_resources:
          listeners:
          - name: relay
            address: {socket_address: {address: "%s", port_value: %d}}
            filter_chains:
            - filters:
              - name: envoy.filters.network.tcp_proxy
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: relay
                  cluster: upstream
          clusters:
          - name: upstream
            type: STATIC
            connect_timeout: 10s
            circuit_breakers: {thresholds: [{max_connections: 100000}]}
            load_assignment:
              cluster_name: upstream
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: "%s", port_value: %d}}}
        """
            .formatted(address.host(), address.port(), upstream.host(), upstream.port()));
    return List.of(
        EnvoyBinary.find().toString(), "--concurrency", "1", "--config-path", file.toString());
  }
}
