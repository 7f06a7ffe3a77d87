package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One direction of a relay. It reads only when its sink has taken everything, so that a slow reader
 * slows the writer down and at most one chunk is held here. Owned by one event loop.
 */
final class Flow {
  /** What a slow sink may leave behind. */
  static final int SMALLEST_CHUNK = 16 << 10;

  /** What a quick one is given at a time: the size of the event loop's buffer. */
  static final int LARGEST_CHUNK = 256 << 10;

  /** Then other connections of the event loop have their turn. */
  private static final int CHUNKS_AT_A_TIME = 16;

  private static final Logger log = LoggerFactory.getLogger(Flow.class);

  final Descriptor source;
  final Descriptor sink;
  private final ByteBuffer buffer;
  private final LongAdder bytes;
  private byte @Nullable [] rest;
  private int restOffset;
  private int chunk = SMALLEST_CHUNK;
  private boolean sourceReset;
  private boolean sourceEnded;
  private boolean finished;

  /**
   * @param buffer direct, of {@link #LARGEST_CHUNK} bytes; its content is nobody's between calls
   */
  Flow(Descriptor source, Descriptor sink, ByteBuffer buffer, LongAdder bytes) {
    this.source = source;
    this.sink = sink;
    this.buffer = buffer;
    this.bytes = bytes;
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
    return !sourceEnded && rest == null;
  }

  boolean wantsSink() {
    return rest != null;
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

  private Outcome move(int chunks) {
    if (finished) {
      return Outcome.FINISHED;
    }
    try {
      if (!writeRest()) {
        return Outcome.SINK_FULL;
      }
    } catch (IOException e) {
      return broken(sink, e, Outcome.SINK_BROKEN);
    }
    for (int turn = 0; !sourceEnded; turn++) {
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
        break;
      }
      try {
        if (!write(count)) {
          return Outcome.SINK_FULL;
        }
      } catch (IOException e) {
        return broken(sink, e, Outcome.SINK_BROKEN);
      }
      if (count == limit) {
        chunk = Math.min(LARGEST_CHUNK, chunk * 2);
      }
      if (turn >= chunks || (count < limit && chunks == CHUNKS_AT_A_TIME)) {
        // A short read has most likely emptied it; if not, it is reported again.
        return Outcome.SOURCE_WAITING;
      }
    }
    return finish();
  }

  private Outcome finish() {
    try {
      sink.socket.shutdown(false, true);
    } catch (IOException | NotYetConnectedException e) {
      // The latter is Netty's word for a sink that was reset, as somebody else was told before.
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

  private static Outcome broken(Descriptor end, Exception cause, Outcome outcome) {
    // Peers reset connections all day: what matters is that the other end hears of it.
    log.atDebug().addKeyValue("socket", end.socket).setCause(cause).log("connection broken");
    return outcome;
  }
}
