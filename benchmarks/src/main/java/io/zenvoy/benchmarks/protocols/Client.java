package io.zenvoy.benchmarks.protocols;

import java.io.IOException;

/** A connected client of a real server. Not thread-safe. */
interface Client extends AutoCloseable {
  /** Asks once, on the connection that there is, and waits for the right answer. */
  void exchange() throws Exception;

  @Override
  void close() throws IOException;

  /** What a client does when it asks. */
  @FunctionalInterface
  interface Exchange {
    void run() throws Exception;
  }

  /** A client of a connection that asks in one way. */
  static Client of(AutoCloseable connection, Exchange exchange) {
    return new Client() {
      @Override
      public void exchange() throws Exception {
        exchange.run();
      }

      @Override
      public void close() throws IOException {
        try {
          connection.close();
        } catch (Exception e) {
          throw new IOException("not closed", e);
        }
      }
    };
  }
}
