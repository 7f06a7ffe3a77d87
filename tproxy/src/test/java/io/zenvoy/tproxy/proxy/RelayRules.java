package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.tproxy.proxy.SimulatedEnd.Leave;

/** What must hold for two ends between which bytes are carried, when everything has arrived. */
final class RelayRules {
  private RelayRules() {}

  /** Whether there is nothing left to be carried. */
  static boolean isOver(SimulatedEnd client, SimulatedEnd upstream) {
    return isCut(client, upstream) || (client.hasFinished() && upstream.hasFinished());
  }

  private static boolean isCut(SimulatedEnd client, SimulatedEnd upstream) {
    return client.leave() == Leave.RESET
        || upstream.leave() == Leave.RESET
        // The kernel resets when something comes for a socket that is closed.
        || (client.leave() == Leave.CLOSED && upstream.sent() > client.received());
  }

  static void check(SimulatedEnd client, SimulatedEnd upstream) {
    check("client " + client.number, client, upstream);
    check("the upstream of client " + client.number, upstream, client);
  }

  private static void check(String name, SimulatedEnd end, SimulatedEnd other) {
    if (end.isGone()) {
      return;
    }
    if (isCut(end, other) || isCut(other, end)) {
      assertThat(end.isOver()).as("%s knows that the other end is gone", name).isTrue();
      if (other.leave() == Leave.RESET && !other.hasFinished()) {
        assertThat(end.resetSeen()).as("%s has seen the other end's reset", name).isTrue();
      }
      assertThat(end.received()).as("bytes for %s", name).isLessThanOrEqualTo(other.sent());
    } else {
      assertThat(end.resetSeen()).as("%s was reset", name).isFalse();
      assertThat(end.endSeen()).as("%s knows the end", name).isEqualTo(other.hasFinished());
      assertThat(end.received()).as("bytes for %s", name).isEqualTo(other.sent());
    }
  }
}
