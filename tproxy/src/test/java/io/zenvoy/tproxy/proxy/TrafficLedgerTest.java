package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import io.zenvoy.tproxy.discovery.RoutingTable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class TrafficLedgerTest {
  private final AtomicInteger urgent = new AtomicInteger();
  private final TrafficLedger ledger =
      new TrafficLedger(urgent::incrementAndGet, new ProxyMetrics(new SimpleMeterRegistry()));
  private final ClusterTraffic traffic = ledger.traffic("echo");

  @Test
  void everyParkedConnectionAndEveryTurnToOrFromZeroIsUrgent() {
    traffic.accepted();
    assertThat(traffic.parkedNew()).isTrue();
    assertThat(urgent).hasValue(1);
    assertThat(traffic.parkedNew()).isFalse();
    assertThat(urgent).hasValue(2);
    traffic.parkedEnded();
    assertThat(urgent).hasValue(2);
    traffic.parkedEnded();
    assertThat(urgent).hasValue(3);
    assertThat(ledger.takeChanged()).containsExactly("echo");
    assertThat(ledger.takeChanged()).isEmpty();
  }

  @Test
  void aConnectionIsNeverUnseenWhileItChangesFromParkedToActiveAndBack() throws Exception {
    traffic.parkedNew();
    AtomicBoolean stop = new AtomicBoolean();
    Thread changing =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    traffic.dialledFromParked();
                    traffic.parkedAgain();
                  }
                });
    for (int count = 0; count < 100_000; count++) {
      Activity activity = ledger.of("echo");
      assertThat(activity.active() + activity.parked()).isEqualTo(1);
    }
    stop.set(true);
    changing.join();
  }

  @Test
  void aClusterThatIsGoneKeepsItsFiguresUntilItsConnectionsEnd() {
    traffic.accepted();
    traffic.dialledNew();
    ledger.show(RoutingTable.EMPTY);
    assertThat(ledger.of("echo")).isEqualTo(new Activity(1, 1, 0));
    traffic.dialEnded();
    ledger.show(RoutingTable.EMPTY);
    assertThat(ledger.of("echo")).isEqualTo(Activity.NONE);
  }
}
