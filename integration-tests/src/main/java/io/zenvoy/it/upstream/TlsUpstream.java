package io.zenvoy.it.upstream;

import io.zenvoy.it.SelfSigned;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Pods that run OpenSSL's HTTPS server, with a certificate of their own. Thread-safe. */
public final class TlsUpstream implements ContainerRuntime {
  private final int port;
  private final SelfSigned identity;
  private final ProgramUpstream programs;

  private TlsUpstream(String test, int port, SelfSigned identity) {
    this.port = port;
    this.identity = identity;
    this.programs = new ProgramUpstream(test, this::server, ProgramUpstream.Probe.port(port));
  }

  /**
   * Makes the certificate.
   *
   * @param port that the pods listen on
   * @param name that the certificate is for
   */
  public static TlsUpstream on(String test, int port, String name) throws IOException {
    return new TlsUpstream(test, port, SelfSigned.of(test, name));
  }

  /** Whom clients have to trust. */
  public Path certificate() {
    return identity.certificate();
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    return programs.start(pod, address);
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
        identity.key().toString(),
        "-cert",
        identity.certificate().toString());
  }
}
