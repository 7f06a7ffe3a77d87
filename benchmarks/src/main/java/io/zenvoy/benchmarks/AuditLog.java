package io.zenvoy.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the API server says of the requests that it has received. */
final class AuditLog {
  private final List<Request> requests;

  /**
   * A request that changed something.
   *
   * @param received {@code requestReceivedTimestamp}: before the API server has done anything for
   *     it
   */
  record Request(
      String verb,
      String resource,
      String subresource,
      String namespace,
      String name,
      Instant received) {}

  private AuditLog(List<Request> requests) {
    this.requests = requests;
  }

  /** Reads the log as it is now; a line that is being written is left out. */
  static AuditLog read(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<Request> requests = new ArrayList<>();
    try (Stream<String> lines = Files.lines(file)) {
      for (String line : lines.filter(text -> text.endsWith("}")).toList()) {
        JsonNode event = mapper.readTree(line);
        String verb = event.path("verb").asText();
        if (verb.equals("patch") || verb.equals("update") || verb.equals("create")) {
          JsonNode object = event.path("objectRef");
          requests.add(
              new Request(
                  verb,
                  object.path("resource").asText(),
                  object.path("subresource").asText(),
                  object.path("namespace").asText(),
                  object.path("name").asText(),
                  Instant.parse(event.path("requestReceivedTimestamp").asText())));
        }
      }
    }
    return new AuditLog(requests);
  }

  Stream<Request> requests() {
    return requests.stream();
  }
}
