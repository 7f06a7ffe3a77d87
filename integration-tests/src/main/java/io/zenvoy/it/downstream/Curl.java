package io.zenvoy.it.downstream;

import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The real curl. */
public final class Curl {
  private static final String PATIENCE_SECONDS = "90";

  private Curl() {}

  /**
   * What curl has received.
   *
   * @param exitCode 0 if it takes it for a whole answer, be it an error
   * @param head the lines of all heads, interim answers' as well, and of the trailers
   * @param body also what curl complains of
   */
  public record Answer(int exitCode, List<String> head, String body) {
    public Answer {
      head = List.copyOf(head);
    }

    /** The last status line, such as {@code HTTP/2 200}. */
    public String status() {
      List<String> lines = new ArrayList<>(head);
      Collections.reverse(lines);
      return lines.stream().filter(line -> line.startsWith("HTTP/")).findFirst().orElse("").strip();
    }

    /** The value of a header or a trailer; empty if there is none. */
    public String header(String name) {
      String prefix = name + ": ";
      return head.stream()
          .filter(line -> line.regionMatches(true, 0, prefix, 0, prefix.length()))
          .findFirst()
          .map(line -> line.substring(prefix.length()))
          .orElse("");
    }
  }

  /** Asks Envoy's HTTP listener for a service. */
  public static Answer ask(String host, String path, String... options) throws IOException {
    return run("http://" + host + path, ZenvoyStack.HTTP_PORT, options);
  }

  /**
   * Asks Envoy's HTTP listener for a service, by TLS.
   *
   * @param trusted the certificate that Envoy has to have
   */
  public static Answer askHttps(String host, String path, Path trusted, String... options)
      throws IOException {
    return runTls(host + path, ZenvoyStack.HTTP_PORT, trusted, options);
  }

  /**
   * Asks Envoy's TLS listener for a service.
   *
   * @param trusted the certificate that the service has to have
   */
  public static Answer askTls(String host, String path, Path trusted, String... options)
      throws IOException {
    return runTls(host + path, ZenvoyStack.TLS_PORT, trusted, options);
  }

  private static Answer runTls(String target, int port, Path trusted, String... options)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--cacert", trusted.toString()));
    return run("https://" + target, port, all.toArray(String[]::new));
  }

  private static Answer run(String url, int port, String... options) throws IOException {
    Path head = Files.createTempFile("zenvoy-curl-", ".head");
    try {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "curl",
                  "--silent",
                  "--show-error",
                  "--noproxy",
                  "*",
                  "--max-time",
                  PATIENCE_SECONDS,
                  "--connect-to",
                  "::127.0.0.1:" + port,
                  "--dump-header",
                  head.toString()));
      command.addAll(List.of(options));
      command.add(url);
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String body = process.inputReader(StandardCharsets.UTF_8).readAllAsString();
      int exitCode = process.waitFor();
      return new Answer(exitCode, Files.readAllLines(head, StandardCharsets.ISO_8859_1), body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(head);
    }
  }
}
