package io.zenvoy.it.upstream;

import io.zenvoy.it.SelfSigned;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pods that run nginx. {@code /} is answered with the request's protocol and the pod's address, and
 * the trailer {@link #TRAILER}; everything else with a file of one folder that all pods share, as
 * with a volume, and into which PUT stores one. Thread-safe.
 */
public final class NginxUpstream implements ContainerRuntime {
  /** A trailer whose value is {@code whole}. */
  public static final String TRAILER = "x-trailer";

  private final String test;
  private final int port;
  private final String listen;
  private final String tls;
  private final Path folder;

  private NginxUpstream(String test, int port, String listen, String tls) throws IOException {
    this.test = test;
    this.port = port;
    this.listen = listen;
    this.tls = tls;
    this.folder = Files.createTempDirectory("zenvoy-nginx-");
    Files.createDirectory(files());
    if (Stream.of(System.getenv("PATH").split(":"))
        .noneMatch(place -> Files.isExecutable(Path.of(place, "nginx")))) {
      throw new IllegalStateException("no nginx: install the Debian package nginx-light");
    }
  }

  /**
   * Pods that speak one protocol without TLS.
   *
   * @param protocol {@code http}, which is HTTP/1.1, or {@code http2}
   * @param port that they listen on
   */
  public static NginxUpstream of(String protocol, String test, int port) throws IOException {
    return new NginxUpstream(test, port, protocol.equals("http2") ? "http2" : "", "");
  }

  /** Pods that speak TLS, and inside of it what the client prefers. */
  public static NginxUpstream tls(String test, int port, SelfSigned identity) throws IOException {
    return new NginxUpstream(
        test,
        port,
        "ssl http2",
        "ssl_certificate %s; ssl_certificate_key %s;"
            .formatted(identity.certificate(), identity.key()));
  }

  /** The folder of what is served and stored. */
  public Path files() {
    return folder.resolve("files");
  }

  @Override
  public Container start(String pod, String address) {
    return new ProgramUpstream(test, own -> server(pod, own), ProgramUpstream.Probe.port(port))
        .start(pod, address);
  }

  private List<String> server(String pod, String address) {
    Path configuration = folder.resolve(pod + ".conf");
    try {
      Files.writeString(configuration, configuration(pod, address));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of(
        "nginx", "-e", "stderr", "-p", folder.toString(), "-c", configuration.toString());
  }

  /**
   * No other user than our own, who is the only one in the tests' namespace. Includes, of which
   * there are none, leave an answer without a length: one that has it has no trailers in HTTP/1.1.
   */
  private String configuration(String pod, String address) {
    return """
    user root root;
    daemon off;
    master_process off;
    pid %1$s.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      client_max_body_size 0;
      keepalive_requests 1000000000;
      client_body_temp_path body;
      proxy_temp_path unused;
      fastcgi_temp_path unused;
      uwsgi_temp_path unused;
      scgi_temp_path unused;
      server {
        listen %2$s:%3$d %4$s;
        %5$s
        root files;
        location = / {
          add_trailer %6$s whole;
          default_type text/html;
          ssi on;
          return 200 "$server_protocol from $server_addr";
        }
        location / {
          dav_methods PUT;
        }
      }
    }
    """
        .formatted(pod, address, port, listen, tls, TRAILER);
  }
}
