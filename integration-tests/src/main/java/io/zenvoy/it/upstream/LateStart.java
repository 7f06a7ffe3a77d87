package io.zenvoy.it.upstream;

import io.zenvoy.it.faults.Packets;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pods that are called ready at once but serve only after a while. Thread-safe. */
public final class LateStart implements ContainerRuntime {
  private static final Logger log = LoggerFactory.getLogger(LateStart.class);

  private final EchoUpstream upstream;
  private final int port;
  private final Manner manner;
  private final Duration late;

  /** What a pod does until it serves. */
  public enum Manner {
    /** Nothing listens. */
    REFUSE,
    /** Packets vanish. */
    SWALLOW,
    /** Connections are accepted and reset. */
    RESET
  }

  /**
   * @param upstream what the pods run in the end
   * @param port of its containers
   */
  public LateStart(EchoUpstream upstream, int port, Manner manner, Duration late) {
    this.upstream = upstream;
    this.port = port;
    this.manner = manner;
    this.late = late;
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    AutoCloseable fault =
        switch (manner) {
          case REFUSE -> () -> {};
          case SWALLOW -> Packets.dropped(address, port);
          case RESET -> resetting(address);
        };
    Executor later =
        CompletableFuture.delayedExecutor(
            late.toMillis(), TimeUnit.MILLISECONDS, task -> Thread.ofVirtual().start(task));
    return new Late(CompletableFuture.supplyAsync(() -> startAfter(fault, pod, address), later));
  }

  private Container startAfter(AutoCloseable fault, String pod, String address) {
    try {
      fault.close();
      return upstream.start(pod, address);
    } catch (Exception e) {
      log.atError().addKeyValue("pod", pod).setCause(e).log("never served");
      throw new CompletionException(e);
    }
  }

  private AutoCloseable resetting(String address) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    Thread accepting =
        Thread.ofVirtual()
            .name("reset " + address)
            .start(
                () -> {
                  while (!listener.isClosed()) {
                    try (Socket connection = listener.accept()) {
                      connection.setSoLinger(true, 0);
                    } catch (IOException e) {
                      // the listener was closed, or the peer was quicker
                    }
                  }
                });
    return () -> {
      listener.close();
      accepting.join(); // as long as it accepts nobody else can listen
    };
  }

  private record Late(CompletableFuture<Container> started) implements Container {
    @Override
    public CompletableFuture<Void> ready() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
      started.thenAccept(Container::close).exceptionally(neverStarted -> null).join();
    }
  }
}
