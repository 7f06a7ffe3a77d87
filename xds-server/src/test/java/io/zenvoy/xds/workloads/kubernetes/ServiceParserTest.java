package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.TcpClaim;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.schedule.AwakeTimes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceParserTest {
  private static final ObservedService.Port WEB = new ObservedService.Port("web", 80, "TCP", "");
  private static final ObservedService.Port PG =
      new ObservedService.Port("pg", 5432, "TCP", "postgresql");

  private final ServiceParser parser =
      new ServiceParser(TestingServices.DEFAULTS, TestingServices.TAKEN_PORTS);

  @Test
  void aServiceThatOnlyOptsInGetsTheDefaults() {
    ServiceDeclaration declaration = declared(TestingServices.optedIn());

    assertThat(declaration.key()).isEqualTo(TestingServices.ECHO);
    assertThat(declaration.target()).isEmpty();
    assertThat(declaration.hosts()).isEmpty();
    assertThat(declaration.policy()).isEqualTo(TestingServices.DEFAULTS);
    assertThat(declaration.ports()).containsExactly(new ServicePort("http", 80, Protocol.HTTP));
  }

  @Test
  void everyAnnotationHasItsEffect() {
    ServiceDeclaration declaration =
        declared(
            TestingServices.annotated(
                TestingServices.ECHO,
                Map.of(
                    "target", "statefulset/db.main",
                    "replicas", "3",
                    "scale-to-zero-after", "1h30m",
                    "wake-timeout", "90s",
                    "hosts", "A.example.com, *.b.example.com,a.example.com",
                    "protocol", "postgres",
                    "max-parked", "7",
                    "ready", "tcp",
                    "streaming", "true")));

    assertThat(declaration.target())
        .contains(new WorkloadKey(Kind.STATEFULSET, "default", "db.main"));
    assertThat(declaration.policy().replicas()).isEqualTo(3);
    assertThat(declaration.policy().scaleToZeroAfter()).isEqualTo(Duration.ofMinutes(90));
    assertThat(declaration.policy().wakeTimeout()).isEqualTo(Duration.ofSeconds(90));
    assertThat(declaration.policy().maxParked()).isEqualTo(7);
    assertThat(declaration.policy().startingCounts()).isTrue();
    assertThat(declaration.policy().streaming()).isTrue();
    assertThat(declaration.hosts()).containsExactly("a.example.com", "*.b.example.com");
    assertThat(declaration.ports().getFirst().protocol()).isEqualTo(Protocol.POSTGRES);
  }

  @Test
  void whatKeepsAServiceAwakeOrOnlyWatchesItIsRead() {
    ServicePolicy policy =
        declared(
                TestingServices.annotated(
                    TestingServices.ECHO,
                    Map.of(
                        "wake-with", "api, other/db",
                        "schedule", "0 8 * * mon-fri to 0 18 * * mon-fri",
                        "dry-run", "true")))
            .policy();

    assertThat(policy.wakeWith())
        .containsExactly(new ServiceKey("default", "api"), new ServiceKey("other", "db"));
    assertThat(policy.awakeTimes())
        .contains(AwakeTimes.parse("0 8 * * mon-fri to 0 18 * * mon-fri"));
    assertThat(policy.dryRun()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "enabled             | yes",
        "target              | echo",
        "target              | deployment/",
        "target              | deployment/Echo",
        "target              | deployment/a/b",
        "target              | daemonset/echo",
        "target              | Deployment/echo",
        "replicas            | 0",
        "replicas            | -1",
        "replicas            | two",
        "replicas            | 99999999999",
        "replicas            | ''",
        "scale-to-zero-after | 5",
        "scale-to-zero-after | 0s",
        "scale-to-zero-after | -5m",
        "wake-timeout        | soon",
        "wake-timeout        | 0ms",
        "hosts               | ''",
        "hosts               | a.example.com,",
        "hosts               | a.example.com:80",
        "hosts               | *",
        "hosts               | a.*.example.com",
        "hosts               | a..b",
        "hosts               | -a.example.com",
        "hosts               | http://a.example.com",
        "hosts               | a b",
        "protocol            | https",
        "protocol            | HTTP",
        "max-parked          | 0",
        "ready               | http",
        "streaming           | on",
        "schedule            | 0 8 * * *",
        "schedule            | 0 8 * * * to 0 99 * * *",
        "wake-with           | a,,b",
        "wake-with           | a/b/c",
        "dry-run             | maybe",
        "ignore              | ''",
        "ignore              | /healthz",
        "ignore              | path=/healthz,",
      })
  void aValueThatIsNotTakenIsNamedWithItsKeyAndWhatIsExpected(String key, String value) {
    assertThat(problems(TestingServices.annotated(key, value)))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem)
                    .startsWith("zenvoy.io/" + key + ": \"" + value + "\" (expected: "));
  }

  @Test
  void requestsAreIgnoredByPathAndByUserAgent() {
    ServiceDeclaration declaration =
        declared(
            TestingServices.annotated(
                "ignore", "path=/healthz, user-agent=kube-probe/1.34,path=/a=b , path=/healthz"));

    assertThat(declaration.policy().ignored())
        .containsExactly(
            new IgnoredRequest.Path("/healthz"),
            new IgnoredRequest.UserAgent("kube-probe/1.34"),
            new IgnoredRequest.Path("/a=b"));
  }

  @Test
  void onlyHttpRequestsCanBeIgnored() {
    assertThat(
            problems(
                TestingServices.annotated(
                    TestingServices.ECHO,
                    Map.of("ignore", "path=/healthz", "protocol", "postgres"))))
        .containsExactly(
            "zenvoy.io/ignore: the Service's first port speaks postgres (expected: http or http2)");
    assertThat(
            declared(
                    TestingServices.annotated(
                        TestingServices.ECHO,
                        Map.of("ignore", "path=/healthz", "protocol", "http2")))
                .policy()
                .ignored())
        .hasSize(1);
  }

  @Test
  void allProblemsAreToldAtOnce() {
    assertThat(
            problems(
                TestingServices.annotated(
                    TestingServices.ECHO,
                    Map.of("replicas", "0", "wake-timeout", "x", "typo", "1"))))
        .hasSize(3)
        .contains("zenvoy.io/typo: zenvoy has no such annotation");
  }

  @Test
  void namesOfTlsClientsLeadToTheFirstPortWhichSpeaksTcpIfNothingElseIsSaid() {
    ServiceDeclaration declaration =
        declared(TestingServices.annotated("sni", "DB.example.com, *.b.example.com"));

    assertThat(declaration.tcp().names()).containsExactly("db.example.com", "*.b.example.com");
    assertThat(problems(TestingServices.annotated("sni", "a..b"))).hasSize(1);
    assertThat(problems(TestingServices.annotated("sni", "a:443"))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "http,               x,            HTTP",
    "kubernetes.io/h2c,  x,            HTTP2",
    "grpc,               x,            HTTP2",
    "http2,              x,            HTTP2",
    "kubernetes.io/ws,   x,            HTTP",
    "tcp,                http,         TCP",
    "postgresql,         x,            POSTGRES",
    "postgres,           x,            POSTGRES",
    "mysql,              x,            MYSQL",
    "redis,              http,         REDIS",
    "'',                 h2c,          HTTP2",
    "'',                 grpc-api,     HTTP2",
    "'',                 redis-cache,  REDIS",
    "'',                 tcp,          TCP",
    "'',                 mysql-1,      MYSQL",
    "'',                 web,          HTTP",
    "'',                 tcpish,       HTTP",
    "'',                 '',           HTTP",
    "example.com/x,      postgres-rw,  POSTGRES",
  })
  void theProtocolIsThatOfTheAppProtocolElseOfTheName(
      String appProtocol, String name, Protocol expected) {
    ObservedService service =
        TestingServices.withPorts(new ObservedService.Port(name, 1, "TCP", appProtocol));

    assertThat(declared(service).ports()).containsExactly(new ServicePort(name, 1, expected));
  }

  @ParameterizedTest
  @CsvSource({
    "5432,                5432 -> pg",
    "15432:pg,            15432 -> pg",
    "15432:5432,          15432 -> pg",
    "' 5432 , 9000:web ', 5432 -> pg; 9000 -> web",
    "80,                  80 -> web",
    "1:pg,                1 -> pg",
    "65535:pg,            65535 -> pg",
  })
  void listenersLeadToTheNamedPortOrTheOneOfTheirNumber(String annotation, String expected) {
    ServiceDeclaration declaration = declared(withTcp(annotation, WEB, PG));

    assertThat(
            declaration.tcp().listeners().stream()
                .map(claim -> claim.listenerPort() + " -> " + claim.port().name())
                .collect(Collectors.joining("; ")))
        .isEqualTo(expected);
  }

  @Test
  void aSinglePortNeedsNoNameAndSpeaksTcpIfNothingElseIsSaid() {
    ObservedService.Port only = new ObservedService.Port("", 5432, "TCP", "");

    assertThat(declared(withTcp("15432", only)).tcp().listeners())
        .containsExactly(new TcpClaim(15_432, new ServicePort("", 5432, Protocol.TCP)));
    assertThat(declared(TestingServices.withPorts(only)).ports())
        .containsExactly(new ServicePort("", 5432, Protocol.HTTP));
  }

  @Test
  void idleConnectionsAreThoseOfListeners() {
    ObservedService service =
        TestingServices.annotated(
            TestingServices.ECHO, Map.of("tcp", "5432:http", "idle-connections", "30m"));

    assertThat(declared(service).tcp().idle()).contains(Duration.ofMinutes(30));
    assertThat(problems(TestingServices.annotated("idle-connections", "30m")))
        .containsExactly(
            "zenvoy.io/idle-connections has no effect (expected: together with zenvoy.io/tcp or"
                + " zenvoy.io/sni)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0:pg", "65536:pg", "-1:pg", "x", "5432:", "5432,", "1:pg,1:web", "1:pg:web"})
  void aListenerThatIsNotUnderstoodIsAProblem(String annotation) {
    assertThat(problems(withTcp(annotation, WEB, PG)))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("zenvoy.io/tcp: ")
        .contains("expected: ");
  }

  @Test
  void aListenerToAPortThatTheServiceDoesNotHaveOrOnAPortOfZenvoysOwnIsAProblem() {
    assertThat(problems(withTcp("5433,10000:web", WEB, PG)))
        .containsExactly(
            "zenvoy.io/tcp: the Service has no TCP port \"5433\" (expected: one of web, pg, as in"
                + " 5433:web)",
            "zenvoy.io/tcp: \"10000\" is HTTP_PORT (expected: a port that zenvoy does not use"
                + " itself)");
  }

  private static ObservedService withTcp(String annotation, ObservedService.Port... ports) {
    ObservedService service = TestingServices.withPorts(ports);
    Map<String, String> annotations = new HashMap<>(service.annotations());
    annotations.put("zenvoy.io/tcp", annotation);
    return annotatedExactly(service, annotations);
  }

  @Test
  void onlyTcpPortsCount() {
    ObservedService.Port dns = new ObservedService.Port("dns", 53, "UDP", "");
    ObservedService.Port web = new ObservedService.Port("web", 80, "TCP", "");

    assertThat(declared(TestingServices.withPorts(dns, web)).ports())
        .containsExactly(new ServicePort("web", 80, Protocol.HTTP));
    assertThat(problems(TestingServices.withPorts(dns)))
        .containsExactly(
            "the Service has only ports of UDP or SCTP, which zenvoy does not support (expected: at"
                + " least one of TCP)");
  }

  @Test
  void aServiceThatSelectsNoPodsIsNotManaged() {
    ObservedService echo = TestingServices.optedIn();

    assertThat(problems(shaped(echo, true, false))).singleElement().asString().contains("External");
    assertThat(problems(shaped(echo, false, false)))
        .singleElement()
        .asString()
        .contains("no selector");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zenvoy-xds", "zenvoy-proxy"})
  void zenvoysOwnServicesAreNotManaged(String name) {
    assertThat(problems(TestingServices.annotated(new ServiceKey("anywhere", name), Map.of())))
        .containsExactly(OwnWorkloads.PROBLEM);
  }

  @Test
  void withoutEnabledNothingElseMatters() {
    ObservedService echo = TestingServices.annotated("replicas", "many");

    assertThat(parser.parse(annotatedExactly(echo, Map.of("zenvoy.io/replicas", "many"))))
        .isEqualTo(new ParsedService.OptedOut());
    assertThat(parser.parse(TestingServices.annotated("enabled", "false")))
        .isEqualTo(new ParsedService.OptedOut());
  }

  private ServiceDeclaration declared(ObservedService service) {
    return parser.parse(service)
            instanceof ParsedService.Declared(ServiceDeclaration declaration, List<String> notices)
        ? declaration
        : org.junit.jupiter.api.Assertions.fail(parser.parse(service).toString());
  }

  private List<String> problems(ObservedService service) {
    return parser.parse(service) instanceof ParsedService.Rejected(List<String> problems)
        ? problems
        : List.of();
  }

  private static ObservedService shaped(
      ObservedService service, boolean externalName, boolean selectsPods) {
    return new ObservedService(
        service.key(),
        service.uid(),
        service.created(),
        service.annotations(),
        externalName,
        selectsPods,
        service.ports());
  }

  private static ObservedService annotatedExactly(
      ObservedService service, Map<String, String> annotations) {
    return new ObservedService(
        service.key(),
        service.uid(),
        service.created(),
        annotations,
        service.externalName(),
        service.selectsPods(),
        service.ports());
  }
}
