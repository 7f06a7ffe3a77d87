package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Electors with clocks of their own, and an API server that may answer late or not at all, carry
 * out late what nobody waits for any more, or find that who had asked was stopped meanwhile. At
 * every moment at most one of them leads.
 */
final class TestingContest {
  /** What becomes of a request. */
  enum Fate {
    ANSWERED,
    /** Carried out, but the answer is lost. */
    ANSWER_LOST,
    LOST,
    /** Carried out late, and answered if somebody still waits. */
    LATE,
    /** Carried out at once, and answered late if somebody still waits. */
    SLOW,
    /** Not carried out, and answered so: too many requests. */
    REFUSED,
    /** Carried out at once; the process is stopped and sees the answer when it goes on. */
    STOPPED
  }

  private final List<Contender> contenders = new ArrayList<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
  private @Nullable ObservedLease lease;
  private long versions;
  private long nowNanos;

  private record Due(long nanos, Runnable event) {}

  private interface Request {
    /** The server carries it out; returns what the answer does to who has asked. */
    Runnable carryOut();
  }

  private static final class Contender {
    final String name;
    final LongSupplier clock;
    final Elector elector;

    /** Answers to a leader's renewals that came while it was busy. */
    final Queue<Runnable> answers = new ArrayDeque<>();

    boolean busy;
    int terms;

    Contender(String name, LongSupplier clock) {
      this.name = name;
      this.clock = clock;
      this.elector = new Elector(name, LeaseTimes.DEFAULT, clock, () -> {});
    }

    /** What a renewal that nobody waits for has come to. */
    void answered(Runnable answer) {
      answers.add(answer);
      seeAnswers();
    }

    void goOn(Runnable event) {
      busy = false;
      event.run();
      seeAnswers();
    }

    private void seeAnswers() {
      while (!busy && !answers.isEmpty()) {
        answers.remove().run();
      }
    }
  }

  /**
   * @param percent how fast its clock runs
   */
  TestingContest with(int percent) {
    String name = "pod-" + contenders.size();
    long offset = contenders.size() * 1_000_000_000_000L;
    contenders.add(new Contender(name, () -> offset + nowNanos / 100 * percent));
    return this;
  }

  /** Lets time pass. */
  void pass(Duration time) {
    long end = nowNanos + time.toNanos();
    for (Due next = due.peek(); next != null && next.nanos() <= end; next = due.peek()) {
      due.remove(next);
      nowNanos = Math.max(nowNanos, next.nanos());
      next.event().run();
      requireAtMostOneLeader();
    }
    nowNanos = end;
    requireAtMostOneLeader();
  }

  /** One of them does what it is up to, unless it waits or is stopped. */
  void act(int index, Fate fate, Duration delay) {
    Contender contender = contenders.get(index % contenders.size());
    if (contender.busy) {
      return;
    }
    Duration limit = contender.elector.requestLimit();
    long sent = contender.clock.getAsLong();
    switch (contender.elector.next()) {
      case Elector.Step.Pause(long until) -> {}
      case Elector.Step.Read() -> ask(contender, fate, delay, limit, () -> read(contender));
      case Elector.Step.Create() ->
          ask(contender, fate, delay, limit, () -> write(contender, sent, null, 0));
      case Elector.Step.Take(ObservedLease before) ->
          ask(
              contender,
              fate,
              delay,
              limit,
              () -> write(contender, sent, before.version(), before.transitions() + 1));
      case Elector.Step.Renew() -> {
        if (contender.elector.leads()) {
          contender.elector.renewing(sent);
          renewMeanwhile(contender, fate, delay, sent);
        } else {
          ask(contender, fate, delay, limit, () -> renew(contender, sent));
        }
      }
    }
    requireAtMostOneLeader();
  }

  /** One of them does nothing any more. */
  void stop(int index) {
    contenders.get(index).busy = true;
  }

  /** One of them gives the Lease up and does nothing any more. */
  void resign(int index) {
    Contender contender = contenders.get(index);
    if (contender.elector.resign() && lease != null && lease.holder().equals(contender.name)) {
      lease = new ObservedLease("v" + ++versions, "", Duration.ofSeconds(4), 0);
    }
    stop(index);
  }

  /** All of them act often, and every request is answered. */
  void passQuietly(Duration time) {
    pass(time, () -> Fate.ANSWERED, () -> Duration.ZERO);
  }

  /** All of them act often. */
  void pass(Duration time, Supplier<Fate> fates, Supplier<Duration> delays) {
    for (long millis = 0; millis < time.toMillis(); millis += 20) {
      pass(Duration.ofMillis(20));
      for (int index = 0; index < contenders.size(); index++) {
        act(index, fates.get(), delays.get());
      }
    }
  }

  /** The index of whoever leads; -1 if nobody does. */
  int leader() {
    for (int index = 0; index < contenders.size(); index++) {
      if (contenders.get(index).elector.leads()) {
        return index;
      }
    }
    return -1;
  }

  int size() {
    return contenders.size();
  }

  /** How often one of them began to lead. */
  int terms(int index) {
    return contenders.get(index).terms;
  }

  private void ask(
      Contender contender, Fate fate, Duration delay, Duration limit, Request request) {
    Runnable failed = () -> contender.elector.failed();
    switch (fate) {
      case ANSWERED -> request.carryOut().run();
      case REFUSED -> failed.run();
      case ANSWER_LOST -> {
        request.carryOut();
        later(contender, limit, failed);
      }
      case LOST -> later(contender, limit, failed);
      case STOPPED -> later(contender, delay, request.carryOut());
      case SLOW -> {
        Runnable answer = request.carryOut();
        boolean inTime = delay.compareTo(limit) < 0;
        later(contender, inTime ? delay : limit, inTime ? answer : failed);
      }
      case LATE -> {
        if (delay.compareTo(limit) < 0) {
          later(contender, delay, () -> request.carryOut().run());
        } else {
          later(contender, limit, failed);
          at(delay, () -> request.carryOut());
        }
      }
    }
  }

  private void renewMeanwhile(Contender contender, Fate fate, Duration delay, long sent) {
    Duration limit = LeaseTimes.DEFAULT.giveUpAfter();
    Runnable failed = () -> contender.answered(contender.elector::renewalFailed);
    switch (fate) {
      case ANSWERED -> renew(contender, sent).run();
      case REFUSED -> contender.elector.renewalFailed();
      case ANSWER_LOST -> {
        renew(contender, sent);
        at(limit, failed);
      }
      case LOST -> at(limit, failed);
      case STOPPED -> later(contender, delay, renew(contender, sent));
      case SLOW -> {
        Runnable answer = renew(contender, sent);
        boolean inTime = delay.compareTo(limit) < 0;
        at(inTime ? delay : limit, inTime ? () -> contender.answered(answer) : failed);
      }
      case LATE -> {
        if (delay.compareTo(limit) < 0) {
          at(delay, () -> contender.answered(renew(contender, sent)));
        } else {
          at(limit, failed);
          at(delay, () -> renew(contender, sent));
        }
      }
    }
  }

  /** A contender that does nothing meanwhile. */
  private void later(Contender contender, Duration delay, Runnable event) {
    contender.busy = true;
    at(delay, () -> contender.goOn(event));
  }

  private void at(Duration delay, Runnable event) {
    due.add(new Due(nowNanos + delay.toNanos(), event));
  }

  private Runnable read(Contender contender) {
    ObservedLease answer = lease;
    return () -> contender.elector.saw(answer);
  }

  private Runnable write(
      Contender contender, long sent, @Nullable String version, int transitions) {
    String current = lease == null ? null : lease.version();
    if (current == null ? version != null : !current.equals(version)) {
      return () -> contender.elector.failed();
    }
    return write(contender, sent, transitions);
  }

  private Runnable renew(Contender contender, long sent) {
    return lease != null && lease.holder().equals(contender.name)
        ? write(contender, sent, lease.transitions())
        : () -> contender.elector.failed();
  }

  private Runnable write(Contender contender, long sent, int transitions) {
    ObservedLease written =
        new ObservedLease(
            "v" + ++versions, contender.name, LeaseTimes.DEFAULT.duration(), transitions);
    lease = written;
    return () -> contender.elector.wrote(written, sent).ifPresent(won -> contender.terms++);
  }

  private void requireAtMostOneLeader() {
    assertThat(contenders.stream().filter(one -> one.elector.leads()).map(one -> one.name))
        .as("who leads after %d ms", nowNanos / 1_000_000)
        .hasSizeLessThanOrEqualTo(1);
  }
}
