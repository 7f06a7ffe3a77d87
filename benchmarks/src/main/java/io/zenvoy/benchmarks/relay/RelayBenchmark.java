package io.zenvoy.benchmarks.relay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zenvoy.benchmarks.Figures;
import io.zenvoy.benchmarks.Picture;
import io.zenvoy.benchmarks.Pinning;
import io.zenvoy.benchmarks.ProcessorTime;
import io.zenvoy.benchmarks.Progress;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Installed;
import io.zenvoy.it.Project;
import io.zenvoy.it.downstream.ClientRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * zenvoy's relay beside others, in interleaved rounds. The relay has one processor for itself;
 * clients and upstreams share the other one.
 */
public final class RelayBenchmark {
  private static final int MESSAGE = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(2);

  private final Size size;
  private final Map<String, Map<Relay.Kind, List<Double>>> samples = new LinkedHashMap<>();

  /**
   * How much is measured.
   *
   * @param rounds in each of which every relay has its turn
   * @param time of each figure of a round
   */
  public record Size(int rounds, Duration time) {
    /** The size of the results that are kept. */
    public static final Size COMPLETE = new Size(7, Duration.ofSeconds(2));
  }

  private RelayBenchmark(Size size) {
    this.size = size;
  }

  /**
   * What was measured.
   *
   * @param text of the result file, but for its title
   * @param picture of the medians, in SVG
   */
  public record Result(String text, String picture) {}

  /** Measures everything. */
  public static Result run(Size size) throws Exception {
    return new RelayBenchmark(size).run();
  }

  private Result run() throws Exception {
    Pinning.ourselvesToTheOtherProcessor();
    int bulkPort = FreePorts.next();
    try (EchoServer echo = new EchoServer();
        ChildProcess iperf =
            ChildProcess.start(
                "iperf3",
                Project.logs("RelayBenchmark").resolve("iperf3.log"),
                Map.of(),
                List.of(
                    Installed.program("iperf3", "iperf3"),
                    "--server",
                    "--port",
                    Integer.toString(bulkPort)))) {
      iperf.requireAlive("it serves");
      HostPort bulk = new HostPort("127.0.0.1", bulkPort);
      for (int round = 1; round <= size.rounds(); round++) {
        for (Relay.Kind kind : Relay.Kind.values()) {
          try (Relay relay = Relay.start(kind, echo.address())) {
            pingPong(kind, relay);
            connect(kind, relay);
          }
        }
        for (Relay.Kind kind : Relay.Kind.values()) {
          if (kind != Relay.Kind.DIRECT) {
            try (Relay relay = Relay.start(kind, bulk)) {
              iperf(relay.address(), 8, WARM_UP); // until it knows what comes
              for (int streams : new int[] {1, 8, 64}) {
                bulk(kind, relay, streams);
              }
            }
          }
        }
        Progress.say("round " + round + " of " + size.rounds());
      }
    }
    return new Result(tables(), picture());
  }

  private void bulk(Relay.Kind kind, Relay relay, int streams)
      throws IOException, InterruptedException {
    double process = relay.processorSeconds();
    double processor = ProcessorTime.ofMeasuredProcessor();
    double gigabytes = iperf(relay.address(), streams, size.time()) / 1e9;
    String figure = "bulk, " + streams + " streams: GB per second ";
    add(
        figure + "that its processor is busy",
        kind,
        gigabytes / (ProcessorTime.ofMeasuredProcessor() - processor));
    add(figure + "of its process", kind, gigabytes / (relay.processorSeconds() - process));
  }

  private static double iperf(HostPort address, int streams, Duration time)
      throws IOException, InterruptedException {
    for (int attempt = 0; ; attempt++) {
      ClientRun run =
          ClientRun.of(
              Installed.program("iperf3", "iperf3"),
              "--client",
              address.host(),
              "--port",
              Integer.toString(address.port()),
              "--parallel",
              Integer.toString(streams),
              "--time",
              Long.toString(time.toSeconds()),
              "--json");
      if (run.exitCode() == 0 || attempt == 20) {
        JsonNode report = new ObjectMapper().readTree(run.successful());
        return report.at("/end/sum_received/bytes").asDouble();
      }
      Thread.sleep(100); // it takes one client after the other
    }
  }

  private void pingPong(Relay.Kind kind, Relay relay) throws IOException {
    List<Double> micros = new ArrayList<>();
    try (Socket socket = connect(relay)) {
      byte[] message = new byte[MESSAGE];
      pingPong(socket, message, Duration.ofSeconds(1));
      long end = System.nanoTime() + size.time().toNanos();
      for (long before = System.nanoTime(); before - end < 0; ) {
        exchange(socket, message);
        long after = System.nanoTime();
        micros.add((after - before) / 1e3);
        before = after;
      }
    }
    Figures figures = new Figures("ping-pong", "µs", micros);
    add("64 bytes there and back, µs, median", kind, figures.quantile(0.5));
    add("64 bytes there and back, µs, p99", kind, figures.quantile(0.99));
  }

  private static void pingPong(Socket socket, byte[] message, Duration time) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      exchange(socket, message);
    }
  }

  private void connect(Relay.Kind kind, Relay relay) throws IOException {
    connectUntil(relay, System.nanoTime() + Duration.ofSeconds(1).toNanos());
    double before = relay.processorSeconds();
    long end = System.nanoTime() + size.time().toNanos();
    int connections = connectUntil(relay, end);
    double used = relay.processorSeconds() - before;
    if (kind != Relay.Kind.DIRECT) {
      add("connect, relay, close: connections per processor second", kind, connections / used);
    }
  }

  private static int connectUntil(Relay relay, long end) throws IOException {
    byte[] message = new byte[MESSAGE];
    int connections = 0;
    for (; System.nanoTime() - end < 0; connections++) {
      try (Socket socket = connect(relay)) {
        exchange(socket, message);
      }
    }
    return connections;
  }

  private static Socket connect(Relay relay) throws IOException {
    Socket socket =
        new Socket(InetAddress.ofLiteral(relay.address().host()), relay.address().port());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static void exchange(Socket socket, byte[] message) throws IOException {
    socket.getOutputStream().write(message);
    if (socket.getInputStream().readNBytes(message, 0, message.length) != message.length) {
      throw new IOException("the connection ended");
    }
  }

  private void add(String figure, Relay.Kind kind, double value) {
    samples
        .computeIfAbsent(figure, key -> new EnumMap<>(Relay.Kind.class))
        .computeIfAbsent(kind, key -> new ArrayList<>())
        .add(value);
  }

  /** For each figure the median of the rounds, and between which values they were. */
  private String tables() {
    StringBuilder text = new StringBuilder();
    text.append("Median of ").append(size.rounds()).append(" rounds (from – to).\n\n| figure |");
    Arrays.stream(Relay.Kind.values())
        .forEach(kind -> text.append(' ').append(kind.title()).append(" |"));
    text.append("\n|").append("---|".repeat(Relay.Kind.values().length + 1)).append('\n');
    samples.forEach(
        (figure, byKind) -> {
          text.append("| ").append(figure).append(" |");
          for (Relay.Kind kind : Relay.Kind.values()) {
            List<Double> values = byKind.get(kind);
            text.append(values == null ? " |" : " " + cell(new Figures(figure, "", values)) + " |");
          }
          text.append('\n');
        });
    return text.toString();
  }

  private String picture() {
    Picture picture = new Picture();
    samples.forEach(
        (figure, byKind) ->
            byKind.forEach(
                (kind, values) ->
                    picture.add(
                        figure, kind.title(), new Figures(figure, "", values).quantile(0.5))));
    return picture.svg();
  }

  private static String cell(Figures figures) {
    double median = figures.quantile(0.5);
    String format = median < 100 ? "%.2f (%.2f – %.2f)" : "%.0f (%.0f – %.0f)";
    return String.format(Locale.ROOT, format, median, figures.quantile(0), figures.quantile(1));
  }
}
