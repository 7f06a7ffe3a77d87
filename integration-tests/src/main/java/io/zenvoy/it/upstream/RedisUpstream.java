package io.zenvoy.it.upstream;

import io.zenvoy.it.Installed;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Pods that run a real Redis. All of them append to the same file, as with a volume, so only one
 * may run at a time. Thread-safe.
 */
public final class RedisUpstream implements ContainerRuntime {
  private final String test;
  private final int port;
  private final Path folder;

  private RedisUpstream(String test, int port, Path folder) {
    this.test = test;
    this.port = port;
    this.folder = folder;
  }

  /**
   * Redis without any data.
   *
   * @param port that the pods listen on
   */
  public static RedisUpstream on(String test, int port) throws IOException {
    return new RedisUpstream(test, port, Files.createTempDirectory("zenvoy-redis-"));
  }

  @Override
  public Container start(String pod, String address) {
    return new ProgramUpstream(test, this::server, ProgramUpstream.Probe.listener(port))
        .start(pod, address);
  }

  private List<String> server(String address) {
    return List.of(
        Installed.program("redis-server", "redis-server"),
        "--bind",
        address,
        "--port",
        Integer.toString(port),
        "--protected-mode",
        "no",
        "--dir",
        folder.toString(),
        "--save",
        "",
        "--appendonly",
        "yes");
  }
}
