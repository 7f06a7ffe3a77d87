package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.process.ProcessGroup;
import io.zenvoy.common.process.ProcessGroups;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One run of a service's command, from its start to its exit. Thread-safe.
 *
 * @param startedNanos by {@link System#nanoTime}
 */
record LocalProcess(ProcessGroup group, int port, OutputTail output, long startedNanos) {
  /** What was set for xds-server is not for the commands, some of which know the same names. */
  private static final Set<String> OWN_SETTINGS =
      Set.of(
          "ADMIN_PORT",
          "HTTP_PORT",
          "LOCAL_SERVICES",
          "LOG_FORMAT",
          "LOG_LEVEL",
          "PROXY_PORT",
          "SCALE_TO_ZERO_AFTER",
          "SCALE_TO_ZERO_CHECK",
          "SLEEP_HOLD_AFTER_START",
          "SLOTS",
          "XDS_NODE_ID",
          "XDS_PORT");

  private static final Duration OUTPUT_GRACE = Duration.ofMillis(500);

  /**
   * Starts the command with its port filled in and in {@code PORT}.
   *
   * @throws IOException if nothing can be started at all; a command that does not exist exits with
   *     code 127
   */
  static LocalProcess start(LocalService service, int port, ProcessGroups groups)
      throws IOException {
    long startedNanos = System.nanoTime();
    ProcessGroup group =
        groups.start(
            service.commandWithPort(port),
            service.directory(),
            variables -> {
              variables.keySet().removeAll(OWN_SETTINGS);
              variables.putAll(service.environment());
              variables.put("PORT", Integer.toString(port));
            });
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
