package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RehearsalTest {

  @Test
  void succeedsAndKeepsNothingButWhatIsUsedAgain() throws Exception {
    try (TestingLoop eventLoop = new TestingLoop()) {
      perform(eventLoop);
      long before = openFiles();
      for (int count = 0; count < 100; count++) {
        perform(eventLoop);
      }
      assertThat(openFiles()).isLessThan(before + 100);
    }
  }

  private static void perform(TestingLoop eventLoop) throws Exception {
    var _ =
        eventLoop.call(
            () -> {
              Rehearsal.perform(eventLoop.loop());
              return true;
            });
  }

  private static long openFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
