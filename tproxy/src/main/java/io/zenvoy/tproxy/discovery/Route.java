package io.zenvoy.tproxy.discovery;

import io.zenvoy.common.Slot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the connections of one slot go.
 *
 * @param cluster the name of the cluster
 * @param wakeTimeout how long after its accept a connection may wait
 * @param maxParked how many connections of this cluster may wait at a time, at least 1
 * @param protocol what the clients speak, in lower case: decides the failure answer
 * @param local whether the endpoints are processes of this machine
 * @param waitPageAfter after which wait a browser is shown a page that asks again; empty: never
 * @param endpoints resolved addresses; empty: connections are parked
 * @param verdict why the latest wake failed
 * @param version the unsigned hash of the EDS version that brought the endpoints; 0 if none did
 */
public record Route(
    String cluster,
    Slot slot,
    Duration wakeTimeout,
    int maxParked,
    String protocol,
    boolean local,
    Optional<Duration> waitPageAfter,
    List<InetSocketAddress> endpoints,
    Optional<Verdict> verdict,
    long version) {
  public Route {
    endpoints = List.copyOf(endpoints);
  }

  /** One whose clients are shown nothing while they wait. */
  public Route(
      String cluster,
      Slot slot,
      Duration wakeTimeout,
      int maxParked,
      String protocol,
      boolean local,
      List<InetSocketAddress> endpoints,
      Optional<Verdict> verdict,
      long version) {
    this(
        cluster,
        slot,
        wakeTimeout,
        maxParked,
        protocol,
        local,
        Optional.empty(),
        endpoints,
        verdict,
        version);
  }

  /** The verdict's id; empty if there is none. */
  public String verdictId() {
    return verdict.map(Verdict::id).orElse("");
  }

  /**
   * A wake that failed for good.
   *
   * @param id another verdict has another id
   * @param reason one line for people
   */
  public record Verdict(String id, String reason) {}
}
