package io.zenvoy.it.upstream;

import io.zenvoy.it.Installed;
import io.zenvoy.it.Project;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Pods that run iperf3, which serves one client after another; between two of them it closes its
 * listener and opens it again. Thread-safe.
 */
public final class IperfUpstream implements ContainerRuntime {
  private static final String LISTENING = "Server listening on ";

  private final String test;
  private final int port;
  private final List<Path> logs = new CopyOnWriteArrayList<>();

  /**
   * @param port that the pods listen on
   */
  public IperfUpstream(String test, int port) {
    this.test = test;
    this.port = port;
  }

  /** How often pods have listened: each once before its first client, and again after each. */
  public int listened() throws IOException {
    int count = 0;
    for (Path log : logs) {
      try (Stream<String> lines = Files.lines(log)) {
        count += (int) lines.filter(line -> line.startsWith(LISTENING)).count();
      }
    }
    return count;
  }

  @Override
  public Container start(String pod, String address) {
    logs.add(Project.logs(test).resolve(pod + ".log"));
    return new ProgramUpstream(test, this::server, ProgramUpstream.Probe.listener(port))
        .start(pod, address);
  }

  private List<String> server(String address) {
    return List.of(
        Installed.program("iperf3", "iperf3"),
        "--server",
        "--bind",
        address,
        "--port",
        Integer.toString(port),
        "--forceflush");
  }
}
