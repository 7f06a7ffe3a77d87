package io.zenvoy.benchmarks.protocols;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.hasEntry;

import io.zenvoy.benchmarks.Progress;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.ContainerRuntime;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What each protocol's clients wait for, cold and warm, in one run. First all services are woken
 * one after the other, round by round: what a client waited for without the time that its server
 * took to start. Then all of them stay awake, and their clients connect and ask by Envoy and
 * directly, in turns.
 */
public final class ProtocolBenchmark {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int CLIENTS = 8;
  private static final int FIRSTS = 10;
  private static final int SAY_EVERY = 10;

  private final ZenvoyStack stack;
  private final Workloads workloads;
  private final MeasuredPods pods;
  private final List<Samples> samples;
  private final BulkBenchmark bulk;
  private final Size size;

  /**
   * How much is measured.
   *
   * @param colds wakes of each protocol
   * @param rounds of the warm figures
   * @param time for each warm figure of a round
   */
  public record Size(int colds, int rounds, Duration time) {
    /** The size of the results that are kept. */
    public static final Size COMPLETE = new Size(50, 3, Duration.ofSeconds(3));
  }

  private ProtocolBenchmark(ZenvoyStack stack, List<Subject> subjects, Size size) {
    this.stack = stack;
    this.size = size;
    this.workloads = new Workloads(stack);
    this.samples = subjects.stream().map(Samples::new).toList();
    this.bulk = new BulkBenchmark(size.time());
    Map<String, ContainerRuntime> runtimes = new HashMap<>(bulk.pods());
    runtimes.putAll(subjects.stream().collect(Collectors.toMap(Subject::service, Subject::pods)));
    this.pods = new MeasuredPods(runtimes);
  }

  /** Measures everything; returns the result file's text but for its title. */
  public static String run(KubeCluster cluster, Size size) throws Exception {
    StackSettings settings =
        StackSettings.of("ProtocolBenchmark", Redirect.IPTABLES, XdsVariant.DELTA)
            .with("SCALE_TO_ZERO_AFTER", "1s");
    try (ZenvoyStack stack = ZenvoyStack.start(settings, cluster)) {
      return new ProtocolBenchmark(stack, Subjects.make(), size).run();
    }
  }

  private String run() throws Exception {
    stack.kubelet().runtime(pods);
    for (Samples of : samples) {
      workloads.make(of.subject().service(), of.subject().annotations());
    }
    Progress.say("wakes of " + samples.size() + " protocols; the first of each is not counted");
    for (Samples of : samples) {
      wakeUncounted(of.subject());
    }
    for (int number = 1; number <= size.colds(); number++) {
      for (Samples of : samples) {
        wake(of);
      }
      if (number % SAY_EVERY == 0 || number == size.colds()) {
        Progress.say(number + " of " + size.colds() + " wakes of each");
      }
    }
    for (Samples of : samples) {
      warm(of);
    }
    return ProtocolTables.of(samples, CLIENTS) + bulk.run(stack, workloads, pods, size.rounds());
  }

  /** What is done the first time is slow at the client as well. */
  private void wakeUncounted(Subject subject) throws Exception {
    await(subject.service() + " is answered")
        .atMost(PATIENCE)
        .pollInterval(PAUSE)
        .ignoreExceptions()
        .until(
            () -> {
              askOnce(subject, subject.listener());
              return true;
            });
    pods.next();
  }

  private void wake(Samples of) throws Exception {
    Subject subject = of.subject();
    workloads.awaitAsleep(subject.service());
    double waited = askOnce(subject, subject.listener());
    double started = pods.next().took().toNanos() / 1e6;
    of.addCold(started, waited - started);
  }

  private void warm(Samples of) throws Exception {
    Subject subject = of.subject();
    PerWay<HostPort> servers = wakeForGood(subject);
    for (int round = 1; round <= size.rounds(); round++) {
      for (Way way :
          round % 2 == 0 ? List.of(Way.DIRECT, Way.ENVOY) : List.of(Way.ENVOY, Way.DIRECT)) {
        HostPort server = servers.of(way);
        for (int number = 0; number < FIRSTS; number++) {
          of.addFirst(way, askOnce(subject, server));
        }
        of.addNext(way, Load.run(subject, server, 1, size.time()).millis());
        of.addThroughput(way, Load.run(subject, server, CLIENTS, size.time()).perSecond());
      }
    }
    Progress.say(subject.title() + " measured while awake");
  }

  /** Returns once new connections go from Envoy to the pod. */
  private PerWay<HostPort> wakeForGood(Subject subject) throws Exception {
    workloads.awaitAsleep(subject.service());
    stayAwake(workloads, subject.service(), subject.annotations());
    askOnce(subject, subject.listener());
    HostPort pod = new HostPort(pods.next().address(), Services.CONTAINER_PORT);
    awaitPod(stack, subject.service(), pod);
    return new PerWay<>(pod, subject.listener());
  }

  /** Lets a service that is woken now stay so until the end. */
  static void stayAwake(Workloads workloads, String service, Map<String, String> annotations) {
    Map<String, String> all = new HashMap<>(Services.OPTED_IN);
    annotations.forEach((key, value) -> all.put("zenvoy.io/" + key, value));
    all.put("zenvoy.io/scale-to-zero-after", "1h");
    workloads.annotate(service, all);
  }

  /** Blocks until Envoy sends a service's connections to a pod. */
  static void awaitPod(ZenvoyStack stack, String service, HostPort pod) {
    await("Envoy sends " + service + " to its pod")
        .atMost(PATIENCE)
        .pollInterval(PAUSE)
        .until(() -> stack.envoy().endpoints(service), hasEntry(pod.toString(), 0));
  }

  private static double askOnce(Subject subject, HostPort server) throws Exception {
    long before = System.nanoTime();
    try (Client client = subject.connector().connect(server)) {
      client.exchange();
      return (System.nanoTime() - before) / 1e6;
    } catch (Exception e) {
      throw new IOException(subject.title() + " by " + server, e);
    }
  }
}
