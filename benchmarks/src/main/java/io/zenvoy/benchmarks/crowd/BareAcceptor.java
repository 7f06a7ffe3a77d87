package io.zenvoy.benchmarks.crowd;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.zenvoy.benchmarks.Pinning;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Project;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A process that does nothing but accept4(2), and keeps what it gets. */
final class BareAcceptor implements Acceptor, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int BACKLOG = 16_384;

  private final HostPort address = new HostPort("127.0.0.1", FreePorts.next());
  private final ChildProcess process;

  BareAcceptor() throws IOException, InterruptedException {
    process =
        ChildProcess.start(
            "acceptor",
            Project.logs("CrowdBenchmark").resolve("acceptor.log"),
            Map.of(),
            Pinning.measured(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "--class-path",
                    System.getProperty("java.class.path"),
                    BareAcceptor.class.getName(),
                    Integer.toString(address.port()))));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!listens()) {
      if (System.nanoTime() - deadline >= 0) {
        throw new IOException("the bare acceptor does not listen");
      }
      Thread.sleep(20);
    }
  }

  /** Accepts until it is ended. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Epoll.ensureAvailability();
    LinuxSocket socket = LinuxSocket.newSocketStream(SocketProtocolFamily.INET);
    socket.bind(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(arguments[0])));
    socket.listen(BACKLOG);
    byte[] peer = new byte[26];
    while (true) {
      while (socket.accept(peer) >= 0) {
        // What was accepted stays open.
      }
      Thread.sleep(1);
    }
  }

  @Override
  public ChildProcess process() {
    return process;
  }

  HostPort address() {
    return address;
  }

  /** Waits until it has so many connections more than the other files that it has. */
  @Override
  public void awaitAccepted(int connections) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (OpenFiles.of(process.pid(), "socket:") <= connections) {
      if (System.nanoTime() - deadline >= 0) {
        throw new IOException("not all of " + connections + " connections were accepted");
      }
      Thread.sleep(5);
    }
  }

  private boolean listens() throws IOException {
    String local = ":%04X".formatted(address.port());
    try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
      return lines
          .map(line -> line.strip().split("\\s+"))
          .anyMatch(fields -> fields[1].endsWith(local) && fields[3].equals("0A"));
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
