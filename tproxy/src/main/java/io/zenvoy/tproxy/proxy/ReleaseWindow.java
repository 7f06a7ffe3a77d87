package io.zenvoy.tproxy.proxy;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many connections an event loop may give the endpoints of one cluster before they have proven
 * that they accept them. A handshake proves nothing: the kernel makes it for a program that is
 * busy, until the program's backlog is full, and then drops SYNs without a word. So the window
 * holds fewer than the smallest usual backlog, opens and closes like TCP's congestion window (RFC
 * 5681), and takes for a proof what only a program can do: it sends a byte, or it closes. As
 * programs accept in the order of the handshakes, one proof counts for all that were made before.
 *
 * <p>A program that accepts and says nothing gives no proof; what it was given is forgotten after a
 * patience that gets shorter while all handshakes are answered at once, and long again when one is
 * not. Owned by one event loop.
 */
final class ReleaseWindow {
  /** The part of the window that is open at first: some backlogs are shorter. */
  private static final int FIRST_PART = 3;

  /** How far it closes, unless it is smaller from the beginning. */
  private static final int LEAST = 4;

  private static final long LONGEST_PATIENCE = TimeUnit.SECONDS.toNanos(1);

  /** A program that a processor quota pauses, or that has just started, may be silent for that. */
  private static final long FIRST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long SHORTEST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(2);

  /** A handshake that takes longer may have met a full backlog. */
  private static final long PROMPT = TimeUnit.MILLISECONDS.toNanos(10);

  private final int most;
  private final int least;
  private final Deque<Turn> dialled = new ArrayDeque<>();
  private final Deque<Turn> unproven = new ArrayDeque<>();
  private double size;
  private double threshold;
  private long patience = FIRST_PATIENCE;
  private int forgotten;
  private long narrowedNanos;
  private boolean narrowed;

  /**
   * @param most how wide it may become, at least 1
   */
  ReleaseWindow(int most) {
    this.most = most;
    least = Math.min(LEAST, most);
    size = Math.max(least, most / FIRST_PART);
    threshold = most;
  }

  /** One connection's way through the window: dialled, unproven, over. */
  static final class Turn {
    private final long begunNanos;
    private long connectedNanos;
    private @Nullable InetSocketAddress endpoint;
    private boolean over;

    private Turn(long begunNanos) {
      this.begunNanos = begunNanos;
    }
  }

  /** Whether one more may be dialled now. */
  boolean hasRoom(long nowNanos) {
    forget(nowNanos);
    return dialled.size() + unproven.size() < (int) size;
  }

  /** Whether all that was given is proven, or forgotten. */
  boolean isIdle(long nowNanos) {
    forget(nowNanos);
    return dialled.isEmpty() && unproven.isEmpty();
  }

  /** When to look again for room, if no proof comes before: in nanoseconds from now, at least 1. */
  long nanosUntilLook(long nowNanos) {
    Turn oldest = unproven.peekFirst();
    return oldest == null || isKnockingInVain(nowNanos)
        ? PROMPT
        : Math.max(1, oldest.connectedNanos + patience - nowNanos);
  }

  /** A connection is dialled from now on. */
  Turn begin(long nowNanos) {
    Turn turn = new Turn(nowNanos);
    dialled.addLast(turn);
    return turn;
  }

  /** A dial has ended without a connection. */
  void ended(Turn turn) {
    turn.over = true;
    dialled.remove(turn);
  }

  /** An endpoint's kernel has made the connection. */
  void connected(Turn turn, InetSocketAddress endpoint, long nowNanos) {
    dialled.remove(turn);
    turn.connectedNanos = nowNanos;
    turn.endpoint = endpoint;
    unproven.addLast(turn);
  }

  /** The endpoint's program has this connection, and so all that it was given before. */
  void proven(Turn turn) {
    if (turn.over) {
      return;
    }
    for (var turns = unproven.iterator(); !turn.over && turns.hasNext(); ) {
      Turn earlier = turns.next();
      if (earlier == turn || Objects.equals(earlier.endpoint, turn.endpoint)) {
        earlier.over = true;
        turns.remove();
        widen();
      }
    }
  }

  /** A handshake was not answered for so long that its SYN was dropped, most likely. */
  void stalled(long nowNanos) {
    patience =
        patience < FIRST_PATIENCE ? FIRST_PATIENCE : Math.min(LONGEST_PATIENCE, 2 * patience);
    forgotten = 0;
    // What is lost at the same time is one loss.
    if (!narrowed || nowNanos - narrowedNanos > FIRST_PATIENCE) {
      narrowed = true;
      narrowedNanos = nowNanos;
      size = Math.max(least, size / 2);
      threshold = size;
    }
  }

  /** Forgets what was given to other endpoints than these. */
  void keep(Collection<InetSocketAddress> endpoints) {
    for (var turns = unproven.iterator(); turns.hasNext(); ) {
      Turn turn = turns.next();
      if (!endpoints.contains(turn.endpoint)) {
        turn.over = true;
        turns.remove();
      }
    }
  }

  private void widen() {
    size = Math.min(most, size + (size < threshold ? 1 : 1 / size));
  }

  /** Gives up hope for proofs, unless somebody waits for a handshake. */
  private void forget(long nowNanos) {
    Turn oldest = unproven.peekFirst();
    while (oldest != null
        && nowNanos - oldest.connectedNanos >= patience
        && !isKnockingInVain(nowNanos)) {
      oldest.over = true;
      unproven.removeFirst();
      widen();
      forgotten++;
      if (forgotten >= size) {
        forgotten = 0;
        patience = Math.max(SHORTEST_PATIENCE, patience / 2);
      }
      oldest = unproven.peekFirst();
    }
  }

  private boolean isKnockingInVain(long nowNanos) {
    Turn oldest = dialled.peekFirst();
    return oldest != null && nowNanos - oldest.begunNanos > PROMPT;
  }
}
