package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.zenvoy.it.downstream.grpc.GrpcDownstream;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Answer;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Language;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.it.upstream.grpc.Echo;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What gRPC clients are told of a service that can't be woken. */
class GrpcFailureIT extends OneStack {
  @ParameterizedTest
  @EnumSource(Language.class)
  void aCallThatCanNotBeServedIsUnavailableBeforeItsDeadline(Language language) throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    String name = "never-" + language.name().toLowerCase(Locale.ROOT);
    workloads.make(name, Map.of("wake-timeout", "3s"), List.of(Services.speaking("grpc")));
    workloads.awaitDomain(name);

    try (GrpcDownstream client = language.connect(name)) {
      Answer answer = client.call(Echo.SAY, "hello", GrpcDownstream.PATIENCE);

      assertThat(answer.code()).as(answer.description()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(answer.description())
          .contains("zenvoy: " + name + " is not available: not ready after 3s");
    }
  }
}
