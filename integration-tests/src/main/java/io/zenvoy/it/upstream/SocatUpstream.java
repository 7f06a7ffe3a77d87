package io.zenvoy.it.upstream;

import io.zenvoy.it.Installed;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.util.List;

/** Pods in which socat connects every client with an address of its own. Thread-safe. */
public final class SocatUpstream implements ContainerRuntime {
  /** How long one direction may be silent after the end of the other. */
  private static final String PATIENCE_SECONDS = "60";

  private final String test;
  private final int port;
  private final String address;

  /**
   * @param port that the pods listen on
   * @param address in socat's words, such as {@code EXEC:cat}
   */
  public SocatUpstream(String test, int port, String address) {
    this.test = test;
    this.port = port;
    this.address = address;
  }

  @Override
  public Container start(String pod, String own) {
    return new ProgramUpstream(test, this::server, ProgramUpstream.Probe.listener(port))
        .start(pod, own);
  }

  private List<String> server(String own) {
    return List.of(
        Installed.program("socat", "socat"),
        "-t",
        PATIENCE_SECONDS,
        "TCP-LISTEN:%d,bind=%s,reuseaddr,fork,backlog=128".formatted(port, own),
        address);
  }
}
