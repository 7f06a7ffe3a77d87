package io.zenvoy.benchmarks.protocols;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Pods of several services, which note how long their servers took to start. Thread-safe. */
final class MeasuredPods implements ContainerRuntime {
  private static final int PATIENCE_SECONDS = 60;

  private final Map<String, ContainerRuntime> byService;
  private final BlockingQueue<Start> starts = new LinkedBlockingQueue<>();

  /**
   * A server that has started.
   *
   * @param address the pod's
   * @param took from its start until it was ready
   */
  record Start(String address, Duration took) {}

  /**
   * @param byService what the pods of each service run; no name has a dash
   */
  MeasuredPods(Map<String, ContainerRuntime> byService) {
    this.byService = Map.copyOf(byService);
  }

  /** The next one that was started; only one service may wake at a time. */
  Start next() throws IOException, InterruptedException {
    Start start = starts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (start == null) {
      throw new IOException("no pod has become ready (expected: one)");
    }
    return start;
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    ContainerRuntime runtime = byService.get(pod.substring(0, pod.indexOf('-')));
    if (runtime == null) {
      throw new IOException(pod + " is of no service (expected: of " + byService.keySet() + ")");
    }
    long began = System.nanoTime();
    Container container = runtime.start(pod, address);
    var _ =
        container
            .ready()
            .thenRun(
                () -> starts.add(new Start(address, Duration.ofNanos(System.nanoTime() - began))));
    return container;
  }
}
