package io.zenvoy.common.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AdminServerTest {
  @Test
  void readinessFollowsWhatTheProgramSays() throws Exception {
    AtomicReference<String> unready = new AtomicReference<>("not synced yet");
    try (AdminServer server = AdminServer.start(0, "ADMIN_PORT", () -> "m 1\n", unready::get)) {
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
      assertThat(get(server, "/readyz").body()).isEqualTo("not synced yet\n");
      unready.set("");
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
      assertThat(get(server, "/healthz").statusCode()).isEqualTo(200);
      assertThat(get(server, "/metrics").body()).isEqualTo("m 1\n");
      assertThat(get(server, "/other").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsSetting() {
    try (AdminServer first = AdminServer.start(0, "ADMIN_PORT", () -> "", () -> "")) {
      assertThatThrownBy(() -> AdminServer.start(first.port(), "ADMIN_PORT", () -> "", () -> ""))
          .isInstanceOf(StartupException.class)
          .hasMessage(
              "ADMIN_PORT: port " + first.port() + " is in use (set ADMIN_PORT to a free one)");
    }
  }

  private static HttpResponse<String> get(AdminServer server, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
