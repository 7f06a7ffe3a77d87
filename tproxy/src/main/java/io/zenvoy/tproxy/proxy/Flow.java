package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One direction of a relay. It reads only when its sink has taken everything, so that a slow reader
 * slows the writer down and at most one chunk is held here. What comes in bulk passes through a
 * pipe of the kernel's; the rest is copied. Owned by one event loop.
 */
final class Flow {
  /** What a slow sink may leave behind. */
  static final int SMALLEST_CHUNK = 16 << 10;

  /** What a quick one is given at a time: the size of the event loop's buffer. */
  static final int LARGEST_CHUNK = 256 << 10;

  /** Then other connections of the event loop have their turn. */
  private static final int CHUNKS_AT_A_TIME = 16;

  /** From so many bytes at a time on a pipe costs less than copying. */
  private static final int BULK = 16 << 10;

  /** So many smaller reads in a row lead back to copying; a bulk has a tail of some bytes. */
  private static final int TAILS = 8;

  private static final Logger log = LoggerFactory.getLogger(Flow.class);

  final Descriptor source;
  final Descriptor sink;
  private final ByteBuffer buffer;
  private final LongAdder bytes;
  private final ProxyLoop loop;
  private byte @Nullable [] rest;
  private int restOffset;
  private int chunk = SMALLEST_CHUNK;

  /** How many reads may still be small until copying is cheaper; 0: it is. */
  private int splices;

  /** Holds what the sink has left of a bulk; null while there is nothing. */
  private @Nullable Pipe pipe;

  /** Whether the source is moved to its end, because nothing of it is reported any more. */
  private boolean draining;

  private boolean sourceReset;
  private boolean sourceEnded;
  private boolean finished;

  /**
   * @param bytes counts what is delivered
   */
  Flow(Descriptor source, Descriptor sink, LongAdder bytes) {
    this.source = source;
    this.sink = sink;
    this.bytes = bytes;
    this.loop = source.loop;
    this.buffer = loop.buffer();
  }

  /** Why a flow stopped. */
  enum Outcome {
    /** There is nothing to read, or others have their turn. */
    SOURCE_WAITING,
    /** The sink takes no more. */
    SINK_FULL,
    /** Everything was delivered, the end included. */
    FINISHED,
    SOURCE_BROKEN,
    SINK_BROKEN
  }

  boolean wantsSource() {
    return !sourceEnded && !wantsSink();
  }

  boolean wantsSink() {
    return rest != null || pipe != null;
  }

  boolean isFinished() {
    return finished;
  }

  /** Moves what can be moved in one turn. */
  Outcome move() {
    return move(CHUNKS_AT_A_TIME);
  }

  /** Moves all that can be moved: for a source that is not reported again. */
  Outcome drain() {
    draining = true;
    return move(Integer.MAX_VALUE);
  }

  /**
   * Moves all that a source has sent before it was reset. That it was is told only once, and maybe
   * to whoever wrote to it: what looks like its end is none.
   */
  Outcome drainReset() {
    sourceReset = true;
    return drain();
  }

  /** Lets go of what will not be delivered. */
  void cut() {
    if (pipe != null) {
      loop.pipes().discard(pipe);
      pipe = null;
    }
    rest = null;
  }

  private Outcome move(int turns) {
    if (finished) {
      return Outcome.FINISHED;
    }
    Outcome stopped = deliverHeld();
    for (int turn = 0; stopped == null && !sourceEnded; turn++) {
      stopped = turn < turns ? pass() : Outcome.SOURCE_WAITING;
    }
    return stopped == null ? finish() : stopped;
  }

  /** Gives the sink what it has left so far; null: it has taken all of it. */
  private @Nullable Outcome deliverHeld() {
    try {
      return writeRest() && emptyPipe() ? null : Outcome.SINK_FULL;
    } catch (IOException e) {
      return broken(sink, e, Outcome.SINK_BROKEN);
    }
  }

  /** Moves what one read brings; null: there may be more, or the source has ended. */
  private @Nullable Outcome pass() {
    if (splices > 0) {
      Pipe empty = loop.pipes().take(loop.nanoTime());
      if (empty != null) {
        return splice(empty);
      }
    }
    return copy();
  }

  private @Nullable Outcome splice(Pipe empty) {
    int count;
    try {
      count = empty.fillFrom(source.socket);
    } catch (IOException e) {
      loop.pipes().give(empty);
      return broken(source, e, Outcome.SOURCE_BROKEN);
    }
    if (count == 0) {
      loop.pipes().give(empty);
      return copy(); // which tells a pause from the end
    }
    expectMore(count);
    pipe = empty;
    Outcome stopped = deliverHeld();
    return stopped == null && count < PipePool.CAPACITY ? mostLikelyEmpty() : stopped;
  }

  private @Nullable Outcome copy() {
    int limit = chunk;
    int count;
    try {
      count = source.socket.read(buffer, 0, limit);
    } catch (IOException e) {
      return broken(source, e, Outcome.SOURCE_BROKEN);
    }
    if (count == 0) {
      return Outcome.SOURCE_WAITING;
    }
    if (count < 0 && sourceReset) {
      return Outcome.SOURCE_BROKEN;
    }
    if (count < 0) {
      sourceEnded = true;
      return null;
    }
    expectMore(count);
    try {
      if (!write(count)) {
        return Outcome.SINK_FULL;
      }
    } catch (IOException e) {
      return broken(sink, e, Outcome.SINK_BROKEN);
    }
    if (count < limit) {
      return mostLikelyEmpty();
    }
    chunk = Math.min(LARGEST_CHUNK, chunk * 2);
    return null;
  }

  /** Decides by what a read has brought how the next one is done. */
  private void expectMore(int count) {
    splices = count >= BULK ? TAILS : Math.max(0, splices - 1);
  }

  /** After a short read: if there is more it is reported, unless nothing is reported any more. */
  private @Nullable Outcome mostLikelyEmpty() {
    return draining ? null : Outcome.SOURCE_WAITING;
  }

  private Outcome finish() {
    try {
      sink.endOutput();
    } catch (IOException e) {
      return broken(sink, e, Outcome.SINK_BROKEN);
    }
    finished = true;
    return Outcome.FINISHED;
  }

  private boolean write(int count) throws IOException {
    int written = sink.socket.write(buffer, 0, count);
    bytes.add(written);
    if (written == count) {
      return true;
    }
    byte[] left = new byte[count - written];
    buffer.get(written, left);
    rest = left;
    restOffset = 0;
    chunk = Math.max(SMALLEST_CHUNK, chunk / 2);
    return false;
  }

  private boolean writeRest() throws IOException {
    byte[] left = rest;
    if (left == null) {
      return true;
    }
    int count = left.length - restOffset;
    buffer.put(0, left, restOffset, count);
    int written = sink.socket.write(buffer, 0, count);
    bytes.add(written);
    restOffset += written;
    if (restOffset < left.length) {
      return false;
    }
    rest = null;
    return true;
  }

  private boolean emptyPipe() throws IOException {
    Pipe holding = pipe;
    if (holding == null) {
      return true;
    }
    int delivered = holding.emptyInto(sink.socket);
    bytes.add(delivered);
    loop.metrics().bytesSpliced.add(delivered);
    if (!holding.isEmpty()) {
      return false;
    }
    loop.pipes().give(holding);
    pipe = null;
    return true;
  }

  private static Outcome broken(Descriptor end, Exception cause, Outcome outcome) {
    // Peers reset connections all day: what matters is that the other end hears of it.
    log.atDebug().addKeyValue("socket", end.socket).setCause(cause).log("connection broken");
    return outcome;
  }
}
