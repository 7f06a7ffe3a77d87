package io.zenvoy.it.faults;

import io.zenvoy.it.upstream.Conversation;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many connections, each with bytes of its own that come back, which end in all the ways in which
 * connections do. Thread-safe.
 */
public final class ShortConnections {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int LONGEST = 4096;

  /** Keeps clear of the 28,232 local ports that the kernel has for each source address. */
  private static final int OF_ONE_ADDRESS = 5_000;

  private static final List<Ending> ENDINGS = List.of(Ending.values());

  private final Tally tally;
  private final Map<Ending, AtomicInteger> seenByServer = new EnumMap<>(Ending.class);

  public ShortConnections(Tally tally) {
    this.tally = tally;
    ENDINGS.forEach(ending -> seenByServer.put(ending, new AtomicInteger()));
  }

  /** The server's side. */
  public Conversation server() {
    return this::serve;
  }

  /** How many connections the server has seen to end so, and as they should. */
  public int seenByServer(Ending ending) {
    return counter(ending).get();
  }

  /**
   * Makes connections one after another, with every ending in turn.
   *
   * @param clients how many do so at the same time, 1 to 250
   */
  public void make(TcpService service, int count, int clients) {
    AtomicInteger numbers = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 1; client <= clients; client++) {
        String network = "127.1." + client + ".";
        threads.execute(() -> make(service, count, numbers, network));
      }
    }
  }

  private void make(TcpService service, int count, AtomicInteger numbers, String network) {
    int own = 0;
    for (int number = numbers.getAndIncrement();
        number < count;
        number = numbers.getAndIncrement()) {
      String source = network + (1 + own++ / OF_ONE_ADDRESS % 250);
      Ending ending = ENDINGS.get(number % ENDINGS.size());
      tally.sent();
      long start = System.nanoTime();
      try (Socket socket = new Socket()) {
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(service.listener().host(), service.listener().port()));
        Outcome outcome = converse(socket, service, ending, number);
        if (outcome == Outcome.RIGHT) {
          tally.right(Duration.ofNanos(System.nanoTime() - start));
        } else {
          tally.wrong(outcome, service.name() + ", number " + number + ", " + ending);
        }
      } catch (SocketTimeoutException e) {
        tally.wrong(Outcome.HUNG, service.name() + ", " + ending + ": " + e);
      } catch (IOException e) {
        tally.wrong(Outcome.LOST, service.name() + ", " + ending + ": " + e);
      }
    }
  }

  private static Outcome converse(Socket socket, TcpService service, Ending ending, int number)
      throws IOException {
    byte[] question = unique(number);
    DataOutputStream output =
        new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 2 * LONGEST));
    output.writeUTF(ending.name());
    output.writeShort(question.length);
    output.write(question);
    output.flush();
    ending.afterQuestion(socket);
    DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    String pod = input.readUTF();
    byte[] answer = new byte[question.length];
    input.readFully(answer);
    if (!Question.isPodOf(pod, service.name())) {
      return Outcome.MISROUTED;
    }
    boolean asMeant = ending.atClient(socket, input, output);
    return asMeant && Arrays.equals(question, answer) ? Outcome.RIGHT : Outcome.CORRUPTED;
  }

  private void serve(String pod, Socket client) throws IOException {
    DataInputStream input = new DataInputStream(new BufferedInputStream(client.getInputStream()));
    Ending ending = Ending.valueOf(input.readUTF());
    byte[] question = new byte[input.readUnsignedShort()];
    input.readFully(question);
    boolean asMeant = ending.afterQuestion(input);
    DataOutputStream output =
        new DataOutputStream(new BufferedOutputStream(client.getOutputStream(), 2 * LONGEST));
    output.writeUTF(pod);
    output.write(question);
    output.flush();
    asMeant &= ending.atServer(client, input);
    if (asMeant) {
      counter(ending).incrementAndGet();
    }
  }

  private AtomicInteger counter(Ending ending) {
    return Objects.requireNonNull(seenByServer.get(ending));
  }

  private static byte[] unique(int number) {
    SplittableRandom random = new SplittableRandom(number);
    byte[] bytes = new byte[random.nextInt(Integer.BYTES, LONGEST)];
    random.nextBytes(bytes);
    for (int digit = 0; digit < Integer.BYTES; digit++) {
      bytes[digit] = (byte) (number >>> (8 * digit));
    }
    return bytes;
  }
}
