package io.zenvoy.it.faults;

import io.zenvoy.it.downstream.HttpConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** A request that no other is like, so that an answer shows whether it belongs to it. */
final class Question {
  private static final int SHORTEST_BODY = 16;
  private static final int LONGEST_BODY = 4096;
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String method;
  private final String service;
  private final String path;
  private final byte[] body;

  private Question(String method, String service, String path, byte[] body) {
    this.method = method;
    this.service = service;
    this.path = path;
    this.body = body;
  }

  /**
   * A new one.
   *
   * @param method a GET has no body
   * @param path taken as it is if it is {@code /hold}, else followed by a number
   */
  static Question of(String method, String service, String path) {
    int number = NUMBERS.incrementAndGet();
    return new Question(
        method,
        service,
        path.equals("/hold") ? path : path + number,
        method.equals("GET") ? new byte[0] : unique(number));
  }

  /** Sends it and waits for the answer. */
  HttpConnection.Answer sendOn(HttpConnection connection) throws IOException {
    return connection.exchange(method, service, path, body);
  }

  /** What an answer says about it. */
  Outcome judge(HttpConnection.Answer answer) {
    if (answer.status() != 200) {
      return Outcome.LOST;
    }
    if (!isPodOf(answer.header("x-pod"), service)) {
      return Outcome.MISROUTED;
    }
    return answer.header("x-path").equals(path) && answer.header("x-sha256").equals(sha256(body))
        ? Outcome.RIGHT
        : Outcome.CORRUPTED;
  }

  /** Sends its body in a session of a TCP service and waits for the answer. */
  TcpSession.Answer sendIn(TcpSession session) throws IOException {
    return session.ask(body);
  }

  /** What an answer of a TCP service says about it. */
  Outcome judge(TcpSession.Answer answer) {
    if (!isPodOf(answer.pod(), service)) {
      return Outcome.MISROUTED;
    }
    return answer.sha256().equals(sha256(body)) ? Outcome.RIGHT : Outcome.CORRUPTED;
  }

  @Override
  public String toString() {
    return service + path;
  }

  /** Whether a pod is of a Deployment: Kubernetes adds two parts to its name. */
  static boolean isPodOf(String pod, String deployment) {
    String[] parts = pod.split("-", -1);
    return parts.length > 2
        && String.join("-", Arrays.copyOf(parts, parts.length - 2)).equals(deployment);
  }

  private static byte[] unique(int number) {
    SplittableRandom random = new SplittableRandom(number);
    byte[] body = new byte[random.nextInt(SHORTEST_BODY, LONGEST_BODY)];
    random.nextBytes(body);
    byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, body, 0, digits.length);
    return body;
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  /** A new digest. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
