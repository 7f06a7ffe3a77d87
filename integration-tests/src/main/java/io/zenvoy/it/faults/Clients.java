package io.zenvoy.it.faults;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.Pause;
import io.zenvoy.it.downstream.HttpConnection;
import io.zenvoy.it.downstream.WebSocketDownstream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Clients on virtual threads. Each request has a path and a body that no other has, and every
 * answer is judged: who gave it, and what had arrived there. Thread-safe.
 */
public final class Clients implements AutoCloseable {
  /** Longer than anything that is meant to be waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final AtomicInteger MESSAGES = new AtomicInteger();

  private final HostPort server;
  private final Tally tally;
  private final Duration patience;
  private final String method;
  private final ExecutorService threads;
  private final AtomicBoolean closed;

  public Clients(HostPort server, Tally tally) {
    this(
        server,
        tally,
        PATIENCE,
        "POST",
        Executors.newVirtualThreadPerTaskExecutor(),
        new AtomicBoolean());
  }

  private Clients(
      HostPort server,
      Tally tally,
      Duration patience,
      String method,
      ExecutorService threads,
      AtomicBoolean closed) {
    this.server = server;
    this.tally = tally;
    this.patience = patience;
    this.method = method;
    this.threads = threads;
    this.closed = closed;
  }

  /**
   * The same clients with more or less patience, for what is known to take longer; they close
   * together.
   *
   * @param other what is not answered after it counts as hung
   */
  public Clients withPatience(Duration other) {
    return new Clients(server, tally, other, method, threads, closed);
  }

  /** The same clients with GET instead of POST. */
  public Clients reading() {
    return new Clients(server, tally, patience, "GET", threads, closed);
  }

  /** How a client uses connections. */
  public enum Mode {
    KEEP_ALIVE,
    ONE_EACH
  }

  /** Clients that go on until they are told to stop. */
  public interface Load {
    /** Lets every client end with the request that it has sent; returns when all have ended. */
    void stop();
  }

  /** Sends one request over a connection of its own and waits for its end. */
  public void ask(String service) {
    ask(service, "/");
  }

  /** The same with the beginning of the path, such as {@code /hold}. */
  public void ask(String service, String path) {
    tally.sent();
    long start = System.nanoTime();
    try (HttpConnection connection = HttpConnection.open(server, patience)) {
      exchange(connection, service, path, start);
    } catch (IOException e) {
      tally.wrong(Outcome.LOST, service + ": " + e);
    }
  }

  /** Sends one request on a thread of its own. */
  public CompletableFuture<Void> askLater(String service) {
    return CompletableFuture.runAsync(() -> ask(service), threads);
  }

  /** Sends requests on threads of their own; returns at once. */
  public List<CompletableFuture<Void>> askLater(String service, int requests) {
    return IntStream.range(0, requests).mapToObj(number -> askLater(service)).toList();
  }

  /** Does something on a thread of its own. */
  public CompletableFuture<Void> later(Runnable task) {
    return CompletableFuture.runAsync(task, threads);
  }

  /**
   * Sends requests to services in turn until it is stopped.
   *
   * @param clients how many at a time, a service
   * @param pause between the answer and the next request
   */
  public Load load(List<String> services, int clients, Mode mode, Duration pause) {
    AtomicBoolean stopped = new AtomicBoolean();
    List<CompletableFuture<Void>> running =
        services.stream()
            .flatMap(service -> IntStream.range(0, clients).mapToObj(client -> service))
            .map(service -> later(() -> work(service, mode, pause, stopped)))
            .toList();
    return () -> {
      stopped.set(true);
      running.forEach(CompletableFuture::join);
    };
  }

  /**
   * Opens a WebSocket and exchanges one message; it stays open.
   *
   * @return empty if it could not, which is tallied
   */
  public Optional<WebSocketDownstream> openWebSocket(String service) {
    tally.sent();
    long start = System.nanoTime();
    try {
      WebSocketDownstream socket = WebSocketDownstream.open(server.port(), service);
      if (exchange(socket, service)) {
        tally.right(Duration.ofNanos(System.nanoTime() - start));
        return Optional.of(socket);
      }
      socket.close();
    } catch (SocketTimeoutException e) {
      tally.wrong(Outcome.HUNG, "WebSocket of " + service + ": " + e);
    } catch (IOException e) {
      tally.wrong(Outcome.LOST, "WebSocket of " + service + ": " + e);
    }
    return Optional.empty();
  }

  /** Exchanges one more message, which is counted as something of its own. */
  public void exchangeAgain(WebSocketDownstream socket, String service) {
    tally.sent();
    long start = System.nanoTime();
    try {
      if (exchange(socket, service)) {
        tally.right(Duration.ofNanos(System.nanoTime() - start));
      }
    } catch (SocketTimeoutException e) {
      tally.wrong(Outcome.HUNG, "open WebSocket of " + service + ": " + e);
    } catch (IOException e) {
      tally.wrong(Outcome.LOST, "open WebSocket of " + service + ": " + e);
    }
  }

  /** Stops every load and waits until every request has ended. */
  @Override
  public void close() {
    closed.set(true);
    threads.close();
  }

  private void work(String service, Mode mode, Duration pause, AtomicBoolean stopped) {
    switch (mode) {
      case ONE_EACH -> {
        while (!stopped.get() && !closed.get()) {
          ask(service);
          Pause.of(pause);
        }
      }
      case KEEP_ALIVE -> {
        while (!stopped.get() && !closed.get()) {
          keepAsking(service, pause, stopped);
        }
      }
    }
  }

  private void keepAsking(String service, Duration pause, AtomicBoolean stopped) {
    boolean open = false;
    try (HttpConnection connection = HttpConnection.open(server, patience)) {
      open = true;
      while (!stopped.get()
          && !closed.get()
          && connection.isReusable()
          && sendAndExchange(connection, service, System.nanoTime())) {
        Pause.of(pause);
      }
    } catch (IOException e) {
      if (!open) {
        tally.sent();
        tally.wrong(Outcome.LOST, service + ": " + e);
      }
    }
  }

  private boolean sendAndExchange(HttpConnection connection, String service, long start) {
    tally.sent();
    return exchange(connection, service, "/", start);
  }

  /** Returns whether the connection may be used again. */
  private boolean exchange(HttpConnection connection, String service, String path, long start) {
    Question question = Question.of(method, service, path);
    try {
      HttpConnection.Answer answer = question.sendOn(connection);
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      Outcome outcome = question.judge(answer);
      if (outcome == Outcome.RIGHT) {
        tally.right(waited);
      } else {
        tally.wrong(
            outcome,
            "%s: %d from \"%s\" after %d ms: %s"
                .formatted(
                    question,
                    answer.status(),
                    answer.header("x-pod"),
                    waited.toMillis(),
                    answer.body().strip()));
      }
      return true;
    } catch (SocketTimeoutException e) {
      tally.wrong(Outcome.HUNG, question + ": " + e);
    } catch (IOException e) {
      tally.wrong(Outcome.LOST, question + ": " + e);
    }
    return false;
  }

  private boolean exchange(WebSocketDownstream socket, String service) throws IOException {
    String text = service + " " + MESSAGES.incrementAndGet();
    String echo = socket.exchange(text);
    if (!Question.isPodOf(socket.pod(), service)) {
      tally.wrong(Outcome.MISROUTED, "WebSocket of " + service + " leads to " + socket.pod());
      return false;
    }
    if (!echo.equals(text)) {
      tally.wrong(Outcome.CORRUPTED, "WebSocket of " + service + ": " + text + " became " + echo);
      return false;
    }
    return true;
  }
}
