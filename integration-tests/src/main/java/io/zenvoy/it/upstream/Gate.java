package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Pods that may serve but are not called ready before the gate opens. Thread-safe. */
public final class Gate implements ContainerRuntime {
  private final ContainerRuntime runtime;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final AtomicInteger started = new AtomicInteger();

  public Gate(ContainerRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    started.incrementAndGet();
    Container container = runtime.start(pod, address);
    return new Gated(container, opened.thenCompose(open -> container.ready()));
  }

  /** How many pods were started. */
  public int startedPods() {
    return started.get();
  }

  /** All pods are ready, those to come as well. */
  public void open() {
    opened.complete(null);
  }

  private record Gated(Container container, CompletableFuture<Void> ready) implements Container {
    @Override
    public void close() {
      container.close();
    }
  }
}
