package io.zenvoy.it.upstream.grpc;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import io.zenvoy.it.upstream.ProgramUpstream;
import java.nio.file.Path;
import java.util.List;

/** Pods that each run a Java virtual machine with a gRPC server of {@link Echo}. Thread-safe. */
public final class GrpcUpstream implements ContainerRuntime {
  private final int port;
  private final ProgramUpstream programs;

  private GrpcUpstream(String test, int port) {
    this.port = port;
    this.programs = new ProgramUpstream(test, this::server, ProgramUpstream.Probe.port(port));
  }

  /**
   * @param port that the pods listen on
   */
  public static GrpcUpstream on(String test, int port) {
    return new GrpcUpstream(test, port);
  }

  @Override
  public Container start(String pod, String address) {
    return programs.start(pod, address);
  }

  private List<String> server(String address) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--sun-misc-unsafe-memory-access=allow",
        "--class-path",
        System.getProperty("java.class.path"),
        EchoServer.class.getName(),
        address,
        Integer.toString(port));
  }
}
