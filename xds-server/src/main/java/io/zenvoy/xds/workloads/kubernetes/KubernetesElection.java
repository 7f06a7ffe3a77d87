package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.workloads.Election;
import io.zenvoy.xds.workloads.Leadership;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contends for the Lease, and publishes the leader's address. All of it happens on one thread,
 * {@code election}, but for what says otherwise. A leader's renewals are sent on threads of their
 * own, which bring the answers back.
 */
final class KubernetesElection implements Election {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesElection.class);
  private static final LongSupplier CLOCK = System::nanoTime;
  private static final long END_SECONDS = 2;

  private final LeaseTimes times = LeaseTimes.DEFAULT;
  private final LeaseClient leases;
  private final LeaderAddress address;
  private final Elector elector;
  private final String identity;
  private final Runnable onElected;
  private final LeaseHealth health = new LeaseHealth(CLOCK);

  /** Answers to renewals, and what ends a pause. */
  private final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();

  private volatile boolean closed;
  private volatile @Nullable HeldLease held;
  private volatile @Nullable Thread thread;
  private String lastHolder = "";
  private String lastProblem = "";

  /**
   * @param onElected run each time that a leadership was won, when {@link #writeLimit} knows; must
   *     not block
   */
  KubernetesElection(KubernetesApi api, String namespace, Candidate candidate, Runnable onElected) {
    this.onElected = onElected;
    this.identity = candidate.pod() + "_" + UUID.randomUUID();
    this.leases =
        new LeaseClient(api, namespace, identity, times.duration(), InstantSource.system());
    this.address = new LeaderAddress(api, namespace, candidate);
    this.elector = new Elector(identity, times, CLOCK, this::publish);
  }

  @Override
  public void start(Consumer<Leadership> elected) {
    LOG.atInfo()
        .addKeyValue("identity", identity)
        .addKeyValue("lease", LeaseClient.NAME)
        .log("takes part in the election of a leader");
    thread = Thread.ofPlatform().name("election").daemon(true).start(() -> run(elected));
  }

  @Override
  public String unready() {
    return health.unready();
  }

  /**
   * How long a write of the leader may take, which is over before anybody else can lead. Any
   * thread.
   *
   * @return zero if nothing may be written
   */
  Duration writeLimit(Duration wanted) {
    HeldLease leading = held;
    return leading == null ? Duration.ZERO : leading.writeLimit(wanted);
  }

  @Override
  public void close() {
    closed = true;
    answers.add(() -> {});
    Thread running = thread;
    if (running != null) {
      try {
        running.join(Duration.ofSeconds(END_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run(Consumer<Leadership> elected) {
    while (!closed) {
      try {
        step(elected);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("a step of the election failed");
        elector.failed();
      }
    }
    resign();
  }

  private void step(Consumer<Leadership> elected) throws InterruptedException {
    Duration limit = elector.requestLimit();
    long sent = CLOCK.getAsLong();
    switch (elector.next()) {
      case Elector.Step.Pause(long until) -> awaitAnswer(until - sent);
      case Elector.Step.Read() -> readLease(leases.read(limit));
      case Elector.Step.Create() -> written(leases.create(limit), sent, elected);
      case Elector.Step.Take(ObservedLease lease) ->
          written(leases.take(lease, limit), sent, elected);
      case Elector.Step.GiveUp() -> givenUp(leases.giveUp(limit));
      case Elector.Step.Renew() -> {
        if (elector.leads()) {
          elector.renewing(sent);
          renewMeanwhile(sent, elected);
        } else {
          renewed(leases.renew(limit), sent, elected);
        }
      }
    }
  }

  private void awaitAnswer(long nanos) throws InterruptedException {
    Runnable answer = answers.poll(nanos, TimeUnit.NANOSECONDS);
    if (answer != null) {
      answer.run();
    }
  }

  /** An answer that comes later than the limit would prolong nothing. */
  private void renewMeanwhile(long sent, Consumer<Leadership> elected) {
    Thread.ofVirtual()
        .name("lease-renewal")
        .start(
            () -> {
              Reply reply = renewal();
              answers.add(() -> renewed(reply, sent, elected));
            });
  }

  private Reply renewal() {
    try {
      return leases.renew(times.giveUpAfter());
    } catch (RuntimeException e) {
      return new Reply.Unanswered(Reachability.reason(e));
    }
  }

  private void readLease(Reply reply) {
    if (reply instanceof Reply.Answered answer && answer.status() == 404) {
      elector.saw(null);
    } else if (reply instanceof Reply.Answered answer && answer.status() == 200) {
      ObservedLease lease = leases.parse(answer);
      elector.saw(lease);
      noteHolder(lease.holder());
      if (elector.isLedByAnother()) {
        goesOn();
      }
    } else {
      elector.failed();
      failed(reply);
    }
  }

  private void renewed(Reply reply, long sent, Consumer<Leadership> elected) {
    if (reply instanceof Reply.Answered answer && answer.status() / 100 == 2) {
      written(reply, sent, elected);
      return;
    }
    if (reply instanceof Reply.Answered answer && isNotOurs(answer.status())) {
      elector.failed();
      return;
    }
    elector.renewalFailed();
    failed(reply);
  }

  /** The test of the holder has failed, or there is no Lease any more. */
  private static boolean isNotOurs(int status) {
    return status == 404 || status == 409 || status == 422;
  }

  private void written(Reply reply, long sent, Consumer<Leadership> elected) {
    if (!(reply instanceof Reply.Answered answer) || answer.status() / 100 != 2) {
      elector.failed();
      failed(reply);
      return;
    }
    Optional<HeldLease> won = elector.wrote(leases.parse(answer), sent);
    goesOn();
    won.ifPresent(
        leadership -> {
          held = leadership;
          lastHolder = identity;
          LOG.atInfo().addKeyValue("identity", identity).log("elected leader");
          elected.accept(leadership);
          onElected.run();
        });
  }

  private void givenUp(Reply reply) {
    if (reply instanceof Reply.Answered answer && answer.status() / 100 == 2) {
      elector.gaveUp();
      LOG.atWarn().addKeyValue("identity", identity).log("gave the leadership up");
    } else {
      elector.failed();
      failed(reply);
    }
  }

  private void goesOn() {
    health.goesOn();
    if (!lastProblem.isEmpty()) {
      LOG.atInfo().log("the Lease can be read and written again");
      lastProblem = "";
    }
  }

  private void failed(Reply reply) {
    if (reply instanceof Reply.Answered answer && answer.status() == 409) {
      return; // somebody else was faster
    }
    String problem =
        switch (reply) {
          case Reply.Answered answer -> "HTTP " + answer.status();
          case Reply.Unanswered(String reason) -> reason;
        };
    health.failed(problem);
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.atWarn()
          .addKeyValue("lease", LeaseClient.NAME)
          .addKeyValue("reason", problem)
          .log("the Lease can't be read or written");
    }
  }

  private void noteHolder(String holder) {
    if (!holder.isEmpty() && !holder.equals(lastHolder)) {
      lastHolder = holder;
      LOG.atInfo().addKeyValue("leader", holder).log("another control plane leads");
    }
  }

  private void publish() {
    HeldLease leading = held;
    if (leading != null) {
      address.publish(leading, leading::writeLimit);
    }
  }

  /** Without a holder the next one need not wait. */
  private void resign() {
    if (elector.resign()) {
      Reply reply = leases.giveUp(times.requestLimit());
      boolean given = reply instanceof Reply.Answered answer && answer.status() / 100 == 2;
      LOG.atInfo().addKeyValue("given_up", given).log("takes part no longer");
    }
  }
}
