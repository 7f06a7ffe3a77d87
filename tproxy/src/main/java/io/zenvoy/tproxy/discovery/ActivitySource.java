package io.zenvoy.tproxy.discovery;

import java.util.Set;

/** What the connections of each cluster do. Thread-safe. */
public interface ActivitySource {
  /**
   * Figures of one cluster, taken together: a connection is never missed because it changes from
   * parked to active meanwhile.
   *
   * @param accepted connections since the start of the process
   * @param active connections that are being dialled or relayed
   * @param parked connections that wait for an endpoint
   */
  record Activity(long accepted, int active, int parked) {
    public static final Activity NONE = new Activity(0, 0, 0);
  }

  /** The present figures of a cluster; {@link Activity#NONE} if it had no connection yet. */
  Activity of(String cluster);

  /**
   * The clusters whose figures have changed since the last call; a change that comes during the
   * call is in this answer or in the next one.
   */
  Set<String> takeChanged();
}
