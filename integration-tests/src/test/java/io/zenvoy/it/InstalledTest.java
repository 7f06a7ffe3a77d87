package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstalledTest {
  @Test
  void aProgramIsFoundOnThePath() {
    assertThat(Path.of(Installed.program("sh", "dash"))).isAbsolute().isExecutable();
  }

  @Test
  void aMissingProgramNamesTheDebianPackageThatHasIt() {
    assertThatThrownBy(() -> Installed.program("no-such-program", "its-package"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no no-such-program: install the Debian package its-package");
  }
}
