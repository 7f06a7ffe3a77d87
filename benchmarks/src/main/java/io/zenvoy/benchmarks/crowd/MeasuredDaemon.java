package io.zenvoy.benchmarks.crowd;

import io.zenvoy.benchmarks.DaemonJvm;
import io.zenvoy.benchmarks.Pinning;
import io.zenvoy.benchmarks.relay.DataPath;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Project;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The daemon's data path in a process of its own, on a processor of its own. */
final class MeasuredDaemon implements Acceptor, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int OFTEN = 1_000;

  private final ChildProcess process;
  private final int port;
  private final Socket socket;
  private final BufferedReader input;
  private final PrintWriter output;

  /** How many connections were parked at a moment. */
  record Parked(long nanos, int connections) {}

  MeasuredDaemon() throws IOException, InterruptedException {
    port = FreePorts.next();
    int control = FreePorts.next();
    process =
        ChildProcess.start(
            "daemon",
            Project.logs("CrowdBenchmark").resolve("daemon.log"),
            Map.of(),
            Pinning.measured(
                DaemonJvm.command(
                    CrowdProgram.class,
                    // What is given back to the system between two looks would be taken for growth
                    // below nothing.
                    List.of("-Xms128m", "-XX:+AlwaysPreTouch", "-XX:TrimNativeHeapInterval=0"),
                    Integer.toString(port),
                    Integer.toString(control))));
    boolean practised = false;
    try {
      socket = connect(control);
      input =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      output = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.US_ASCII);
      Thread.sleep(DataPath.REHEARSAL);
      // Asking takes no time of the measured processor's but its own once that is compiled.
      for (int time = 0; time < OFTEN; time++) {
        parked();
      }
      practised = true;
    } finally {
      if (!practised) {
        process.close();
      }
    }
  }

  private static Socket connect(int control) throws InterruptedException, IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return new Socket(InetAddress.ofLiteral("127.0.0.1"), control);
      } catch (IOException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  @Override
  public ChildProcess process() {
    return process;
  }

  HostPort slot() {
    return DataPath.slot(port);
  }

  int parked() throws IOException {
    return (int) ask("parked");
  }

  /** The same, with fewer looks: each of them takes the daemon some time. */
  @Override
  public void awaitAccepted(int connections) throws IOException, InterruptedException {
    await(connections, 50);
  }

  void awaitParked(int connections) throws IOException, InterruptedException {
    await(connections, 5);
  }

  private void await(int connections, long pauseMillis) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (int parked = parked(); parked != connections; parked = parked()) {
      if (System.nanoTime() - deadline >= 0) {
        throw new IOException(parked + " are parked (expected: " + connections + ")");
      }
      Thread.sleep(pauseMillis);
    }
  }

  /** Bytes in user space: of the heap what is in use. */
  long memory() throws IOException {
    return ask("memory");
  }

  /** The service has an endpoint: since when, by {@link System#nanoTime}. */
  long wake(HostPort endpoint) throws IOException {
    return ask(endpoint.toString());
  }

  void sleep() throws IOException {
    ask("sleep");
  }

  /** From now on it is watched how many are parked. */
  void watch() throws IOException {
    output.println("watch");
    input.readLine();
  }

  /** What was seen until none was parked any more. */
  List<Parked> watched() throws IOException {
    List<Parked> changes = new ArrayList<>();
    for (String line = input.readLine(); line != null && !line.isEmpty(); line = input.readLine()) {
      String[] words = line.split(" ", 2);
      changes.add(new Parked(Long.parseLong(words[0]), Integer.parseInt(words[1])));
    }
    return changes;
  }

  private long ask(String command) throws IOException {
    output.println(command);
    String answer = input.readLine();
    if (answer == null) {
      throw new IOException("the daemon has ended");
    }
    return Long.parseLong(answer);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    process.close();
  }
}
