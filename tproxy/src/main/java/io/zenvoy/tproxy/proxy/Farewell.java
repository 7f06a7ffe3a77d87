package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a connection that is told why: the answer follows what its protocol has the client say
 * first, then our direction is closed, and what still comes is read and dropped until the client
 * closes, too. To close at once would reset the connection as soon as a byte is unread, and the
 * reset could overtake the answer (RFC 9112, 9.6). Owned by its client's event loop.
 */
final class Farewell {
  private static final Logger log = LoggerFactory.getLogger(Farewell.class);

  /** Bytes that are answered together: what they ask for is held in memory until it is sent. */
  private static final int MOST_AT_A_TIME = 16 << 10;

  final long begunNanos;
  private final Client client;
  private final Refusal refusal;
  private boolean answered;
  private boolean finished;
  private ByteBuffer unsent = Refusal.Reply.NOTHING;

  Farewell(Client client, Refusal refusal, long begunNanos) {
    this.client = client;
    this.refusal = refusal;
    this.begunNanos = begunNanos;
  }

  /** Answers what has been asked, or watches for it. */
  void start() throws IOException {
    client.watch(Descriptor.IN);
    ByteBuffer greeting = refusal.greeting();
    proceed(() -> greet(greeting));
  }

  private void greet(ByteBuffer greeting) throws IOException {
    if (greeting.hasRemaining()) {
      send(Refusal.Reply.last(greeting));
    } else {
      read();
    }
  }

  /** The client has sent something, takes more, has closed, or is broken. */
  void ready(int events) {
    if ((events & Descriptor.ERR) != 0) {
      client.loop.farewells().end(client);
    } else if (unsent.hasRemaining()) {
      proceed(this::flush);
    } else {
      proceed(this::read);
    }
  }

  @FunctionalInterface
  private interface Step {
    void take() throws IOException;
  }

  /** A client that breaks while it is answered has left. */
  private void proceed(Step step) {
    try {
      step.take();
    } catch (IOException e) {
      log.atDebug().setCause(e).log("client has gone while it was answered");
      client.loop.farewells().end(client);
    }
  }

  /** One read at a time: other connections of the event loop have their turn. */
  private void read() throws IOException {
    ByteBuffer buffer = client.loop.buffer();
    int count = client.socket.read(buffer, 0, finished ? Flow.LARGEST_CHUNK : MOST_AT_A_TIME);
    if (count < 0) {
      client.loop.farewells().end(client);
    } else if (count > 0 && !finished) {
      send(refusal.to(buffer, count));
    }
  }

  private void send(Refusal.Reply reply) throws IOException {
    unsent = reply.bytes().duplicate();
    if (reply.meaning() != Refusal.Reply.Meaning.PRELUDE && !answered) {
      answered = true;
      client.loop.metrics().answered();
    }
    finished = reply.meaning() == Refusal.Reply.Meaning.LAST;
    flush();
  }

  /** Sends what the kernel has room for; nothing more is read before all of it is sent. */
  private void flush() throws IOException {
    ByteBuffer buffer = client.loop.buffer();
    while (unsent.hasRemaining()) {
      int length = Math.min(unsent.remaining(), Flow.LARGEST_CHUNK);
      buffer.put(0, unsent, unsent.position(), length);
      int written = client.socket.write(buffer, 0, length);
      unsent.position(unsent.position() + written);
      if (written < length) {
        client.watch(Descriptor.OUT);
        return;
      }
    }
    client.watch(Descriptor.IN);
    if (finished) {
      client.endOutput();
    }
  }

  /** The connection is closed. */
  void close() {
    refusal.close();
  }
}
