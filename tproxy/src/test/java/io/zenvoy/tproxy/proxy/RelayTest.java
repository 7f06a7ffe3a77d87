package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RelayTest {
  private static final int MEGABYTE = 1 << 20;

  private TestingProxy proxy;
  private TestingUpstream upstream;

  @BeforeEach
  void start() throws Exception {
    proxy = TestingProxy.start();
    upstream = TestingUpstream.start();
    proxy.routes(proxy.echo(upstream.address()));
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
    proxy.close();
  }

  @Test
  void bytesAreExactInBothDirectionsAtOnce() throws Exception {
    try (Socket client = proxy.connect();
        Socket served = upstream.accept()) {
      FutureTask<byte[]> clientSends = inBackground(() -> send(client, 32, 1));
      FutureTask<byte[]> upstreamSends = inBackground(() -> send(served, 32, 2));
      FutureTask<byte[]> upstreamGot = inBackground(() -> digestOf(served, MEGABYTE));
      byte[] clientGot = digestOf(client, MEGABYTE);
      assertThat(clientGot).isEqualTo(upstreamSends.get(20, TimeUnit.SECONDS));
      assertThat(upstreamGot.get(20, TimeUnit.SECONDS))
          .isEqualTo(clientSends.get(20, TimeUnit.SECONDS));
    }
    await().until(() -> proxy.activity().active() == 0);
    assertThat(proxy.metric("zenvoy_tproxy_relayed_bytes_total{direction=\"to_upstream\"}"))
        .isEqualTo(32.0 * MEGABYTE);
    assertThat(proxy.metric("zenvoy_tproxy_relayed_bytes_total{direction=\"to_client\"}"))
        .isEqualTo(32.0 * MEGABYTE);
  }

  @Test
  void aPodOfIpv6IsRelayedToFromASlotOfIpv4() throws Exception {
    try (TestingUpstream six = TestingUpstream.startOnIpv6()) {
      proxy.routes(proxy.echo(six.address()));
      try (Socket client = proxy.connect();
          Socket served = six.accept()) {
        FutureTask<byte[]> sent = inBackground(() -> send(client, 1, 6));
        assertThat(digestOf(served, MEGABYTE)).isEqualTo(sent.get(20, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void aLongReplyArrivesAfterTheClientHasHalfClosed() throws Exception {
    try (Socket client = proxy.connect();
        Socket served = upstream.accept()) {
      client.getOutputStream().write("request".getBytes(UTF_8));
      client.shutdownOutput();
      assertThat(served.getInputStream().readAllBytes()).asString().isEqualTo("request");
      FutureTask<byte[]> sent = inBackground(() -> send(served, 64, 3));
      assertThat(digestOf(client, MEGABYTE)).isEqualTo(sent.get(30, TimeUnit.SECONDS));
    }
    await().until(() -> proxy.activity().active() == 0);
  }

  @Test
  void aSlowReaderGetsEverythingAndSlowsTheWriterDown() throws Exception {
    try (Socket client = proxy.connect();
        Socket served = upstream.accept()) {
      FutureTask<byte[]> sent = inBackground(() -> send(served, 48, 4));
      // Nobody reads: the writer must stop, since nothing in between may grow.
      await()
          .during(500, TimeUnit.MILLISECONDS)
          .atMost(10, TimeUnit.SECONDS)
          .until(() -> !sent.isDone());
      assertThat(digestOf(client, 4096)).isEqualTo(sent.get(30, TimeUnit.SECONDS));
    }
    await().until(() -> proxy.activity().active() == 0);
    assertThat(proxy.metric("zenvoy_tproxy_spliced_bytes_total")).isPositive();
  }

  @Test
  void moreSlowReadersThanThereArePipesGetEverything() throws Exception {
    List<Socket> clients = new ArrayList<>();
    List<FutureTask<byte[]>> sent = new ArrayList<>();
    for (int number = 0; number < 2 * PipePool.MOST + 4; number++) {
      clients.add(proxy.connect());
      Socket served = upstream.accept();
      int seed = number;
      sent.add(inBackground(() -> send(served, 20, seed)));
    }
    awaitStandstill(); // nobody reads: each relay holds what its client does not take
    for (int number = 0; number < clients.size(); number++) {
      try (Socket client = clients.get(number)) {
        assertThat(digestOf(client, MEGABYTE))
            .isEqualTo(sent.get(number).get(30, TimeUnit.SECONDS));
      }
    }
    await().until(() -> proxy.activity().active() == 0);
    assertThat(proxy.metric("zenvoy_tproxy_spliced_bytes_total")).isPositive();
  }

  @Test
  void theClientStillSendsAfterTheUpstreamHasHalfClosed() throws Exception {
    try (Socket client = proxy.connect();
        Socket served = upstream.accept()) {
      served.getOutputStream().write("hello".getBytes(UTF_8));
      served.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello");
      // The upstream reads late: the client's end of both directions comes while the relay is full.
      FutureTask<byte[]> sent = inBackground(() -> send(client, 32, 5));
      await()
          .during(300, TimeUnit.MILLISECONDS)
          .atMost(10, TimeUnit.SECONDS)
          .until(() -> !sent.isDone());
      assertThat(digestOf(served, MEGABYTE)).isEqualTo(sent.get(30, TimeUnit.SECONDS));
    }
    await().until(() -> proxy.activity().active() == 0);
  }

  @Test
  void aResetOfTheClientResetsTheUpstream() throws Exception {
    Socket client = proxy.connect();
    try (Socket served = upstream.accept()) {
      client.setSoLinger(true, 0);
      client.close();
      assertThatThrownBy(() -> served.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    await().until(() -> proxy.activity().active() == 0);
  }

  @Test
  void aResetOfTheUpstreamResetsTheClientBehindWhatWasSentBefore() throws Exception {
    try (Socket client = proxy.connect()) {
      Socket served = upstream.accept();
      served.getOutputStream().write("last words".getBytes(UTF_8));
      assertThat(client.getInputStream().readNBytes(10)).asString().isEqualTo("last words");
      served.setSoLinger(true, 0);
      served.close();
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    await().until(() -> proxy.activity().active() == 0);
  }

  @Test
  void aResetWhileTheOtherEndDoesNotReadEndsBoth() throws Exception {
    Socket client = proxy.connect();
    try (Socket served = upstream.accept()) {
      FutureTask<byte[]> sent = inBackground(() -> send(served, 48, 6));
      await().until(() -> client.getInputStream().available() > 0);
      client.setSoLinger(true, 0);
      client.close();
      assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    }
    await().until(() -> proxy.activity().active() == 0);
  }

  /** Blocks until nothing is delivered any more. */
  private void awaitStandstill() throws InterruptedException {
    double before;
    double now = -1;
    do {
      before = now;
      Thread.sleep(300);
      now = proxy.metric("zenvoy_tproxy_relayed_bytes_total{direction=\"to_client\"}");
    } while (now != before);
  }

  private static FutureTask<byte[]> inBackground(Callable<byte[]> work) {
    FutureTask<byte[]> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /** Sends random bytes and the end, and returns their hash. */
  private static byte[] send(Socket socket, int megabytes, long seed) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Random random = new Random(seed);
    byte[] block = new byte[MEGABYTE];
    OutputStream output = socket.getOutputStream();
    for (int count = 0; count < megabytes; count++) {
      random.nextBytes(block);
      digest.update(block);
      output.write(block);
    }
    socket.shutdownOutput();
    return digest.digest();
  }

  /**
   * The hash of all that arrives.
   *
   * @param readSize bytes that are asked for at a time
   */
  private static byte[] digestOf(Socket socket, int readSize) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    // Not closed: that would close the socket, whose other direction may be in use.
    InputStream input = socket.getInputStream();
    byte[] block = new byte[readSize];
    for (int count = input.read(block); count >= 0; count = input.read(block)) {
      digest.update(block, 0, count);
    }
    return digest.digest();
  }
}
