package io.zenvoy.it.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Packets that the kernel drops on their way in, in the tests' own network namespace: nobody is
 * told, as when a cable is cut. They come through again when it is closed.
 */
public final class Packets implements AutoCloseable {
  private final List<List<String>> rules;

  private Packets(List<List<String>> rules) {
    this.rules = rules;
    rules.forEach(rule -> iptables("-I", rule));
  }

  /** Drops everything between an address's TCP port and whoever speaks with it. */
  public static Packets dropped(String address, int port) {
    String number = Integer.toString(port);
    return new Packets(
        List.of(
            List.of("-p", "tcp", "-d", address, "--dport", number, "-j", "DROP"),
            List.of("-p", "tcp", "-s", address, "--sport", number, "-j", "DROP")));
  }

  /** Drops everything of the connections that have these local ports, and of no others. */
  public static Packets droppedOf(Collection<Integer> localPorts) {
    return new Packets(
        localPorts.stream()
            .map(port -> Integer.toString(port))
            .flatMap(
                port ->
                    Stream.of(
                        List.of("-p", "tcp", "--dport", port, "-j", "DROP"),
                        List.of("-p", "tcp", "--sport", port, "-j", "DROP")))
            .toList());
  }

  /** The local ports of those who are connected to a TCP port of an address, both of IPv4. */
  public static Set<Integer> connectedTo(String address, int port) {
    String peer = address + ":" + port;
    return run(List.of("ss", "-Htn", "state", "established", "dst", peer))
        .lines()
        .map(line -> line.strip().split("\\s+", -1)[2])
        .map(local -> Integer.valueOf(local.substring(local.lastIndexOf(':') + 1)))
        .collect(Collectors.toSet());
  }

  /** Drops what would begin a TCP connection to an address of a network; it is repeated later. */
  public static Packets noNewTo(String network) {
    return new Packets(List.of(List.of("-p", "tcp", "--syn", "-d", network, "-j", "DROP")));
  }

  /** Drops only what an address's TCP port sends: what it is sent arrives, and is acted upon. */
  public static Packets droppedFrom(String address, int port) {
    return new Packets(
        List.of(
            List.of("-p", "tcp", "-s", address, "--sport", Integer.toString(port), "-j", "DROP")));
  }

  /**
   * Drops packets at random, of all connections.
   *
   * @param share 0 to 1
   */
  public static Packets lossy(double share) {
    return new Packets(
        List.of(
            List.of(
                "-m",
                "statistic",
                "--mode",
                "random",
                "--probability",
                Double.toString(share),
                "-j",
                "DROP")));
  }

  @Override
  public void close() {
    rules.forEach(rule -> iptables("-D", rule));
  }

  private static void iptables(String action, List<String> rule) {
    run(Stream.concat(Stream.of("iptables", "-w", action, "INPUT"), rule.stream()).toList());
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + exitCode + " " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
