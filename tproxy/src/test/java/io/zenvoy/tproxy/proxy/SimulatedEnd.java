package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One end of a connection, with a real socket, in the hands of the test. */
class SimulatedEnd {
  /** Fits into the kernel's buffers, whether anybody reads or not. */
  private static final int MOST_SENT = 32 << 10;

  private static final ByteBuffer INCOMING = ByteBuffer.allocate(64 << 10);

  final int number;
  private final SocketChannel channel;
  private Leave leave = Leave.NOT;
  private int sent;
  private int received;
  private int other = -1;
  private boolean words;
  private boolean finished;
  private boolean endSeen;
  private boolean resetSeen;

  SimulatedEnd(int number, SocketChannel channel) throws IOException {
    if (number > NumberedBytes.MAX_NUMBER) {
      throw new IllegalArgumentException("number: " + number + " (expected: at most 127)");
    }
    this.number = number;
    this.channel = channel;
    channel.configureBlocking(false);
  }

  /** How an end has left its connection. */
  enum Leave {
    NOT,
    HALF,
    CLOSED,
    RESET
  }

  Leave leave() {
    return leave;
  }

  /** Whether its process has no socket any more. */
  boolean isGone() {
    return leave == Leave.CLOSED || leave == Leave.RESET;
  }

  /** Whether it has ended its own direction in the regular way, whatever it did later. */
  boolean hasFinished() {
    return finished;
  }

  int sent() {
    return sent;
  }

  int received() {
    return received;
  }

  /** Whose bytes arrive here; -1 if none have. */
  int other() {
    return other;
  }

  boolean endSeen() {
    return endSeen;
  }

  boolean resetSeen() {
    return resetSeen;
  }

  /** Whether it was told that nothing more comes. */
  boolean isOver() {
    return endSeen || resetSeen;
  }

  void send(int count) throws IOException {
    if (leave != Leave.NOT || isOver()) {
      return;
    }
    int length = Math.min(count, MOST_SENT - sent);
    try {
      sent += channel.write(NumberedBytes.of(number, sent, length));
    } catch (IOException e) {
      wasReset();
    }
  }

  /** The kernel has told of a reset, once; what had come before it is still there to be read. */
  private void wasReset() throws IOException {
    receive();
    resetSeen = true;
  }

  /**
   * Takes what has arrived.
   *
   * @return whether anything has
   */
  boolean receive() throws IOException {
    if (isGone() || isOver()) {
      return false;
    }
    boolean any = false;
    while (true) {
      INCOMING.clear();
      int count;
      try {
        count = channel.read(INCOMING);
      } catch (IOException e) {
        resetSeen = true;
        return true;
      }
      if (count == 0) {
        return any;
      }
      any = true;
      if (count < 0) {
        endSeen = true;
        return true;
      }
      check(INCOMING.flip());
      received += count;
    }
  }

  private void check(ByteBuffer bytes) {
    if (received == 0) {
      other = NumberedBytes.numberOf(bytes.get(0));
      words = other < 0;
    }
    if (!words) {
      NumberedBytes.require(other, received, bytes);
    }
  }

  void halfClose() throws IOException {
    if (leave == Leave.NOT) {
      leave = Leave.HALF;
      finished = true;
      try {
        channel.shutdownOutput();
      } catch (IOException e) {
        wasReset();
      }
    }
  }

  /** Takes what is there, and closes. */
  void close() throws IOException {
    if (!isGone()) {
      receive();
      leave = Leave.CLOSED;
      finished = true;
      channel.close();
    }
  }

  void reset() throws IOException {
    if (!isGone()) {
      leave = Leave.RESET;
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
    }
  }

  @Override
  public String toString() {
    return "%d (%s, sent %d, got %d from %d%s%s)"
        .formatted(
            number,
            leave,
            sent,
            received,
            other,
            endSeen ? ", end" : "",
            resetSeen ? ", reset" : "");
  }
}
