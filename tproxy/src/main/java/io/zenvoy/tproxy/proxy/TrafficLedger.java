package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.discovery.ActivitySource;
import io.zenvoy.tproxy.discovery.RoutingTable;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.event.Level;

/**
 * The figures of every cluster, and how many connections wait in the whole process. Thread-safe.
 */
final class TrafficLedger implements ActivitySource, ClusterTraffic.TrafficSignals {
  private final Map<String, ClusterTraffic> clusters = new ConcurrentHashMap<>();
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Runnable urgent;
  private final ProxyMetrics metrics;
  private final Level news;

  /**
   * @param urgent asks for a report at once; must not block
   */
  TrafficLedger(Runnable urgent, ProxyMetrics metrics) {
    this(urgent, metrics, Level.INFO);
  }

  private TrafficLedger(Runnable urgent, ProxyMetrics metrics, Level news) {
    this.urgent = urgent;
    this.metrics = metrics;
    this.news = news;
  }

  /** One of connections that nobody needs to hear of. */
  static TrafficLedger unseen(ProxyMetrics metrics) {
    return new TrafficLedger(() -> {}, metrics, Level.DEBUG);
  }

  /** At which level it is told that a cluster's connections wait, and are released. */
  Level news() {
    return news;
  }

  ClusterTraffic traffic(String cluster) {
    return clusters.computeIfAbsent(cluster, name -> new ClusterTraffic(name, this));
  }

  /**
   * The figures of a cluster for a parking lot, which is given the same ones until it is closed.
   */
  ClusterTraffic openLot(String cluster) {
    return Objects.requireNonNull(
        clusters.compute(
            cluster,
            (name, known) -> {
              ClusterTraffic traffic = known == null ? new ClusterTraffic(name, this) : known;
              traffic.lotOpened();
              return traffic;
            }));
  }

  /**
   * Connections of all clusters and of none that wait or are told why they are not served, for the
   * bound of the process.
   */
  AtomicInteger waiting() {
    return waiting;
  }

  /** Shows the table's clusters in the metrics, and no others. */
  void show(RoutingTable table) {
    for (String cluster : table.clusters()) {
      metrics.show(cluster, traffic(cluster));
    }
    metrics.retain(table.clusters());
    // One that still has connections keeps its figures: it may come back, and they must still
    // count. Another event loop may be ahead, with a table in which it is back.
    for (String cluster : clusters.keySet()) {
      if (table.route(cluster) == null) {
        clusters.computeIfPresent(cluster, (name, traffic) -> traffic.isUnused() ? null : traffic);
      }
    }
  }

  /** How many connections have come to clusters that are known. */
  long accepted() {
    return clusters.values().stream().mapToLong(ClusterTraffic::total).sum();
  }

  int relayed() {
    return clusters.values().stream().mapToInt(ClusterTraffic::relayed).sum();
  }

  /**
   * Whether there is no connection, neither of a cluster nor one whose cluster is not known yet,
   * and nobody is being told why not.
   */
  boolean isIdle() {
    return waiting.get() == 0 && clusters.values().stream().allMatch(ClusterTraffic::isIdle);
  }

  @Override
  public Activity of(String cluster) {
    ClusterTraffic traffic = clusters.get(cluster);
    return traffic == null ? Activity.NONE : traffic.activity();
  }

  @Override
  public Set<String> takeChanged() {
    Set<String> taken = new HashSet<>();
    for (Iterator<String> names = changed.iterator(); names.hasNext(); ) {
      String cluster = names.next();
      // Taken out before its figures are read: what changes later puts it in again.
      names.remove();
      taken.add(cluster);
    }
    return taken;
  }

  @Override
  public void changed(String cluster) {
    changed.add(cluster);
  }

  @Override
  public void changedUrgently(String cluster) {
    changed.add(cluster);
    urgent.run();
  }
}
