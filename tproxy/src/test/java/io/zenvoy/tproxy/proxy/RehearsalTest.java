package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RehearsalTest {

  @Test
  void succeedsAndKeepsNothing() throws Exception {
    try (TestingLoop eventLoop = new TestingLoop()) {
      play(eventLoop);
      long before = openFiles();
      for (int count = 0; count < 20; count++) {
        play(eventLoop);
      }
      assertThat(openFiles()).isLessThan(before + 20);
    }
  }

  private static void play(TestingLoop eventLoop) {
    Rehearsal.play(eventLoop.loop().eventLoop()).join();
  }

  private static long openFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
