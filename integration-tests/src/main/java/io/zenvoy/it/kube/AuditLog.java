package io.zenvoy.it.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the API server was asked to write, and by whom: every request that was answered. */
public final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete");

  private final Path file;

  AuditLog(Path file) {
    this.file = file;
  }

  /**
   * One request.
   *
   * @param received when the API server had read it
   * @param resource plural, with its subresource: {@code deployments/scale}
   * @param source the address that it came from
   * @param status HTTP status of the answer
   */
  public record Write(Instant received, String resource, String source, int status) {
    public boolean succeeded() {
      return status / 100 == 2;
    }
  }

  /** The writes of a namespace's ServiceAccounts, in the order in which they were answered. */
  public List<Write> writesOf(String namespace) {
    String user = "system:serviceaccount:" + namespace + ":";
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.contains(user) && line.endsWith("}")) // not while it is written
          .map(AuditLog::parse)
          .filter(entry -> entry.at("/user/username").asText().startsWith(user))
          .filter(entry -> WRITES.contains(entry.path("verb").asText()))
          .map(AuditLog::write)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Write write(JsonNode entry) {
    String subresource = entry.at("/objectRef/subresource").asText();
    return new Write(
        Instant.parse(entry.path("requestReceivedTimestamp").asText()),
        entry.at("/objectRef/resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
        entry.at("/sourceIPs/0").asText(),
        entry.at("/responseStatus/code").asInt());
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
