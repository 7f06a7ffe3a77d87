package io.zenvoy.it.faults;

import io.zenvoy.it.Pause;
import io.zenvoy.it.faults.LongStreamServer.Summary;
import io.zenvoy.it.upstream.Conversation;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One long stream in each direction of one connection, both at once: the server sends back what it
 * receives, and at the end tells how much it was, with a SHA-256. No part of it is like another, so
 * that nothing can be missing, doubled or misplaced unnoticed. Two threads of its own send and
 * read; the methods are for others.
 */
public final class LongStream implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration HELD_UP = Duration.ofMillis(300);

  private final TcpService service;
  private final Tally tally;
  private final Manner manner;
  private final Socket socket = new Socket();
  private final CompletableFuture<Summary> sending = new CompletableFuture<>();
  private final CompletableFuture<Received> receiving = new CompletableFuture<>();
  private volatile long end;
  private volatile long sent;
  private volatile long received;

  /** How the client sends and reads. */
  public interface Manner {
    /** Is called by the sender after each 64 KiB, and may take its time. */
    default void afterBlock() {}

    /**
     * Is called by the reader before it reads, and may take its time.
     *
     * @return how many bytes may be read at most, 1 or more
     */
    default int beforeRead(LongStream stream) {
      return LongStreamServer.LARGEST_FRAME;
    }
  }

  /**
   * What the reader has at the end.
   *
   * @param told by the server
   * @param longestWait for any bytes
   */
  private record Received(Summary told, Summary bytes, Duration longestWait) {}

  private LongStream(TcpService service, Tally tally, long length, Manner manner) {
    this.service = service;
    this.tally = tally;
    this.end = length;
    this.manner = manner;
  }

  /** The server's side. */
  public static Conversation server() {
    return LongStreamServer::serve;
  }

  /**
   * Connects and begins to send; it counts as one thing that was sent.
   *
   * @param length in bytes; with {@link Long#MAX_VALUE} it goes on until {@link #end}
   */
  public static LongStream start(TcpService service, Tally tally, long length, Manner manner)
      throws IOException {
    LongStream stream = new LongStream(service, tally, length, manner);
    tally.sent();
    stream.socket.setSoTimeout((int) PATIENCE.toMillis());
    stream.socket.connect(
        new InetSocketAddress(service.listener().host(), service.listener().port()));
    stream.run("send", stream.sending, stream::send);
    stream.run("read", stream.receiving, stream::receive);
    return stream;
  }

  /** How many bytes were sent so far. */
  public long sent() {
    return sent;
  }

  /** How many of them have come back. */
  public long received() {
    return received;
  }

  /** Lets it end as soon as so many bytes were sent. */
  public void end(long atLeast) {
    end = atLeast;
  }

  /** Blocks until the sender can send no more: for the reader, who keeps it from that. */
  public void awaitHeldUp() {
    long before;
    do {
      before = sent;
      Pause.of(HELD_UP);
    } while (sent != before);
  }

  /** Waits for the end of both directions and tallies what has become of it. */
  public void judge() {
    try {
      Received arrived = receiving.join();
      Summary all = sending.join();
      if (!Question.isPodOf(arrived.told().pod(), service.name())) {
        tally.wrong(Outcome.MISROUTED, service.name() + ": led to " + arrived.told().pod());
      } else if (!all.hasBytesOf(arrived.told()) || !all.hasBytesOf(arrived.bytes())) {
        tally.wrong(Outcome.CORRUPTED, "sent " + all + ", but " + arrived);
      } else {
        tally.right(arrived.longestWait());
      }
    } catch (CompletionException e) {
      Outcome outcome =
          e.getCause() instanceof SocketTimeoutException ? Outcome.HUNG : Outcome.LOST;
      tally.wrong(
          outcome,
          "%s: %s after %d bytes sent and %d received"
              .formatted(service.name(), e.getCause(), sent, received));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private Summary send() throws IOException {
    OutputStream output = socket.getOutputStream();
    NumberedBlocks blocks = new NumberedBlocks();
    MessageDigest digest = Question.sha256();
    long bytes = 0;
    while (bytes < end) {
      byte[] block = blocks.next();
      digest.update(block);
      output.write(block);
      bytes += block.length;
      sent = bytes;
      manner.afterBlock();
    }
    socket.shutdownOutput();
    return Summary.of("", bytes, digest);
  }

  private Received receive() throws IOException {
    DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    MessageDigest digest = Question.sha256();
    byte[] buffer = new byte[LongStreamServer.LARGEST_FRAME];
    long bytes = 0;
    long longestWait = 0;
    while (true) {
      int most = manner.beforeRead(this);
      long start = System.nanoTime();
      int left = input.readInt();
      if (left == 0) {
        Summary told = Summary.readFrom(input);
        return new Received(told, Summary.of("", bytes, digest), Duration.ofNanos(longestWait));
      }
      while (left > 0) {
        int count = Math.min(left, most);
        input.readFully(buffer, 0, count);
        longestWait = Math.max(longestWait, System.nanoTime() - start);
        digest.update(buffer, 0, count);
        bytes += count;
        received = bytes;
        left -= count;
        most = manner.beforeRead(this);
        start = System.nanoTime();
      }
    }
  }

  /** What one of the two threads does. */
  private interface Task<T> {
    T call() throws IOException;
  }

  private <T> void run(String what, CompletableFuture<T> result, Task<T> task) {
    Thread.ofPlatform()
        .name(what + " " + service.name())
        .start(
            () -> {
              try {
                result.complete(task.call());
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
  }
}
