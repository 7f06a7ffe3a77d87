package io.zenvoy.xds.serve;

import com.google.protobuf.ByteString;
import io.zenvoy.xds.serve.ClusterFigures.Stat;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the figure that a statistic's name means, {@code cluster.<cluster>.<stat>}, without making
 * a string of it: an Envoy sends a hundred names for each cluster several times a second, and five
 * matter. Owned by one metrics stream.
 */
final class StatNames {
  private static final ByteString PREFIX = ByteString.copyFromUtf8("cluster.");
  private static final Stat[] STATS = Stat.values();
  private static final ByteString[] SUFFIXES = suffixes();

  /** How many clusters are kept before those that are gone are looked for. */
  private static final int PRUNED_FROM = 1_024;

  private final Map<ByteString, Figure> figures = new HashMap<>();
  private final Map<String, ClusterFigures> clusters = new HashMap<>();
  private int pruneAt = PRUNED_FROM;

  /** One figure of one cluster. */
  record Figure(ClusterFigures cluster, Stat stat) {}

  /** The figure of a name; null if it is none of ours. */
  @Nullable Figure find(ByteString name) {
    int suffix = suffix(name);
    if (suffix < 0) {
      return null;
    }
    Figure known = figures.get(name);
    if (known != null) {
      return known;
    }
    String cluster =
        name.substring(PREFIX.size(), name.size() - SUFFIXES[suffix].size()).toStringUtf8();
    if (cluster.isEmpty() || cluster.indexOf('.') >= 0) {
      return null;
    }
    Figure figure =
        new Figure(clusters.computeIfAbsent(cluster, ClusterFigures::new), STATS[suffix]);
    figures.put(name, figure);
    return figure;
  }

  /** Forgets clusters that are gone, once there are many. */
  void prune(Set<String> served) {
    if (clusters.size() >= pruneAt) {
      clusters.keySet().retainAll(served);
      figures.values().removeIf(figure -> !clusters.containsKey(figure.cluster().cluster()));
      pruneAt = Math.max(PRUNED_FROM, 2 * clusters.size());
    }
  }

  private static int suffix(ByteString name) {
    if (!name.startsWith(PREFIX)) {
      return -1;
    }
    for (int index = 0; index < SUFFIXES.length; index++) {
      if (name.endsWith(SUFFIXES[index])) {
        return index;
      }
    }
    return -1;
  }

  private static ByteString[] suffixes() {
    ByteString[] suffixes = new ByteString[STATS.length];
    for (int index = 0; index < suffixes.length; index++) {
      suffixes[index] = ByteString.copyFromUtf8("." + STATS[index].statName());
    }
    return suffixes;
  }
}
