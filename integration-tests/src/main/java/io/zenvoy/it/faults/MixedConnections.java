package io.zenvoy.it.faults;

import io.zenvoy.it.faults.Mixture.Slowness;
import io.zenvoy.it.faults.TcpService.Opening;
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
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Thousands of connections at a time, of every mix of {who speaks first, who ends it and how, who
 * reads slowly, how much}. Each side tells the other the SHA-256 of what it has received, and looks
 * for the end that was meant. Thread-safe.
 */
public final class MixedConnections {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int BUFFER = 2048;
  private static final int SLOW_READERS_WINDOW = 8 << 10;
  private static final int DIGEST = 32;
  private static final int GREETING = 600;

  private final TcpService greeting;
  private final TcpService waiting;
  private final Tally tally;
  private final AtomicInteger greetings = new AtomicInteger();
  private final Map<Ending, AtomicInteger> seenByServer = new EnumMap<>(Ending.class);

  /**
   * @param greeting whose server speaks first
   * @param waiting whose server waits to be asked
   */
  public MixedConnections(TcpService greeting, TcpService waiting, Tally tally) {
    this.greeting = greeting;
    this.waiting = waiting;
    this.tally = tally;
    for (Ending ending : Ending.values()) {
      seenByServer.put(ending, new AtomicInteger());
    }
  }

  /** The server's side, for the pods of both services. */
  public Conversation server() {
    return (pod, client) ->
        serve(pod, client, Question.isPodOf(pod, greeting.name()) ? greeting : waiting);
  }

  /** How many connections the server has seen to end so, and with the right bytes. */
  public int seenByServer(Ending ending) {
    return counter(ending).get();
  }

  /** How many connections it takes until every mix was made. */
  public static int mixes() {
    return Mixture.MIXES;
  }

  /**
   * Makes connections until all have ended, or for as long as may be.
   *
   * @param atATime at least 1
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void make(int count, int atATime, Duration limit) throws InterruptedException {
    AtomicInteger numbers = new AtomicInteger();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    for (int client = 0; client < atATime; client++) {
      // The kernel has 28,232 local ports for each source address.
      String source = "127.1." + (1 + client % 250) + ".1";
      threads.execute(() -> make(count, numbers, source));
    }
    threads.shutdown();
    if (!threads.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
      throw new AssertionError("after " + limit + ": " + tally);
    }
  }

  private void make(int count, AtomicInteger numbers, String source) {
    for (int number = numbers.getAndIncrement();
        number < count;
        number = numbers.getAndIncrement()) {
      Mixture mixture = Mixture.of(number);
      TcpService service = mixture.opening() == Opening.SERVER ? greeting : waiting;
      tally.sent();
      long start = System.nanoTime();
      try (Socket socket = new Socket()) {
        socket.setSoTimeout((int) PATIENCE.toMillis());
        if (mixture.slowness() == Slowness.CLIENT) {
          socket.setReceiveBufferSize(SLOW_READERS_WINDOW);
        }
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
        socket.connect(
            new InetSocketAddress(
                InetAddress.ofLiteral(service.listener().host()), service.listener().port()));
        Outcome outcome = converse(socket, service, mixture);
        if (outcome == Outcome.RIGHT) {
          tally.right(Duration.ofNanos(System.nanoTime() - start));
        } else {
          tally.wrong(outcome, mixture.toString());
        }
      } catch (SocketTimeoutException e) {
        tally.wrong(Outcome.HUNG, mixture + ": " + e);
      } catch (IOException e) {
        tally.wrong(Outcome.LOST, mixture + ": " + e);
      } catch (InterruptedException e) {
        tally.wrong(Outcome.HUNG, mixture + ": " + e);
        return;
      }
    }
  }

  private static Outcome converse(Socket socket, TcpService service, Mixture mixture)
      throws IOException, InterruptedException {
    DataInputStream input = input(socket);
    DataOutputStream output = output(socket);
    boolean right = true;
    if (mixture.opening() == Opening.SERVER) {
      int length = input.readUnsignedShort();
      byte[] received = DigestedStream.receive(input, length, false);
      right = Arrays.equals(received, input.readNBytes(DIGEST));
    }
    output.writeInt(mixture.number());
    byte[] sent = DigestedStream.send(output, mixture.number(), mixture.toServer());
    mixture.ending().afterQuestion(socket);
    String pod = input.readUTF();
    byte[] received =
        DigestedStream.receive(input, mixture.toClient(), mixture.slowness() == Slowness.CLIENT);
    right &= Arrays.equals(received, input.readNBytes(DIGEST));
    right &= Arrays.equals(sent, input.readNBytes(DIGEST));
    right &= mixture.ending().atClient(socket, input, output);
    if (!Question.isPodOf(pod, service.name())) {
      return Outcome.MISROUTED;
    }
    return right ? Outcome.RIGHT : Outcome.CORRUPTED;
  }

  private void serve(String pod, Socket client, TcpService service)
      throws IOException, InterruptedException {
    DataInputStream input = input(client);
    DataOutputStream output = output(client);
    if (service.opening() == Opening.SERVER) {
      int number = greetings.incrementAndGet();
      int length = 1 + number % GREETING;
      output.writeShort(length);
      byte[] sent = DigestedStream.send(output, ~number, length);
      output.write(sent);
      output.flush();
    }
    Mixture mixture = Mixture.of(input.readInt());
    boolean slowly = mixture.slowness() == Slowness.SERVER;
    if (slowly) {
      client.setReceiveBufferSize(SLOW_READERS_WINDOW);
    }
    byte[] received = DigestedStream.receive(input, mixture.toServer(), slowly);
    boolean asMeant = mixture.ending().afterQuestion(input);
    output.writeUTF(pod);
    byte[] sent = DigestedStream.send(output, ~mixture.number(), mixture.toClient());
    output.write(sent);
    output.write(received);
    output.flush();
    if (mixture.ending().atServer(client, input) && asMeant) {
      counter(mixture.ending()).incrementAndGet();
    }
  }

  private AtomicInteger counter(Ending ending) {
    return Objects.requireNonNull(seenByServer.get(ending));
  }

  private static DataInputStream input(Socket socket) throws IOException {
    return new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
  }

  private static DataOutputStream output(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    return new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
  }
}
