package io.zenvoy.cli.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnvoyBootstrapTest {
  @TempDir Path folder;

  @Test
  void everyPlaceholderIsFilledIn() {
    String text = EnvoyBootstrap.render(settings("o'clock"));
    assertThat(text)
        .doesNotContain("${ ", "${x", "${n", "${a")
        .contains("cluster: 'o''clock'")
        .contains("address: 127.0.0.1, port_value: 1002")
        .contains("address: 127.0.0.1, port_value: 1003");
  }

  @Test
  void envoyAcceptsIt() throws Exception {
    Path bootstrap = folder.resolve("envoy.yaml");
    Files.writeString(bootstrap, EnvoyBootstrap.render(settings("zenvoy")));
    Process envoy =
        new ProcessBuilder(findEnvoy(), "--mode", "validate", "--config-path", bootstrap.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(envoy.getInputStream().readAllBytes(), UTF_8);
    assertThat(envoy.waitFor()).as(output).isZero();
    assertThat(output).doesNotContain("eprecated");
  }

  private static String findEnvoy() throws IOException, InterruptedException {
    Process script =
        new ProcessBuilder("sh", "src/distribution/find-envoy.sh")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String path = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(script.waitFor()).isZero();
    return path;
  }

  private static LauncherSettings settings(String nodeCluster) {
    return new LauncherSettings(1003, 1004, 1001, 1002, 1005, 1006, nodeCluster);
  }
}
