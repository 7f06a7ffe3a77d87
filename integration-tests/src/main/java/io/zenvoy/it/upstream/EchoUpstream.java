package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs an echo server in every pod. Its answer has the headers {@code x-pod}, {@code x-path},
 * {@code x-length}, {@code x-sha256} (of the body received) and {@code x-trailers} (such as {@code
 * {name=value}}), and the same as text but the last. Requests to {@code /hold} are answered only
 * after {@link #release}. Thread-safe.
 */
public final class EchoUpstream implements ContainerRuntime {
  private final int port;
  private final Readiness readiness;
  private final Conversation conversation = new EchoConversation(this);
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);

  /** When a pod is called ready. */
  public enum Readiness {
    AT_ONCE,
    NEVER
  }

  /**
   * @param port the containers' port
   */
  public EchoUpstream(int port, Readiness readiness) {
    this.port = port;
    this.readiness = readiness;
  }

  /** Pods that are ready as soon as they listen. */
  public static EchoUpstream on(int port) {
    return new EchoUpstream(port, Readiness.AT_ONCE);
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    started.incrementAndGet();
    return switch (readiness) {
      case AT_ONCE ->
          TcpContainer.listen(
              conversation, pod, address, port, CompletableFuture.completedFuture(null));
      case NEVER ->
          TcpContainer.listen(conversation, pod, address, port, new CompletableFuture<>());
    };
  }

  /** How many requests have arrived, with their bodies, at all pods together. */
  public int requests() {
    return requests.get();
  }

  /** How many pods were started. */
  public int startedPods() {
    return started.get();
  }

  /** How many requests to {@code /hold} wait or have waited. */
  public int held() {
    return held.get();
  }

  /** Lets all requests to {@code /hold} be answered, those to come as well. */
  public void release() {
    released.countDown();
  }

  void upgraded() {
    requests.incrementAndGet();
  }

  void arrived(String path) throws InterruptedException {
    requests.incrementAndGet();
    if (path.equals("/hold")) {
      held.incrementAndGet();
      released.await();
    }
  }
}
