package io.zenvoy.benchmarks.crowd;

import io.zenvoy.benchmarks.Figures;
import io.zenvoy.benchmarks.Pinning;
import io.zenvoy.benchmarks.ProcessorTime;
import io.zenvoy.benchmarks.Progress;
import io.zenvoy.it.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A crowd at the daemon's data path: how quickly it is parked, what it costs, how it is released to
 * an upstream whose backlog is 128, and how quickly it is forgotten when it leaves. The daemon has
 * one processor for itself; the crowd and the upstream share the other one.
 */
public final class CrowdBenchmark {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LEAVING = Duration.ofSeconds(5);
  private static final int SMALL_CROWD = 1_000;

  /** So many fit into a backlog (listen(2), net.core.somaxconn). */
  private static final int AT_A_TIME = 4_000;

  /** Of one daemon: what the first one meets was rehearsed, but not by a crowd. */
  private static final List<String> CROWDS = List.of("first", "second", "third");

  /** Of one client, in each round. */
  private static final int WAKES = 200;

  private final Size size;
  private final Map<String, List<Double>> samples = new LinkedHashMap<>();

  /**
   * How much is measured.
   *
   * @param rounds each with a new daemon
   * @param parked the largest crowd, more than 1,000
   * @param released the crowd that is released
   */
  public record Size(int rounds, int parked, int released) {
    /** The size of the results that are kept: a process may have 20,000 files at most. */
    public static final Size COMPLETE = new Size(7, 18_000, 9_000);
  }

  private CrowdBenchmark(Size size) {
    this.size = size;
  }

  /** Measures everything. */
  public static List<Figures> run(Size size) throws Exception {
    Pinning.ourselvesToTheOtherProcessor();
    CrowdBenchmark benchmark = new CrowdBenchmark(size);
    for (int round = 1; round <= size.rounds(); round++) {
      benchmark.accept();
      benchmark.parkAndLeave();
      benchmark.relayIdle();
      benchmark.firstBytes();
      benchmark.release();
      Progress.say("round " + round + " of " + size.rounds());
    }
    return benchmark.samples.entrySet().stream()
        .map(
            entry -> {
              String[] name = entry.getKey().split("; ", 2);
              return new Figures(name[0], name[1], entry.getValue());
            })
        .toList();
  }

  /** How quickly connections are taken that all are there already. */
  private void accept() throws IOException, InterruptedException {
    double bare;
    try (BareAcceptor acceptor = new BareAcceptor();
        Crowd crowd = new Crowd(acceptor.address())) {
      bare = accept(acceptor, crowd);
      add("accepted by nothing but accept4; connections per processor second", bare);
    }
    try (MeasuredDaemon daemon = new MeasuredDaemon()) {
      for (String number : CROWDS) {
        try (Crowd crowd = new Crowd(daemon.slot())) {
          double parked = accept(daemon, crowd);
          add("parked, " + number + " crowd; connections per processor second", parked);
          add(
              "parked, " + number + " crowd, by accepted with nothing but accept4; times",
              parked / bare);
        }
        daemon.awaitParked(0);
      }
    }
  }

  /** In connections per processor second. */
  private double accept(Acceptor acceptor, Crowd crowd) throws IOException, InterruptedException {
    crowd.joinSilently(SMALL_CROWD);
    acceptor.awaitAccepted(SMALL_CROWD);
    ChildProcess process = acceptor.process();
    double used = ProcessorTime.of(process.pid());
    while (crowd.size() < size.parked()) {
      process.freeze();
      crowd.joinSilently(Math.min(AT_A_TIME, size.parked() - crowd.size()));
      process.thaw();
      acceptor.awaitAccepted(crowd.size());
    }
    return (size.parked() - SMALL_CROWD) / (ProcessorTime.of(process.pid()) - used);
  }

  /** Connections that are relayed and say nothing any more. */
  private void relayIdle() throws IOException, InterruptedException {
    try (MeasuredDaemon daemon = new MeasuredDaemon();
        NarrowServer server = new NarrowServer();
        Crowd crowd = new Crowd(daemon.slot())) {
      daemon.wake(server.address());
      relay(crowd, SMALL_CROWD);
      long memory = daemon.memory();
      int files = OpenFiles.of(daemon.process().pid(), "");
      int more = size.released() - SMALL_CROWD;
      relay(crowd, more);
      add("memory of one more relayed; bytes", (daemon.memory() - memory) / (double) more);
      add(
          "descriptors of one more relayed; number",
          (OpenFiles.of(daemon.process().pid(), "") - files) / (double) more);
    }
  }

  private static void relay(Crowd crowd, int more) throws IOException {
    for (int count = 0; count < more; count++) {
      crowd.join();
      crowd.awaitAnswers(1, PATIENCE);
    }
  }

  /** One client that is parked until its endpoint comes, again and again. */
  private void firstBytes() throws IOException, InterruptedException {
    List<Double> millis = new ArrayList<>();
    try (MeasuredDaemon daemon = new MeasuredDaemon();
        NarrowServer server = new NarrowServer()) {
      for (int wake = 0; wake < WAKES; wake++) {
        try (Crowd crowd = new Crowd(daemon.slot())) {
          crowd.join();
          daemon.awaitParked(1);
          long begin = daemon.wake(server.address());
          crowd.awaitAnswers(1, PATIENCE);
          millis.add(millis(server.lastReadNanos() - begin));
        }
        daemon.sleep();
      }
    }
    Figures figures = new Figures("first byte", "ms", millis);
    add("endpoint known to first byte at the upstream, median; ms", figures.quantile(0.5));
    add("endpoint known to first byte at the upstream, p99; ms", figures.quantile(0.99));
  }

  private void parkAndLeave() throws IOException, InterruptedException {
    try (MeasuredDaemon daemon = new MeasuredDaemon();
        Crowd crowd = new Crowd(daemon.slot())) {
      park(daemon, crowd, SMALL_CROWD);
      long before = daemon.memory();
      double used = ProcessorTime.of(daemon.process().pid());
      int more = size.parked() - SMALL_CROWD;
      park(daemon, crowd, more);
      add(
          "parked, as they come; connections per processor second",
          more / (ProcessorTime.of(daemon.process().pid()) - used));
      add("memory of one more parked; bytes", (daemon.memory() - before) / (double) more);
      leave(daemon, crowd);
    }
  }

  private static void park(MeasuredDaemon daemon, Crowd crowd, int more)
      throws IOException, InterruptedException {
    crowd.joinSilently(more);
    daemon.awaitParked(crowd.size());
  }

  /** Every other one resets; all leave in the order in which they came. */
  private void leave(MeasuredDaemon daemon, Crowd crowd) throws IOException {
    daemon.watch();
    long begin = System.nanoTime();
    long[] left = new long[size.parked()];
    for (int index = 0; index < left.length; index++) {
      long due = begin + LEAVING.toNanos() * index / left.length;
      for (long ahead = due - System.nanoTime(); ahead > 0; ahead = due - System.nanoTime()) {
        LockSupport.parkNanos(ahead);
      }
      left[index] = System.nanoTime();
      crowd.leave(index, index % 2 == 0);
    }
    List<Double> millis = new ArrayList<>(left.length);
    for (MeasuredDaemon.Parked change : daemon.watched()) {
      int freed = left.length - change.connections();
      while (millis.size() < freed) {
        millis.add(millis(change.nanos() - left[millis.size()]));
      }
    }
    add("from leaving to freed, p99; ms", new Figures("leaving", "ms", millis).quantile(0.99));
    add("from leaving to freed, longest; ms", new Figures("leaving", "ms", millis).quantile(1));
  }

  private void release() throws IOException, InterruptedException {
    double direct = direct();
    try (MeasuredDaemon daemon = new MeasuredDaemon()) {
      for (String crowd : CROWDS) {
        release(daemon, direct, crowd);
        daemon.sleep();
      }
    }
  }

  private void release(MeasuredDaemon daemon, double direct, String number)
      throws IOException, InterruptedException {
    try (NarrowServer server = new NarrowServer();
        Crowd crowd = new Crowd(daemon.slot())) {
      for (int count = 0; count < size.released(); count++) {
        crowd.join();
      }
      daemon.awaitParked(crowd.size());
      SynDrops before = SynDrops.now();
      long begin = daemon.wake(server.address());
      List<Double> waits =
          crowd.awaitAnswers(size.released(), PATIENCE).stream()
              .map(answered -> millis(answered - begin))
              .toList();
      SynDrops after = SynDrops.now();
      Figures wait = new Figures("wait", "ms", waits);
      double mean = waits.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      add("release of the " + number + " crowd; ms", wait.quantile(1));
      add(
          "release of the " + number + " crowd by the time of as many direct connections; times",
          wait.quantile(1) / direct);
      add("longest wait by the mean one; times", wait.quantile(1) / mean);
      add(
          "SYNs that the backlog dropped; number",
          (double) (after.listenDrops - before.listenDrops));
      add(
          "SYNs that were sent again; number",
          (double) (after.synRetransmits - before.synRetransmits));
    }
  }

  /** Connections without a daemon, few enough at a time for the backlog; in milliseconds. */
  private double direct() throws IOException {
    try (NarrowServer server = new NarrowServer();
        Crowd crowd = new Crowd(server.address())) {
      long begin = System.nanoTime();
      int atATime = 64;
      for (int answered = 0; answered < size.released(); answered += atATime) {
        int count = Math.min(atATime, size.released() - answered);
        for (int number = 0; number < count; number++) {
          crowd.join();
        }
        crowd.awaitAnswers(count, PATIENCE);
      }
      return millis(System.nanoTime() - begin);
    }
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  private void add(String figure, double value) {
    samples.computeIfAbsent(figure, key -> new ArrayList<>()).add(value);
  }

  /** What the kernel has counted (proc(5), {@code /proc/net/netstat}). */
  private record SynDrops(long listenDrops, long synRetransmits) {
    static SynDrops now() throws IOException {
      List<String> lines =
          Files.readAllLines(Path.of("/proc/net/netstat")).stream()
              .filter(line -> line.startsWith("TcpExt:"))
              .toList();
      List<String> names = List.of(lines.get(0).split(" ", -1));
      List<String> values = List.of(lines.get(1).split(" ", -1));
      return new SynDrops(
          Long.parseLong(values.get(names.indexOf("ListenDrops"))),
          Long.parseLong(values.get(names.indexOf("TCPSynRetrans"))));
    }
  }
}
