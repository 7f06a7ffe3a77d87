package io.zenvoy.common.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A program that starts another one, prints its process id, and waits to be killed. */
final class TestingParent {
  private TestingParent() {}

  public static void main(String[] arguments) throws Exception {
    ProcessGroups groups = ProcessGroups.open(Duration.ofSeconds(2));
    ProcessGroup child = groups.start(List.of("sleep", "100"), Path.of("/"), variables -> {});
    System.out.println(child.pid());
    child.exit().join();
  }
}
