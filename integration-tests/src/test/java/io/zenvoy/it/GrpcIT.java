package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ServicePort;
import io.grpc.Status;
import io.zenvoy.it.downstream.grpc.GrpcDownstream;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Answer;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Chat;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Language;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.Gate;
import io.zenvoy.it.upstream.grpc.Echo;
import io.zenvoy.it.upstream.grpc.GrpcUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gRPC service that sleeps, as its clients see it: like one that is awake. */
class GrpcIT extends OneStack {
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final String DETAILS = "grpc-status-details-bin";

  @BeforeEach
  void runGrpcServers() {
    stack.kubelet().runtime(GrpcUpstream.on("GrpcIT", Services.CONTAINER_PORT));
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void aCallIsAnsweredWithItsTrailersAndTheServerKnowsItsDeadline(Language language)
      throws Exception {
    String name = make("called", language);

    try (GrpcDownstream client = language.connect(name)) {
      coldWarmAndColdAgain(
          name,
          () -> {
            Answer answer = client.call(Echo.SAY, "hello", GrpcDownstream.PATIENCE);

            assertThat(answer.code()).as(answer.description()).isEqualTo(Status.Code.OK);
            assertThat(answer.message()).isEqualTo("hello");
            assertThat(answer.trailer(Echo.POD)).startsWith("10.99.");
            // Clients may round what is left up when they write it into a header.
            assertThat(Long.parseLong(answer.trailer(Echo.MILLIS_LEFT)))
                .isBetween(1L, GrpcDownstream.PATIENCE.plusSeconds(5).toMillis());
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void aStreamIsServedColdAndKeepsItsServiceAwakeHoweverSilentItIs(Language language)
      throws Exception {
    String name = make("streamed", language);

    try (GrpcDownstream client = language.connect(name);
        Chat chat = client.chat()) {
      assertThat(chat.exchange("hello")).isEqualTo("hello");
      assertThat(chat.exchange("again")).isEqualTo("again");
      workloads.requireSteady(name, 1);
      assertThat(chat.exchange("still there")).isEqualTo("still there");

      Answer end = chat.end();
      assertThat(end.code()).as(end.description()).isEqualTo(Status.Code.OK);
      assertThat(end.trailer(Echo.POD)).startsWith("10.99.");
    }
    workloads.awaitAsleep(name);
    assertThat(evidence.scaleWrites(name)).as("up and down").isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void anErrorOfTheServicesArrivesWithItsDetails(Language language) throws Exception {
    String name = make("failing", language);
    String details = HexFormat.of().formatHex(Echo.failure("this").toByteArray());

    try (GrpcDownstream client = language.connect(name)) {
      coldWarmAndColdAgain(
          name,
          () -> {
            Answer answer = client.call(Echo.FAIL, "this", GrpcDownstream.PATIENCE);

            assertThat(answer.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(answer.description()).isEqualTo("as asked: this");
            assertThat(answer.trailer(DETAILS)).isEqualTo(details);
            assertThat(answer.trailer(Echo.POD)).startsWith("10.99.");
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void aDeadlineEndsTheCallColdAndWarmAndKeepsNothingAwake(Language language) throws Exception {
    Gate gate = new Gate(GrpcUpstream.on("GrpcIT", Services.CONTAINER_PORT));
    stack.kubelet().runtime(gate);
    String name = make("hurried", language);

    try (GrpcDownstream client = language.connect(name)) {
      assertThat(client.call(Echo.SAY, "now", SHORT).code())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      gate.open();
      assertThat(client.call(Echo.SAY, "later", GrpcDownstream.PATIENCE).message())
          .isEqualTo("later");
      assertThat(client.call(Echo.HOLD, "for ever", SHORT).code())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      workloads.awaitAsleep(name);
    }
  }

  @Test
  void fiftyCallsOfOneChannelAreServedByOneWake() throws Exception {
    String name = make("crowded", Language.JAVA);

    try (GrpcDownstream client = Language.JAVA.connect(name);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls =
          IntStream.range(0, 50)
              .<Callable<String>>mapToObj(
                  n -> () -> client.call(Echo.SAY, "n" + n, GrpcDownstream.PATIENCE).message())
              .toList();
      List<Future<String>> answers = callers.invokeAll(calls);
      for (int n = 0; n < answers.size(); n++) {
        assertThat(answers.get(n).get()).isEqualTo("n" + n);
      }
    }
    assertThat(evidence.wakes(name, "ready")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kubernetes.io/h2c", "h2c", "grpc"})
  void theServicesPortSaysByItsAppProtocolThatItSpeaksHttp2(String appProtocol) throws Exception {
    String name = "by-" + appProtocol.replaceAll("[./]", "-");
    make(name, Map.of(), Services.speaking(appProtocol));

    requireHttp2(name);
  }

  @Test
  void theServicesPortSaysByItsNameThatItSpeaksHttp2() throws Exception {
    make("named", Map.of(), Services.port("grpc-main", 80, Services.CONTAINER_PORT));

    requireHttp2("named");
  }

  @Test
  void theServiceSaysByAnAnnotationThatItSpeaksHttp2() throws Exception {
    workloads.makeAsleep("annotated", Map.of("protocol", "http2"));

    requireHttp2("annotated");
  }

  /** Whether the pod answers, which speaks nothing but HTTP/2. */
  private void requireHttp2(String name) throws IOException {
    try (GrpcDownstream client = Language.JAVA.connect(name)) {
      Answer answer = client.call(Echo.SAY, "hello", GrpcDownstream.PATIENCE);

      assertThat(answer.message()).as(answer.description()).isEqualTo("hello");
    }
  }

  private String make(String prefix, Language language) {
    String name = prefix + "-" + language.name().toLowerCase(Locale.ROOT);
    make(name, Map.of(), Services.speaking("grpc"));
    return name;
  }

  private void make(String name, Map<String, String> annotations, ServicePort port) {
    workloads.make(name, annotations, List.of(port));
    workloads.awaitDomain(name);
  }
}
