package io.zenvoy.tproxy.proxy;

import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client, and what must become of it by the tables that it has met. */
final class SimulatedClient extends SimulatedEnd {
  final @Nullable Slot slot;
  final int connectedStep;

  /** Why it may have been refused since the schedule has last settled. */
  final Set<CloseReason> mayFailBy = EnumSet.noneOf(CloseReason.class);

  /** Which endpoints it may have been given since then. */
  final Set<Object> mayBeGiven = new HashSet<>();

  private final Set<Object> offers = new HashSet<>();
  private int loop = -1;
  private long acceptedNanos;
  private boolean everStranger;
  private @Nullable Route route;
  private Duration shortestTimeout = Duration.ofDays(1);
  private Duration longestTimeout = Duration.ZERO;
  private int dialledStep;
  private String seenVerdict = "";
  private boolean mustEnd;
  private boolean assignedSinceSettled;
  private boolean settledParked;
  private boolean settledHeld;
  private Fate fate = Fate.OPEN;

  /** Where the bytes arrive that it sends. */
  @Nullable SimulatedUpstream upstream;

  /**
   * @param slot empty: outside the network
   */
  SimulatedClient(int number, SocketChannel channel, @Nullable Slot slot, int step)
      throws IOException {
    super(number, channel);
    this.slot = slot;
    connectedStep = step;
  }

  /** What has become of it, as far as is known. */
  enum Fate {
    OPEN,
    RELAYED,
    /** It was told that it is not served. */
    REFUSED,
    /** It went before it was known to be served. */
    LEFT
  }

  /** An event loop has it, and its clock says when. */
  void accepted(int index, long nowNanos) {
    loop = index;
    acceptedNanos = nowNanos;
    if (slot == null) {
      mayFailBy.add(CloseReason.OUTSIDE_NETWORK);
      mustEnd = true;
    }
  }

  /** A table does not know its slot. */
  void estranged() {
    everStranger = true;
    mayFailBy.add(CloseReason.UNKNOWN_SLOT);
  }

  /** A table says whose slot it has. */
  void assigned(Route found, int step) {
    assignedSinceSettled = true;
    seenVerdict = verdictId(found);
    shortestTimeout = found.wakeTimeout();
    longestTimeout = found.wakeTimeout();
    met(found, step);
  }

  /** Another table, while it waits for its cluster. */
  void updated(@Nullable Route found, int step) {
    if (found == null) {
      mayFailBy.add(CloseReason.CLUSTER_REMOVED);
      mustEnd = true;
      return;
    }
    met(found, step);
    String verdict = verdictId(found);
    if (!verdict.isEmpty() && !verdict.equals(seenVerdict)) {
      seenVerdict = verdict;
      if (found.endpoints().isEmpty()) {
        mayFailBy.add(CloseReason.VERDICT);
        mustEnd = true;
      }
    }
  }

  private void met(Route found, int step) {
    route = found;
    shortestTimeout = min(shortestTimeout, found.wakeTimeout());
    longestTimeout =
        longestTimeout.compareTo(found.wakeTimeout()) > 0 ? longestTimeout : found.wakeTimeout();
    mayFailBy.add(CloseReason.DEADLINE);
    if (!found.endpoints().isEmpty()) {
      dialledStep = step;
      offers.add(found.endpoints());
      mayBeGiven.addAll(SimulatedTable.permitted(found));
      if (SimulatedTable.permitted(found).isEmpty()) {
        mayFailBy.add(CloseReason.FORBIDDEN_ENDPOINT);
        mustEnd = true;
      }
    }
  }

  /** The schedule has settled and all rules hold. */
  void settled(Fate found) {
    fate = found;
    assignedSinceSettled = false;
    settledHeld = found == Fate.OPEN && route != null;
    mayFailBy.clear();
    mayBeGiven.clear();
    offers.clear();
    Route current = route;
    settledParked = settledHeld && current != null && current.endpoints().isEmpty();
    if (current == null) {
      mayFailBy.add(CloseReason.UNKNOWN_SLOT);
    } else {
      mayFailBy.add(CloseReason.DEADLINE);
      mayBeGiven.addAll(SimulatedTable.permitted(current));
      shortestTimeout = current.wakeTimeout();
    }
  }

  /** What has become of it, by what both ends have seen. */
  Fate seen() {
    if (fate != Fate.OPEN) {
      return fate;
    }
    if (upstream != null) {
      return Fate.RELAYED;
    }
    if (isGone()) {
      return Fate.LEFT;
    }
    return isOver() ? Fate.REFUSED : Fate.OPEN;
  }

  boolean isAccepted() {
    return loop >= 0;
  }

  int loop() {
    return loop;
  }

  long acceptedNanos() {
    return acceptedNanos;
  }

  boolean wasEverStranger() {
    return everStranger;
  }

  @Nullable Route route() {
    return route;
  }

  boolean isOf(String cluster) {
    Route current = route;
    return current != null && current.cluster().equals(cluster);
  }

  int dialledStep() {
    return dialledStep;
  }

  boolean mustEnd() {
    return mustEnd;
  }

  boolean wasAssignedSinceSettled() {
    return assignedSinceSettled;
  }

  /** Whether it was parked when the schedule settled last, and released to one set of endpoints. */
  boolean wasReleasedOnce() {
    return settledParked && offers.size() == 1;
  }

  /** Whether it waited for a cluster when the schedule settled last. */
  boolean wasHeldWhenSettled() {
    return settledHeld;
  }

  Fate fate() {
    return fate;
  }

  /** Whether a refusal for this reason is right. */
  boolean mayFailBy(CloseReason reason, Duration waited) {
    return switch (reason) {
      case CLIENT_LEFT -> isGone();
      case DEADLINE -> mayFailBy.contains(reason) && waited.compareTo(shortestTimeout) >= 0;
      case UNKNOWN_SLOT ->
          mayFailBy.contains(reason) && waited.compareTo(SimulatedDaemon.GRACE) >= 0;
      case OUTSIDE_NETWORK,
          CAP,
          VERDICT,
          FORBIDDEN_ENDPOINT,
          WAITING_PAGE,
          CLUSTER_REMOVED,
          ERROR ->
          mayFailBy.contains(reason);
    };
  }

  /** How long it may be dialled: attempts look at their deadline when they end. */
  Duration longestDial() {
    Route current = route;
    boolean shortened = current != null && current.wakeTimeout().compareTo(longestTimeout) < 0;
    return (current == null ? Duration.ZERO : current.wakeTimeout())
        .plus(shortened ? Duration.ofSeconds(5) : Duration.ofMillis(65));
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String verdictId(Route route) {
    return route.verdict().map(Route.Verdict::id).orElse("");
  }
}
