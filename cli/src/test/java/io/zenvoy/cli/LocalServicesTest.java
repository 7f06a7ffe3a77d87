package io.zenvoy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalServicesTest {
  @Test
  void everyServiceIsShownByTheWaysThatLeadToIt(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("services.yaml");
    Files.writeString(
        file,
        """
        services:
          - {name: web, command: 'x {port}', hosts: ['*.example.com']}
          - {name: db, command: 'x {port}', tcp: 5432}
          - {name: both, command: 'x {port}', tcp: 7000, protocol: http}
        """);

    assertThat(LocalServices.ways(file, 10_000))
        .containsExactly(
            Curl.line("web", 10_000),
            Curl.line("any.example.com", 10_000),
            "localhost:5432 is db",
            "localhost:7000 is both",
            Curl.line("both", 10_000));
  }
}
