package io.zenvoy.example.echo;

import com.sun.net.httpserver.HttpServer;
import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers every HTTP/1.1 request with its {@link RequestDump}, each on a virtual thread. */
final class EchoServer implements AutoCloseable {
  /** Room for everyone who was parked while this program started. */
  private static final int BACKLOG = 4096;

  private final HttpServer server;
  private final ExecutorService threads;

  private EchoServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Binds the port on all addresses and starts to answer.
   *
   * @param port 0 for any free one
   * @throws StartupException if the port can't be bound
   */
  static EchoServer start(int port) {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(port), BACKLOG);
    } catch (BindException e) {
      throw new StartupException("PORT: port " + port + " is in use (set PORT to a free one)", e);
    } catch (IOException e) {
      throw new StartupException("PORT: can't listen on port " + port + ": " + e.getMessage(), e);
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", RequestDump::answer);
    server.start();
    return new EchoServer(server, threads);
  }

  /** The port that is bound. */
  int port() {
    return server.getAddress().getPort();
  }

  /** Stops at once; requests that are being answered are cut. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
