package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.HttpProbe;
import io.zenvoy.it.Programs.RunningProgram;
import io.zenvoy.it.kube.AuditLog.Request;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The two control planes of a stack, one of which leads. Not thread-safe. */
final class ControlPlanePair {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration OFTEN = Duration.ofMillis(20);

  private final ZenvoyStack stack;
  private Member first;
  private Member second;

  /**
   * One of them. It is another one after a restart.
   *
   * @param source the address from which it speaks with the API server; packets of the first one's
   *     can be dropped without the other's
   */
  record Member(RunningProgram program, String source) {
    boolean leads() {
      return metric("zenvoy_leader") == 1;
    }

    /** A metric, summed over its labels. */
    double metric(String name) {
      try {
        return HttpProbe.get(program.adminPort(), "/metrics")
            .body()
            .lines()
            .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
            .sum();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitLead() {
      await(program.process().name() + " leads")
          .atMost(PATIENCE)
          .pollInterval(OFTEN)
          .until(this::leads);
    }
  }

  /** Adds the second one to a stack that has only one, and waits until both are ready. */
  ControlPlanePair(ZenvoyStack stack) {
    this.stack = stack;
    first = new Member(stack.xdsServer().awaitReady(), "127.0.0.1");
    second = new Member(stack.startStandby().awaitReady(), "10.99.0.1");
  }

  Member leader() {
    await("one of two leads").atMost(PATIENCE).until(() -> first.leads() || second.leads());
    return first.leads() ? first : second;
  }

  Member other(Member member) {
    return member.equals(first) ? second : first;
  }

  /** Hands over if need be: the first one leads. */
  Member letFirstLead() {
    if (leader().equals(second)) {
      second.program().process().terminate();
      first.awaitLead();
      restart(second);
    }
    return first;
  }

  /** Starts a member anew that has ended, and waits until it is ready. */
  Member restart(Member ended) {
    if (ended.equals(first)) {
      first = new Member(stack.startXdsServer().awaitReady(), first.source());
      return first;
    }
    second = new Member(stack.startStandby().awaitReady(), second.source());
    return second;
  }

  /** The scale writes of a member that the API server has received since then. */
  List<Request> scalesOf(Member member, Instant since) {
    return stack.cluster().audit().writesOf(stack.namespace(), since).stream()
        .filter(request -> request.resource().equals("deployments/scale"))
        .filter(request -> request.source().equals(member.source()))
        .toList();
  }

  /** Waits until a former leader stands by, and fails if anybody is still served by it. */
  void requireStandsBy(Member former) {
    former.program().awaitReady();
    await("the former leader has given up").atMost(PATIENCE).until(() -> !former.leads());
    assertThat(former.metric("zenvoy_xds_clients")).as("whom it serves").isZero();
    assertThat(other(former).leads()).isTrue();
  }
}
