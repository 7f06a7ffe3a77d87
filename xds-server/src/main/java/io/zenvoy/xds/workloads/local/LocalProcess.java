package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.process.ProcessGroup;
import io.zenvoy.common.process.ProcessGroups;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One run of a service's command, from its start to its exit. Thread-safe.
 *
 * @param startedNanos by {@link System#nanoTime}
 */
record LocalProcess(ProcessGroup group, int port, OutputTail output, long startedNanos) {
  private static final Duration OUTPUT_GRACE = Duration.ofMillis(500);

  /**
   * Starts the command with its port filled in and in {@code PORT}.
   *
   * @throws IOException if nothing can be started at all; a command that does not exist exits with
   *     code 127
   */
  static LocalProcess start(LocalService service, int port, ProcessGroups groups)
      throws IOException {
    Map<String, String> environment = new HashMap<>(service.environment());
    environment.put("PORT", Integer.toString(port));
    long startedNanos = System.nanoTime();
    ProcessGroup group =
        groups.start(service.commandWithPort(port), service.directory(), environment);
    return new LocalProcess(
        group, port, OutputTail.read(service.name(), group.output()), startedNanos);
  }

  /** Completes when the port is open; never, if the process exits before that. */
  CompletableFuture<HostPort> portOpen() {
    CompletableFuture<HostPort> open = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("probe of port " + port)
        .start(
            () -> {
              try {
                LoopbackPorts.awaitOpen(port, group::isAlive).ifPresent(open::complete);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    return open;
  }

  /** Completes with the exit code, after the last output was read. */
  CompletableFuture<Integer> exit() {
    return group.exit().thenCompose(code -> outputEnd().thenApply(nothing -> code));
  }

  private CompletableFuture<Void> outputEnd() {
    return output.end().completeOnTimeout(null, OUTPUT_GRACE.toMillis(), TimeUnit.MILLISECONDS);
  }

  long ageMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
  }
}
