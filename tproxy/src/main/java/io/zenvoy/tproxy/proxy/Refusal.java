package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/** How one client is told in its own protocol that it can't be served. Owned by its event loop. */
interface Refusal {
  /** What is sent before the client has said anything; empty: it is the client who speaks first. */
  default ByteBuffer greeting() {
    return Reply.NOTHING;
  }

  /**
   * Answers what the client has sent.
   *
   * @param received from position 0, at least a byte
   * @param length how much that is
   */
  Reply to(ByteBuffer received, int length);

  /** The client has gone. */
  default void close() {}

  /** What is sent next. */
  record Reply(ByteBuffer bytes, Meaning meaning) {
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    enum Meaning {
      /** The client has to say more before it is told. */
      PRELUDE,
      /** The client is told; it may ask for more. */
      ANSWER,
      /** Everything is said. */
      LAST
    }

    static Reply prelude(ByteBuffer bytes) {
      return new Reply(bytes, Meaning.PRELUDE);
    }

    static Reply answer(ByteBuffer bytes) {
      return new Reply(bytes, Meaning.ANSWER);
    }

    static Reply last(ByteBuffer bytes) {
      return new Reply(bytes, Meaning.LAST);
    }
  }

  /**
   * One line for people.
   *
   * @param service whose clients get it
   * @param reason what is not printable ASCII, or too long, is not sent
   */
  record Words(String service, String reason) {
    private static final int LONGEST_SERVICE = 200;
    private static final int LONGEST_REASON = 400;

    String line() {
      return "zenvoy: " + printableService() + " is not available: " + printableReason();
    }

    String printableService() {
      return printable(service, LONGEST_SERVICE);
    }

    String printableReason() {
      return printable(reason, LONGEST_REASON);
    }

    byte[] bytes() {
      return line().getBytes(US_ASCII);
    }

    private static String printable(String text, int longest) {
      StringBuilder printable = new StringBuilder(Math.min(text.length(), longest));
      text.chars()
          .limit(longest)
          .forEach(
              character -> printable.append((char) (isPrintable(character) ? character : '?')));
      return printable.toString();
    }

    private static boolean isPrintable(int character) {
      return character >= ' ' && character <= '~';
    }
  }
}
