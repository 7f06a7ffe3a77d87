package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Runs a server of a test's own protocol in every pod, ready as soon as it listens. Thread-safe.
 *
 * @param port the containers' port
 */
public record TcpUpstream(int port, Conversation conversation) implements ContainerRuntime {
  @Override
  public Container start(String pod, String address) throws IOException {
    return TcpContainer.listen(
        conversation, pod, address, port, CompletableFuture.completedFuture(null));
  }
}
