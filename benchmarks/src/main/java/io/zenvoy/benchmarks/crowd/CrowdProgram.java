package io.zenvoy.benchmarks.crowd;

import io.zenvoy.benchmarks.relay.DataPath;
import io.zenvoy.common.HostPort;
import io.zenvoy.tproxy.discovery.RoutingTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's data path as a program that does and tells what {@link MeasuredDaemon} asks. */
public final class CrowdProgram {
  private static final Logger log = LoggerFactory.getLogger(CrowdProgram.class);
  private static final long SAMPLE_NANOS = 200_000;

  /** By then Java has compiled what is repeated. */
  private static final int OFTEN = 1_000;

  private final DataPath path;
  private final PrintWriter output;

  private CrowdProgram(DataPath path, PrintWriter output) {
    this.path = path;
    this.output = output;
  }

  /**
   * Serves one control connection until it is closed.
   *
   * @param arguments the port to listen on, and the one for the control connection
   */
  public static void main(String[] arguments) throws IOException {
    DataPath path = DataPath.start(Integer.parseInt(arguments[0]));
    // As the daemon does: what is needed for it changes what Java may take for granted.
    log.atInfo().addKeyValue("port", arguments[0]).log("started");
    practise(path);
    try (ServerSocket control =
            new ServerSocket(
                Integer.parseInt(arguments[1]), 1, InetAddress.ofLiteral("127.0.0.1"));
        Socket socket = control.accept();
        BufferedReader input =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        PrintWriter output =
            new PrintWriter(socket.getOutputStream(), true, StandardCharsets.US_ASCII)) {
      CrowdProgram program = new CrowdProgram(path, output);
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        program.obey(line);
      }
    }
    System.exit(0);
  }

  /** What discovery does in the daemon, which is no part of what is measured, is compiled. */
  private static void practise(DataPath path) {
    for (int time = 0; time < OFTEN; time++) {
      var _ = path.table(HostPort.parse("127.0.0.1:" + (1 + time)));
      var _ = path.activity();
    }
  }

  private void obey(String line) throws IOException {
    if (line.equals("parked")) {
      output.println(path.activity().parked());
    } else if (line.equals("memory")) {
      output.println(memory());
    } else if (line.equals("watch")) {
      watch();
    } else if (line.equals("sleep")) {
      path.endpoints();
      output.println(System.nanoTime());
    } else {
      RoutingTable table = path.table(HostPort.parse(line));
      long before = System.nanoTime();
      path.install(table);
      output.println(before);
    }
  }

  /** The heap that is in use, and all memory outside of it: the heap itself is always resident. */
  private static long memory() throws IOException {
    System.gc();
    System.gc();
    long outside =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("RssAnon:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
            .findFirst()
            .orElseThrow();
    return outside + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Tells when the number of parked connections changed, until there is none. */
  private void watch() {
    int last = -1;
    StringBuilder changes = new StringBuilder();
    output.println("watching");
    while (last != 0) {
      int parked = path.activity().parked();
      if (parked != last) {
        changes.append(System.nanoTime()).append(' ').append(parked).append('\n');
        last = parked;
      }
      LockSupport.parkNanos(SAMPLE_NANOS);
    }
    output.print(changes);
    output.println();
  }
}
