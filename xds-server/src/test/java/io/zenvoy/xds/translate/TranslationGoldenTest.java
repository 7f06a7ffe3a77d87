package io.zenvoy.xds.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Certificate;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.Route;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.TcpListener;
import io.zenvoy.xds.model.TlsRoute;
import io.zenvoy.xds.model.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every translation against a file that a reader can open, in {@code src/test/resources/golden}. A
 * file that has to change is written anew by {@code GOLDEN_WRITE=true}.
 */
class TranslationGoldenTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
  private static final HostPort POD_A = new HostPort("10.1.0.1", 8080);
  private static final HostPort POD_B = new HostPort("fd00::2", 8080);
  private static final Certificate CERTIFICATE =
      new Certificate("default/hello-tls", "the chain\n", "the key\n");
  private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");
  private static final Duration READ_TIMEOUT = Duration.ofMinutes(1);
  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(HttpConnectionManager.getDescriptor())
          .add(Router.getDescriptor())
          .add(TcpProxy.getDescriptor())
          .add(TlsInspector.getDescriptor())
          .add(DownstreamTlsContext.getDescriptor())
          .add(ExpressionFilter.getDescriptor())
          .add(PreviousHostsPredicate.getDescriptor())
          .add(PreviousPrioritiesConfig.getDescriptor())
          .add(HttpProtocolOptions.getDescriptor())
          .build();

  static Stream<Map.Entry<String, Message>> translations() {
    Cluster hello = cluster("hello", Protocol.HTTP, false);
    Cluster greeter = cluster("greeter", Protocol.HTTP2, false);
    Cluster events = cluster("events", Protocol.HTTP, true);
    Cluster database = cluster("db", Protocol.POSTGRES, false);
    List<Route> routes =
        List.of(
            new Route(hello, List.of("hello", "*.a.example")),
            new Route(greeter, List.of("greeter")),
            new Route(events, List.of("events")));
    Cluster probed =
        cluster(
            "probed",
            Protocol.HTTP,
            false,
            new IgnoredRequest.Path("/healthz"),
            new IgnoredRequest.UserAgent("kube-probe"));
    Optional<Verdict> verdict = Optional.of(new Verdict("7f", "not ready after 1m"));
    return Stream.of(
        Map.entry(
            "listener-http", ListenerTranslation.httpListener(at(10000), routes, Optional.empty())),
        Map.entry(
            "listener-http-with-a-page",
            ListenerTranslation.httpListener(
                at(10000), List.of(), Optional.of("<p>{service}: {reason}, 100% sorry</p>"))),
        Map.entry(
            "listener-http-with-certificates",
            ListenerTranslation.httpListener(
                at(10000),
                List.of(
                    new Route(events, List.of("events")),
                    new Route(hello, List.of("hello", "*.a.example"), Optional.of(CERTIFICATE))),
                Optional.empty())),
        Map.entry(
            "listener-http-on-ipv6",
            ListenerTranslation.httpListener(
                ListenerTranslation.address(InetAddress.ofLiteral("::"), 10000),
                List.of(),
                Optional.empty())),
        Map.entry("secret", TlsTranslation.secret(CERTIFICATE)),
        Map.entry(
            "listener-tcp",
            TcpListenerTranslation.listener(
                ANY, new TcpListener(5432, database, Optional.empty()))),
        Map.entry(
            "listener-tls",
            TcpListenerTranslation.tlsListener(
                at(10443),
                List.of(
                    new TlsRoute(database, List.of("db.example.com"), Optional.empty()),
                    new TlsRoute(
                        hello, List.of("*.a.example"), Optional.of(Duration.ofHours(1)))))),
        Map.entry(
            "listener-tcp-idle",
            TcpListenerTranslation.listener(
                ANY, new TcpListener(5432, database, Optional.of(Duration.ofMinutes(30))))),
        Map.entry("routes", RouteTranslation.routes(routes, READ_TIMEOUT)),
        Map.entry(
            "routes-ignored",
            RouteTranslation.routes(List.of(new Route(probed, List.of("probed"))), READ_TIMEOUT)),
        Map.entry("cluster-ignored-for-envoys", IgnoredRequestTranslation.twin(probed)),
        Map.entry(
            "endpoints-ignored-slot-only-for-envoys",
            IgnoredRequestTranslation.twinEndpoints(assignment(new EnvoySide.SlotOnly()))),
        Map.entry(
            "endpoints-ignored-pods-only-for-envoys",
            IgnoredRequestTranslation.twinEndpoints(
                assignment(new EnvoySide.PodsOnly(List.of(POD_A))))),
        Map.entry(
            "endpoints-ignored-pods-then-slot-for-envoys",
            IgnoredRequestTranslation.twinEndpoints(
                assignment(new EnvoySide.PodsThenSlot(List.of(POD_A, POD_B))))),
        Map.entry("routes-none", RouteTranslation.routes(List.of(), READ_TIMEOUT)),
        Map.entry("cluster-http-for-envoys", ClusterTranslation.forEnvoys(hello)),
        Map.entry("cluster-http2-for-envoys", ClusterTranslation.forEnvoys(greeter)),
        Map.entry("cluster-tcp-for-envoys", ClusterTranslation.forEnvoys(database)),
        Map.entry("cluster-for-daemons", ClusterTranslation.forDaemons(database)),
        Map.entry(
            "endpoints-slot-only-for-envoys",
            EndpointTranslation.forEnvoys(assignment(new EnvoySide.SlotOnly()))),
        Map.entry(
            "endpoints-pods-only-for-envoys",
            EndpointTranslation.forEnvoys(assignment(new EnvoySide.PodsOnly(List.of(POD_A))))),
        Map.entry(
            "endpoints-pods-then-slot-for-envoys",
            EndpointTranslation.forEnvoys(
                assignment(new EnvoySide.PodsThenSlot(List.of(POD_A, POD_B))))),
        Map.entry(
            "endpoints-pods-for-daemons",
            EndpointTranslation.forDaemons(assignment(new EnvoySide.SlotOnly(), POD_A, POD_B))),
        Map.entry(
            "endpoints-none-for-daemons",
            EndpointTranslation.forDaemons(assignment(new EnvoySide.SlotOnly()))),
        Map.entry(
            "endpoints-verdict-for-daemons",
            EndpointTranslation.forDaemons(Assignment.parked(hello, verdict))));
  }

  @ParameterizedTest
  @MethodSource("translations")
  void isTranslatedAsTheFileSays(Map.Entry<String, Message> translation) throws IOException {
    Path file = FOLDER.resolve(translation.getKey() + ".json");
    String translated =
        JsonFormat.printer()
                .usingTypeRegistry(TYPES)
                .preservingProtoFieldNames()
                .print(translation.getValue())
            + "\n";
    if ("true".equals(System.getenv("GOLDEN_WRITE"))) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, translated);
    }
    assertThat(file).hasContent(translated);
  }

  private static Cluster cluster(
      String name, Protocol protocol, boolean streaming, IgnoredRequest... ignored) {
    return new Cluster(
        name,
        new ServiceKey("default", name),
        new ServicePort(protocol.name().toLowerCase(Locale.ROOT), 80, protocol),
        new Slot(0x7f800102, 20001),
        new ServicePolicy(
            1,
            Duration.ofMinutes(5),
            Duration.ofSeconds(90),
            10_000,
            false,
            streaming,
            List.of(ignored)),
        false);
  }

  private static Assignment assignment(EnvoySide envoy, HostPort... daemon) {
    return new Assignment(
        cluster("hello", Protocol.HTTP, false), envoy, List.of(daemon), Optional.empty());
  }

  private static Address at(int port) {
    return ListenerTranslation.address(ANY, port);
  }
}
