package io.zenvoy.tproxy.discovery;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Figures that the test writes. */
final class TestingActivity implements ActivitySource {
  private final Map<String, Activity> figures = new ConcurrentHashMap<>();
  private final Map<String, Activity> changed = new ConcurrentHashMap<>();

  void set(String cluster, Activity activity) {
    figures.put(cluster, activity);
    changed.put(cluster, activity);
  }

  @Override
  public Activity of(String cluster) {
    return figures.getOrDefault(cluster, Activity.NONE);
  }

  @Override
  public Set<String> takeChanged() {
    Set<String> taken = new HashMap<>(changed).keySet();
    changed.keySet().removeAll(taken);
    return taken;
  }
}
