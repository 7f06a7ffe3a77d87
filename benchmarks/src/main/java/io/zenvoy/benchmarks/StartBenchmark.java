package io.zenvoy.benchmarks;

import io.zenvoy.it.FreePorts;
import io.zenvoy.it.HttpProbe;
import io.zenvoy.it.Programs;
import io.zenvoy.it.Programs.RunningProgram;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * How long each program takes from its start script to a ready answer, and its resident memory once
 * it has been idle, where a hundred services have opted in.
 */
final class StartBenchmark {
  private static final int SERVICES = 100;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final long ASK_AGAIN_NANOS = 5_000_000;

  private final KubeCluster cluster;
  private final int starts;

  StartBenchmark(KubeCluster cluster, int starts) {
    this.cluster = cluster;
    this.starts = starts;
  }

  List<Figures> run() throws IOException, InterruptedException {
    String namespace = cluster.newNamespace();
    for (int number = 0; number < SERVICES; number++) {
      cluster
          .client()
          .resource(Services.service(namespace, "idle-" + number, Services.OPTED_IN))
          .create();
      cluster.client().resource(Services.deployment(namespace, "idle-" + number, 0)).create();
    }
    List<Double> serverStarts = new ArrayList<>();
    List<Double> serverMemory = new ArrayList<>();
    List<Double> daemonStarts = new ArrayList<>();
    List<Double> daemonMemory = new ArrayList<>();
    for (int number = 0; number < starts; number++) {
      try (Programs programs = new Programs("StartBenchmark")) {
        int xdsPort = FreePorts.next();
        Map<String, String> environment =
            Map.of(
                "KUBECONFIG", cluster.adminKubeconfig().toString(),
                "XDS_PORT", Integer.toString(xdsPort),
                "ADMIN_PORT", Integer.toString(FreePorts.next()));
        long before = System.nanoTime();
        RunningProgram server = programs.xdsServer(environment);
        serverStarts.add(untilReady(server, before));
        before = System.nanoTime();
        RunningProgram daemon =
            programs.tproxy(
                Map.of(
                    "XDS_ADDR",
                    "127.0.0.1:" + xdsPort,
                    "ADMIN_PORT",
                    Integer.toString(FreePorts.next())));
        daemonStarts.add(untilReady(daemon, before));
        Thread.sleep(IDLE);
        serverMemory.add(Machine.residentMebibytes(server.process().pid()));
        daemonMemory.add(Machine.residentMebibytes(daemon.process().pid()));
        Progress.say((number + 1) + " of " + starts + " starts");
      }
    }
    cluster.client().namespaces().withName(namespace).delete();
    return List.of(
        new Figures("xds-server: start → ready", "s", serverStarts),
        new Figures("xds-server: resident memory, idle, 100 services", "MiB", serverMemory),
        new Figures("tproxy: start → ready", "s", daemonStarts),
        new Figures("tproxy: resident memory, idle, 100 services", "MiB", daemonMemory));
  }

  private static double untilReady(RunningProgram program, long sinceNanos) {
    while (!HttpProbe.answers(program.adminPort(), "/readyz")) {
      program.process().requireAlive("it was ready");
      // Asking all the time would take a processor from what is measured.
      LockSupport.parkNanos(ASK_AGAIN_NANOS);
    }
    return (System.nanoTime() - sinceNanos) / 1e9;
  }
}
