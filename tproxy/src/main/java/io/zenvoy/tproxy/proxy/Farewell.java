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

  final long begunNanos;
  private final Client client;
  private final Refusal refusal;
  private boolean answered;
  private boolean finished;

  Farewell(Client client, Refusal refusal, long begunNanos) {
    this.client = client;
    this.refusal = refusal;
    this.begunNanos = begunNanos;
  }

  /** Answers what has been asked, or watches for it. */
  void start() throws IOException {
    client.watch(Descriptor.IN);
    ByteBuffer greeting = refusal.greeting();
    if (greeting.hasRemaining()) {
      greet(greeting);
    } else {
      read();
    }
  }

  private void greet(ByteBuffer greeting) {
    try {
      send(client.loop.buffer(), Refusal.Reply.last(greeting));
    } catch (IOException e) {
      log.atDebug().setCause(e).log("client has gone while it was answered");
      client.loop.farewells().end(client);
    }
  }

  /** The client has sent something, has closed, or is broken. */
  void ready(int events) throws IOException {
    if ((events & Descriptor.ERR) != 0) {
      client.loop.farewells().end(client);
    } else {
      read();
    }
  }

  /** One read at a time: other connections of the event loop have their turn. */
  private void read() throws IOException {
    ByteBuffer buffer = client.loop.buffer();
    int count;
    try {
      count = client.socket.read(buffer, 0, Flow.LARGEST_CHUNK);
      if (count > 0 && !finished) {
        send(buffer, refusal.to(buffer, count));
      }
    } catch (IOException e) {
      log.atDebug().setCause(e).log("client has gone while it was answered");
      count = -1;
    }
    if (count < 0) {
      client.loop.farewells().end(client);
    }
  }

  private void send(ByteBuffer buffer, Refusal.Reply reply) throws IOException {
    ByteBuffer bytes = reply.bytes();
    while (bytes.hasRemaining()) {
      int length = Math.min(bytes.remaining(), Flow.LARGEST_CHUNK);
      buffer.put(0, bytes, bytes.position(), length);
      // Hardly anything was written before, so the kernel has room for all of it.
      int written = client.socket.write(buffer, 0, length);
      if (written < length) {
        throw new IOException("only a part of the answer can be sent");
      }
      bytes.position(bytes.position() + length);
    }
    if (reply.meaning() != Refusal.Reply.Meaning.PRELUDE && !answered) {
      answered = true;
      client.loop.metrics().answered();
    }
    if (reply.meaning() == Refusal.Reply.Meaning.LAST) {
      finished = true;
      client.socket.shutdown(false, true);
    }
  }

  /** The connection is closed. */
  void close() {
    refusal.close();
  }
}
