package io.zenvoy.it.faults;

import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.LateStart;
import io.zenvoy.it.upstream.LateStart.Manner;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pod that is called ready too early costs time and nothing else. */
@Tag("faults")
class EndpointFaultsIT extends FaultStack {
  private static final Duration LATE = Duration.ofSeconds(3);

  @Test
  void anEndpointThatRefusesAtFirst() {
    run(Fault.ENDPOINT_REFUSES, Manner.REFUSE, UnaryOperator.identity());
  }

  @Test
  void anEndpointThatSwallowsPacketsAtFirst() {
    run(Fault.ENDPOINT_SWALLOWS, Manner.SWALLOW, UnaryOperator.identity());
  }

  @Test
  void anEndpointThatResetsAtFirst() {
    run(Fault.ENDPOINT_RESETS, Manner.RESET, Clients::reading);
  }

  private void run(Fault fault, Manner manner, UnaryOperator<Clients> kind) {
    String prefix = manner.name().toLowerCase(Locale.ROOT);
    List<String> names = makeAsleep(prefix, 4, Map.of("scale-to-zero-after", "1s"));
    try (FaultRun run = FaultRun.of(fault, stack)) {
      stack
          .kubelet()
          .runtime(new LateStart(stack.upstream(), Services.CONTAINER_PORT, manner, LATE));
      for (int round = 0; round < FaultSize.of(1, 3); round++) {
        names.forEach(workloads::awaitAsleep);
        run.step("round " + round);
        Load load = kind.apply(run.clients()).load(names, 4, Mode.ONE_EACH, Duration.ofMillis(100));
        hold(LATE.plusSeconds(2));
        load.stop();
      }
      run.requireServed();
    }
  }
}
