package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The namespaces that {@code src/test/namespace/bin/java} makes: what every other test rests on.
 */
class NamespaceIT {
  @Test
  void theVirtualMachineIsTheFirstProcess() {
    assertThat(ProcessHandle.current().pid()).isEqualTo(1);
  }

  @Test
  void loopbackIsTheOnlyNetwork() throws IOException {
    assertThat(NetworkInterface.networkInterfaces().map(NetworkInterface::getName))
        .containsExactly("lo");
  }

  @Test
  void everyPodAddressCanBeBound() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("10.99.201.7"), 8080));
      assertThat(socket.isBound()).isTrue();
    }
  }

  @Test
  void redirectRulesAreAllowed() {
    for (List<String> command :
        List.of(
            List.of("iptables", "-t", "mangle", "-L", "PREROUTING"),
            List.of("nft", "list", "ruleset"))) {
      Path log = Project.logs("NamespaceIT").resolve(command.getFirst() + ".log");
      try (ChildProcess process = ChildProcess.start(command.getFirst(), log, Map.of(), command)) {
        assertThat(process.awaitExit(Duration.ofSeconds(10))).as(process.output()).isZero();
      }
    }
  }

  @Test
  void asManyDescriptorsMayBeOpenAsTheMachineAllows() throws IOException {
    String limits =
        Files.readAllLines(Path.of("/proc/self/limits")).stream()
            .filter(line -> line.startsWith("Max open files"))
            .findFirst()
            .orElseThrow();
    List<String> columns = List.of(limits.substring("Max open files".length()).strip().split(" +"));

    assertThat(columns.get(0)).isEqualTo(columns.get(1));
  }
}
