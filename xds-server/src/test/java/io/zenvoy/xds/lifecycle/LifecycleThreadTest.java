package io.zenvoy.xds.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.common.StartupException;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.workloads.Leadership;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LifecycleThreadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<TestingTerm> terms = new CopyOnWriteArrayList<>();
  private final AtomicInteger portsTaken = new AtomicInteger();
  private final AtomicInteger indigestible = new AtomicInteger();
  private final LifecycleThread thread =
      new LifecycleThread(
          (request, outcome) -> outcome.accept(new ScaleOutcome.Scaled()), this::begin);

  /** A leadership that a test may end. */
  private static final class TestingLeadership implements Leadership {
    volatile boolean held = true;
    volatile boolean serving;
    volatile boolean resigned;

    @Override
    public boolean holds() {
      return held;
    }

    @Override
    public void serving() {
      serving = true;
    }

    @Override
    public void resign() {
      held = false;
      resigned = true;
    }
  }

  private static final class TestingTerm implements Term {
    final TestingWorld world = new TestingWorld();
    final NodeEvents nodes;
    volatile boolean open = true;

    TestingTerm(NodeEvents nodes) {
      this.nodes = nodes;
    }

    @Override
    public Lifecycle lifecycle() {
      return world.lifecycle;
    }

    @Override
    public void close() {
      open = false;
    }
  }

  private Term begin(Leadership leadership, NodeEvents nodes, Scaler scaler) {
    if (portsTaken.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new StartupException("the port is taken");
    }
    TestingTerm term = new TestingTerm(nodes);
    if (indigestible.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      term.world.publisher.broken = true;
    }
    terms.add(term);
    return term;
  }

  @BeforeEach
  void aSleepingServiceIsKnown() {
    thread.start();
    thread.accept(new WorkloadEvent.ServiceChanged(TestingWorld.service("hello")));
    thread.accept(new WorkloadEvent.WorkloadObserved(TestingWorld.workload("hello"), 0, "v1"));
    thread.accept(new WorkloadEvent.Synced());
    await().atMost(PATIENCE).until(thread::isSynced);
  }

  @AfterEach
  void close() {
    thread.close();
  }

  @Test
  void aStandbyServesNobody() {
    assertThat(terms).isEmpty();
  }

  @Test
  void whoIsElectedServesAtOnceWhatIsKnownByThen() {
    thread.accept(new WorkloadEvent.WorkloadObserved(TestingWorld.workload("hello"), 1, "v2"));
    thread.accept(
        new WorkloadEvent.EndpointsChanged(
            TestingWorld.service("hello").key(),
            Map.of("http", new Endpoints(List.of(TestingWorld.POD), List.of()))));

    TestingLeadership leadership = lead();

    assertThat(leadership.serving).isTrue();
    assertThat(terms.getFirst().world.publisher.open).isTrue();
    assertThat(terms.getFirst().world.phases).containsEntry("hello", Phase.AWAKE);
  }

  @Test
  void whoStartsIsReadyOnlyOnceItServes() {
    LifecycleThread starting =
        new LifecycleThread(
            (request, outcome) -> outcome.accept(new ScaleOutcome.Scaled()), this::begin);
    AtomicReference<Boolean> readyWhenItServes = new AtomicReference<>();
    starting.start();
    starting.lead(
        new Leadership() {
          @Override
          public boolean holds() {
            return true;
          }

          @Override
          public void serving() {
            readyWhenItServes.set(starting.isSynced());
          }

          @Override
          public void resign() {}
        });
    starting.accept(new WorkloadEvent.Synced());
    await().atMost(PATIENCE).until(starting::isSynced);
    starting.close();
    assertThat(readyWhenItServes).hasValue(false);
  }

  @Test
  void aTermThatCannotServeOnceAllIsKnownIsFollowedByOneThatCan() {
    LifecycleThread starting =
        new LifecycleThread(
            (request, outcome) -> outcome.accept(new ScaleOutcome.Scaled()), this::begin);
    indigestible.set(1);
    TestingLeadership leadership = new TestingLeadership();
    starting.start();
    starting.lead(leadership);
    await().atMost(PATIENCE).until(() -> terms.size() == 1);
    starting.accept(new WorkloadEvent.Synced());
    await().atMost(PATIENCE).until(() -> !terms.getFirst().open);
    await().atMost(PATIENCE).until(starting::isSynced);
    starting.close();
    assertThat(leadership.serving).isTrue();
    assertThat(terms).hasSize(2);
  }

  @Test
  void whoLosesTheLeadershipClosesEverythingAndForgetsWhatNodesTold() {
    TestingLeadership first = lead();
    terms.getFirst().nodes.connected(TestingWorld.ENVOY, 1);

    first.held = false;
    await().atMost(PATIENCE).until(() -> !terms.getFirst().open);
    lead();
    terms.getFirst().nodes.disconnected(TestingWorld.ENVOY, 0); // a latecomer of the first term

    assertThat(terms).hasSize(2);
    assertThat(terms.getLast().world.phases).containsEntry("hello", Phase.ASLEEP);
    assertThat(slots(terms.getLast())).isEqualTo(slots(terms.getFirst()));
  }

  @Test
  void whatChangesForAStandbyIsKnownInItsNextTerm() {
    lead().held = false;
    await().atMost(PATIENCE).until(() -> !terms.getFirst().open);
    thread.accept(new WorkloadEvent.ServiceChanged(TestingWorld.service("other")));
    thread.accept(new WorkloadEvent.ServiceRemoved(TestingWorld.service("hello").key()));

    lead();

    assertThat(terms.getLast().world.phases).containsOnlyKeys("other");
  }

  @Test
  void aLeadershipThatEndedBeforeItWasTakenUpBeginsNothing() {
    TestingLeadership late = new TestingLeadership();
    late.held = false;
    thread.lead(late);
    thread.close();

    assertThat(terms).isEmpty();
  }

  @Test
  void aPortThatIsTakenIsTriedAgain() {
    portsTaken.set(1);

    assertThat(lead().serving).isTrue();
  }

  @Test
  void whoCannotServeSaysWhyAndLetsAnotherLead() {
    portsTaken.set(3);
    TestingLeadership leadership = new TestingLeadership();
    thread.lead(leadership);

    await().atMost(PATIENCE).until(() -> leadership.resigned);
    assertThat(thread.unready()).isEqualTo("can't serve: the port is taken");
    assertThat(terms).isEmpty();

    assertThat(lead().serving).isTrue();
    assertThat(thread.unready()).isEmpty();
  }

  @Test
  void aTermThatCannotBeToldWhatIsKnownIsClosedAndTriedAnew() {
    indigestible.set(1);

    TestingLeadership leadership = lead();

    assertThat(terms).hasSize(2);
    assertThat(terms.getFirst().open).isFalse();
    assertThat(terms.getLast().open).isTrue();
    assertThat(terms.getLast().world.phases).containsKey("hello");
    assertThat(leadership.resigned).isFalse();
  }

  @Test
  void theTermEndsWithTheThread() {
    lead();

    thread.close();

    assertThat(terms.getFirst().open).isFalse();
  }

  private TestingLeadership lead() {
    TestingLeadership leadership = new TestingLeadership();
    thread.lead(leadership);
    await().atMost(PATIENCE).until(() -> leadership.serving);
    return leadership;
  }

  private static String slots(TestingTerm term) {
    return term.world.publisher.assignments.toString();
  }
}
