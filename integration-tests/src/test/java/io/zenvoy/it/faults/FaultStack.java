package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.FailureLogs;
import io.zenvoy.it.HttpProbe;
import io.zenvoy.it.Pause;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.Gate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** One stack for all the faults of a class, and what they have in common. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class, FaultVerdicts.class})
abstract class FaultStack {
  static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration OFTEN = Duration.ofMillis(10);
  private static final int MADE_AT_A_TIME = 8;

  ZenvoyStack stack;
  Workloads workloads;

  @BeforeAll
  void startStack(KubeCluster cluster) {
    stack = ZenvoyStack.start(settings(), cluster);
    workloads = new Workloads(stack);
  }

  /** What the stack is started with. */
  StackSettings settings() {
    return StackSettings.of(getClass().getSimpleName(), Redirect.IPTABLES, XdsVariant.DELTA);
  }

  @AfterEach
  void restoreRuntime() {
    stack.kubelet().runtime(stack.upstream());
  }

  @AfterAll
  void stopStack() {
    stack.close();
  }

  /** Names of services that are not made yet. */
  static List<String> names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(number -> prefix + "-" + number).toList();
  }

  /** Services at zero; returns once Envoy routes all of them. */
  List<String> makeAsleep(String prefix, int count, Map<String, String> annotations) {
    List<String> names = names(prefix, count);
    makeAsleep(names, annotations);
    return names;
  }

  void makeAsleep(List<String> names, Map<String, String> annotations) {
    try (var threads = Executors.newFixedThreadPool(MADE_AT_A_TIME, Thread.ofVirtual().factory())) {
      for (String name : names) {
        threads.execute(() -> workloads.make(name, annotations));
      }
    }
    await("Envoy routes all of " + names.getFirst() + " ...")
        .atMost(PATIENCE)
        .until(() -> stack.envoy().domains().containsAll(names));
  }

  /** Wakes services by one request each. */
  static void wake(FaultRun run, List<String> names) {
    names.stream().map(run.clients()::askLater).toList().forEach(CompletableFuture::join);
  }

  /** Ends the API server while services wake and others are awake, and starts it again. */
  void killApiServerInMidWake(Fault fault) {
    List<String> awake = makeAsleep("served", 2, Map.of());
    List<String> begun = makeAsleep("begun", 5, Map.of("scale-to-zero-after", "1s"));
    List<String> during = makeAsleep("during", 5, Map.of());
    try (FaultRun run = FaultRun.of(fault, stack)) {
      wake(run, awake);
      Load load = run.clients().load(awake, 2, Mode.KEEP_ALIVE, Duration.ofMillis(50));
      Gate gate = new Gate(stack.upstream());
      stack.kubelet().runtime(gate);
      begun.forEach(name -> run.clients().askLater(name, 4));
      await().atMost(PATIENCE).until(() -> gate.startedPods() == begun.size());
      stack.cluster().stopApiServer();
      during.forEach(name -> run.clients().askLater(name, 4));
      Duration away = Duration.ofSeconds(FaultSize.of(6, 30));
      run.note("API server away for " + away.toSeconds() + " s and until it has started");
      hold(away);
      stack.cluster().startApiServer();
      run.step("it is back");
      gate.open();
      hold(Duration.ofSeconds(2));
      load.stop();
      run.requireServed();
    }
  }

  /** Envoy's endpoints of services. */
  Map<String, Map<String, Integer>> slots(List<String> names) {
    Map<String, Map<String, Integer>> slots = new TreeMap<>(stack.envoy().endpoints());
    slots.keySet().retainAll(names);
    return slots;
  }

  /** Names of the Services that exist. */
  Set<String> truth() {
    Set<String> names = new TreeSet<>();
    stack.cluster().client().services().inNamespace(stack.namespace()).list().getItems().stream()
        .map(service -> service.getMetadata().getName())
        .forEach(names::add);
    return names;
  }

  /** Deletes those of the services that exist, with their Deployments. */
  void deleteAll(List<String> names) {
    Set<String> there = truth();
    names.stream().filter(there::contains).forEach(this::delete);
  }

  /** Deletes a Service and its Deployment. */
  void delete(String name) {
    KubernetesClient client = stack.cluster().client();
    client.services().inNamespace(stack.namespace()).withName(name).delete();
    client.apps().deployments().inNamespace(stack.namespace()).withName(name).delete();
  }

  /** Lets a step take its time. */
  static void hold(Duration time) {
    Pause.of(time);
  }

  /** Fails if any of the services is at zero at any time meanwhile. */
  void requireNoneSleeps(List<String> names, Duration time) {
    Queue<String> slept = new ConcurrentLinkedQueue<>();
    try (PhaseLog _ =
        new PhaseLog(
            stack.xdsServer().process(),
            (service, phase) -> {
              if (phase.equals("asleep") && names.contains(service)) {
                slept.add(service);
              }
            })) {
      hold(time);
    }
    assertThat(slept).as("services that slept").isEmpty();
    assertThat(names).allSatisfy(name -> assertThat(workloads.replicas(name)).isEqualTo(1));
  }

  /** Waits until a metric of the daemon, summed over its labels, fulfils something. */
  void awaitDaemon(String metric, DoublePredicate wanted) {
    await(metric + " of the daemon")
        .atMost(PATIENCE)
        .pollInterval(OFTEN)
        .until(() -> wanted.test(daemonMetric(metric)));
  }

  double daemonMetric(String metric) {
    return sum(stack.tproxy().adminPort(), metric);
  }

  double controlPlaneMetric(String metric) {
    return sum(stack.xdsServer().adminPort(), metric);
  }

  /** How many connections of a service the daemon relays now. */
  double relayed(String service) {
    return daemonMetric("zenvoy_tproxy_relayed_connections_active{service=\"" + service + "\"");
  }

  private static double sum(int port, String metric) {
    try {
      return HttpProbe.get(port, "/metrics")
          .body()
          .lines()
          .filter(line -> line.startsWith(metric))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
