package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Pods of several containers, which have one address and ports of their own. A pod is ready when
 * all of them are. Thread-safe.
 */
public final class Together implements ContainerRuntime {
  private final List<ContainerRuntime> runtimes;

  public Together(ContainerRuntime... runtimes) {
    this.runtimes = List.of(runtimes);
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    List<Container> containers = new ArrayList<>();
    for (ContainerRuntime runtime : runtimes) {
      containers.add(runtime.start(pod, address));
    }
    return new Pod(List.copyOf(containers));
  }

  private record Pod(List<Container> containers) implements Container {
    @Override
    public CompletableFuture<Void> ready() {
      return CompletableFuture.allOf(
          containers.stream().map(Container::ready).toArray(CompletableFuture[]::new));
    }

    @Override
    public void close() {
      containers.forEach(Container::close);
    }
  }
}
