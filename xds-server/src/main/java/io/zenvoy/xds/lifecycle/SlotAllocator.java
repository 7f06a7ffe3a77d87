package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.SlotSpace;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import net.openhft.hashing.LongHashFunction;

/**
 * Gives every cluster its slot: a pure function of the Service's UID and what the cluster calls its
 * port, so that every control plane computes the same one, and no two clusters have one slot while
 * a Service renames or reorders its ports. Whoever asks first keeps a slot that two hashes lead to,
 * the other takes its next hash; the caller therefore asks in the order of the Services' age. A
 * slot that was given up rests, because an Envoy may still hold it.
 *
 * <p>Owned by the life cycle's thread.
 */
final class SlotAllocator {
  /** For how long a slot that was given up is not given to another port. */
  static final Duration REST = Duration.ofMinutes(5);

  private static final int MAX_ATTEMPTS = 10_000;
  private static final LongHashFunction HASH = LongHashFunction.xx();

  private final SlotSpace space;
  private final Map<Slot, String> owners = new HashMap<>();
  private final Map<Slot, Rest> resting = new HashMap<>();

  private record Rest(String owner, long untilNanos) {}

  SlotAllocator(SlotSpace space) {
    this.space = space;
  }

  /**
   * The slot of a cluster; the same one until it is released. Empty if none is free.
   *
   * @param uid the Service's
   * @param port what distinguishes the cluster from the Service's others
   */
  Optional<Slot> allocate(String uid, String port, long nowNanos) {
    String owner = uid + "/" + port;
    resting.values().removeIf(rest -> rest.untilNanos() - nowNanos <= 0);
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Slot slot = space.at(HASH.hashChars(attempt == 0 ? owner : owner + "#" + attempt));
      if (isFree(slot, owner)) {
        owners.put(slot, owner);
        resting.remove(slot);
        return Optional.of(slot);
      }
    }
    return Optional.empty();
  }

  /** Gives a slot up; it rests before another port can get it. */
  void release(Slot slot, long nowNanos) {
    String owner = owners.remove(slot);
    if (owner != null) {
      resting.put(slot, new Rest(owner, nowNanos + REST.toNanos()));
    }
  }

  private boolean isFree(Slot slot, String owner) {
    String current = owners.get(slot);
    if (current != null) {
      return current.equals(owner);
    }
    Rest rest = resting.get(slot);
    return rest == null || rest.owner().equals(owner);
  }
}
