package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.ServiceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who owns what only one service can have: whoever claims it first, so services are asked in the
 * order of their age. A dispute is told once, for as long as it lasts.
 *
 * <p>Owned by the life cycle's thread.
 *
 * @param <T> what is claimed
 */
final class Claims<T> {
  private final Dispute<T> told;
  private final Map<T, ServiceKey> owners = new HashMap<>();
  private Set<Lost<T>> lost = new HashSet<>();
  private Set<Lost<T>> lostBefore = Set.of();

  private record Lost<T>(ServiceKey loser, T claimed, ServiceKey owner) {}

  /** Told who does not get what, and who has it. */
  @FunctionalInterface
  interface Dispute<T> {
    void lost(ServiceKey loser, T claimed, ServiceKey owner);
  }

  Claims(Dispute<T> told) {
    this.told = told;
  }

  /** All services are asked anew. */
  void begin() {
    owners.clear();
    lostBefore = lost;
    lost = new HashSet<>();
  }

  /** How many claims are lost since {@link #begin}. */
  int lost() {
    return lost.size();
  }

  /** Whether a service gets what it claims; true once, however often it claims the same. */
  boolean claim(ServiceKey service, T claimed) {
    ServiceKey owner = owners.putIfAbsent(claimed, service);
    if (owner == null) {
      return true;
    }
    if (!owner.equals(service)) {
      Lost<T> now = new Lost<>(service, claimed, owner);
      if (lost.add(now) && !lostBefore.contains(now)) {
        told.lost(service, claimed, owner);
      }
    }
    return false;
  }
}
