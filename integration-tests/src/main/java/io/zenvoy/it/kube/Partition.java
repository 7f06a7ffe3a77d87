package io.zenvoy.it.kube;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Project;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whoever uses a {@linkplain KubeCluster#severableKubeconfigFor severable kubeconfig} loses the API
 * server: packets are dropped in both directions, nothing is reset. Closing it heals the partition.
 */
public final class Partition implements AutoCloseable {
  /** A name that the API server's certificate has, of another address than all others use. */
  static final String API_SERVER = "localhost";

  private final String port;

  private Partition(String port) {
    this.port = port;
  }

  public static Partition begin(KubeCluster cluster) {
    Partition partition = new Partition(Integer.toString(URI.create(cluster.server()).getPort()));
    partition.rule("-I", "--dport");
    partition.rule("-I", "--sport");
    return partition;
  }

  @Override
  public void close() {
    rule("-D", "--dport");
    rule("-D", "--sport");
  }

  private void rule(String action, String direction) {
    List<String> command = new ArrayList<>(List.of("iptables", "-w", action, "INPUT", "-p", "tcp"));
    command.addAll(List.of("-s", "127.0.0.1", "-d", "127.0.0.1", direction, port, "-j", "DROP"));
    try (ChildProcess process =
        ChildProcess.start(
            "iptables", Project.clusterLogs().resolve("iptables.log"), Map.of(), command)) {
      if (process.awaitExit(Duration.ofSeconds(10)) != 0) {
        throw new IllegalStateException(command + ": " + process.output());
      }
    }
  }
}
