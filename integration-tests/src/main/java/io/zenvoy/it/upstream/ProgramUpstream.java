package io.zenvoy.it.upstream;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Project;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Pods that each run a real program, which is told its address, is ready when it serves, and ends
 * with SIGTERM. Thread-safe.
 */
public final class ProgramUpstream implements ContainerRuntime {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final String test;
  private final Function<String, List<String>> command;
  private final Probe probe;

  /** Whether the program at an address serves by now. */
  @FunctionalInterface
  public interface Probe {
    boolean serves(String address);

    /** A port takes connections. */
    static Probe port(int port) {
      return address -> {
        try (Socket _ = new Socket(InetAddress.ofLiteral(address), port)) {
          return true;
        } catch (IOException e) {
          return false;
        }
      };
    }

    /**
     * A port is listened on. Nobody connects, for programs to which each connection is a client.
     */
    static Probe listener(int port) {
      return address -> Sockets.listen(address, port);
    }
  }

  /**
   * @param test whose logs those of the programs are put beside
   * @param command what is started for a pod's address
   */
  public ProgramUpstream(String test, Function<String, List<String>> command, Probe probe) {
    this.test = test;
    this.command = command;
    this.probe = probe;
  }

  @Override
  public Container start(String pod, String address) {
    ChildProcess program =
        ChildProcess.start(
            pod, Project.logs(test).resolve(pod + ".log"), Map.of(), command.apply(address));
    CompletableFuture<Void> ready =
        CompletableFuture.runAsync(
            () -> await(program, () -> probe.serves(address)),
            task -> Thread.ofVirtual().start(task));
    return new Running(program, ready);
  }

  private static void await(ChildProcess program, BooleanSupplier serves) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!serves.getAsBoolean()) {
      program.requireAlive("it serves");
      if (System.nanoTime() - deadline > 0) {
        throw new CompletionException(new IllegalStateException(program.name() + " is not ready"));
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CompletionException(e);
      }
    }
  }

  private record Running(ChildProcess program, CompletableFuture<Void> ready) implements Container {
    @Override
    public void close() {
      program.close();
    }
  }
}
