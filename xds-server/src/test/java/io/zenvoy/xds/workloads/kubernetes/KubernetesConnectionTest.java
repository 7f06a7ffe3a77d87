package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesConnectionTest {
  @TempDir Path folder;

  @Test
  void aKubeconfigThatIsNotThereIsNamed() {
    Path absent = folder.resolve("absent");

    assertThatThrownBy(() -> open(absent))
        .isInstanceOf(StartupException.class)
        .hasMessage("kubeconfig: \"" + absent + "\" (expected: a file)");
  }

  @Test
  void aKubeconfigThatIsNoneIsNamedInOneLine() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken"), "clusters: [{\nname");

    assertThatThrownBy(() -> open(broken))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(broken.toString())
        .hasMessageMatching("[^\\n]*");
  }

  private static KubernetesConnection open(Path kubeconfig) {
    return KubernetesConnection.open(Optional.of(kubeconfig), new SimpleMeterRegistry());
  }
}
