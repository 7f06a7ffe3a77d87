package io.zenvoy.it.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The requests that the API server has answered, as it has written them down. Thread-safe.
 *
 * <p>It begins a new file after a hundred megabytes, so all files of the folder are read.
 */
public final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete");

  private final Path folder;

  AuditLog(Path folder) {
    this.folder = folder;
  }

  /**
   * A finished request.
   *
   * @param resource with its subresource, such as {@code deployments/scale}
   * @param user such as {@code system:serviceaccount:namespace:name}
   * @param source the address that it came from
   * @param status the HTTP status of the answer, 0 if there was none
   */
  public record Request(
      String verb, String resource, String user, String source, Instant received, int status) {
    /** Whether it has changed what is stored, or read it. */
    public boolean succeeded() {
      return status / 100 == 2;
    }
  }

  /** The requests of one verb about one resource that fulfil something. */
  public List<Request> requests(String verb, String resource, Predicate<Request> wanted) {
    return requests(
        "\"verb\":\"" + verb + "\"",
        wanted.and(request -> request.verb().equals(verb) && request.resource().equals(resource)));
  }

  /** What a namespace's ServiceAccounts have asked it to write since then. */
  public List<Request> writesOf(String namespace, Instant since) {
    String account = "system:serviceaccount:" + namespace + ":";
    return requests(
        account,
        request ->
            request.user().startsWith(account)
                && WRITES.contains(request.verb())
                && !request.received().isBefore(since));
  }

  /**
   * @param part of every line that is wanted: most are of others and need not be parsed
   */
  private List<Request> requests(String part, Predicate<Request> wanted) {
    List<Request> requests = new ArrayList<>();
    for (Path file : files()) {
      try (Stream<String> lines = Files.lines(file)) {
        lines
            .filter(line -> line.contains(part))
            .flatMap(AuditLog::parse)
            .filter(wanted)
            .forEach(requests::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return requests;
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches("audit.*\\.log")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing of a line that is not written to its end. */
  private static Stream<Request> parse(String line) {
    try {
      JsonNode event = JSON.readTree(line);
      JsonNode object = event.path("objectRef");
      String subresource = object.path("subresource").asText();
      return Stream.of(
          new Request(
              event.path("verb").asText(),
              object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
              event.path("user").path("username").asText(),
              event.path("sourceIPs").path(0).asText(),
              Instant.parse(event.path("requestReceivedTimestamp").asText()),
              event.path("responseStatus").path("code").asInt()));
    } catch (JsonProcessingException e) {
      return Stream.empty();
    }
  }
}
