package io.zenvoy.it.upstream;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Project;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pods that run OpenSSL's HTTPS server, with a certificate of their own. Thread-safe. */
public final class TlsUpstream implements ContainerRuntime {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String test;
  private final int port;
  private final Path key;
  private final Path certificate;

  private TlsUpstream(String test, int port, Path folder) {
    this.test = test;
    this.port = port;
    this.key = folder.resolve("key.pem");
    this.certificate = folder.resolve("certificate.pem");
  }

  /**
   * Makes the certificate.
   *
   * @param port that the pods listen on
   * @param name that the certificate is for
   */
  public static TlsUpstream on(String test, int port, String name) throws IOException {
    TlsUpstream upstream = new TlsUpstream(test, port, Files.createTempDirectory("zenvoy-tls-"));
    int exitCode =
        upstream
            .openssl(
                "openssl-req",
                List.of(
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days",
                    "1",
                    "-subj",
                    "/CN=" + name,
                    "-addext",
                    "subjectAltName=DNS:" + name,
                    "-keyout",
                    upstream.key.toString(),
                    "-out",
                    upstream.certificate.toString()))
            .awaitExit(PATIENCE);
    if (exitCode != 0) {
      throw new IllegalStateException("openssl req ended with " + exitCode);
    }
    return upstream;
  }

  /** Whom clients have to trust. */
  public Path certificate() {
    return certificate;
  }

  @Override
  public Container start(String pod, String address) {
    return new ProgramUpstream(test, this::server, ProgramUpstream.Probe.port(port))
        .start(pod, address);
  }

  private List<String> server(String address) {
    return List.of(
        "openssl",
        "s_server",
        "-quiet",
        "-www",
        "-accept",
        address + ":" + port,
        "-key",
        key.toString(),
        "-cert",
        certificate.toString());
  }

  private ChildProcess openssl(String name, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(arguments);
    return ChildProcess.start(name, Project.logs(test).resolve(name + ".log"), Map.of(), command);
  }
}
