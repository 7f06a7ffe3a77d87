package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.faults.TcpService.Opening;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.upstream.Conversation;
import io.zenvoy.it.upstream.TcpUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The judge of the relay's bytes is judged: a wrong one is found, wherever it is. */
class MixedConnectionsTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int NOWHERE = -1;

  private final Tally tally = new Tally();
  private final TcpService greeting =
      new TcpService("greeting", new HostPort(HOST, FreePorts.next()), Opening.SERVER);
  private final TcpService waiting =
      new TcpService("waiting", new HostPort(HOST, FreePorts.next()), Opening.CLIENT);
  private final MixedConnections connections = new MixedConnections(greeting, waiting, tally);
  private final Deque<Container> servers = new ArrayDeque<>();

  @AfterEach
  void closeServers() {
    servers.forEach(Container::close);
  }

  @Test
  void everyMixIsRightWithoutARelay() throws Exception {
    serve(greeting.name(), greeting.listener().port(), connections.server());
    serve(waiting.name(), waiting.listener().port(), connections.server());

    connections.make(MixedConnections.mixes(), MixedConnections.mixes(), LIMIT);

    assertThat(tally.failures()).isEmpty();
    assertThat(tally.count(Outcome.RIGHT)).isEqualTo(MixedConnections.mixes());
  }

  @Test
  void aRelayThatChangesNothingIsRight() throws Exception {
    relay(NOWHERE, NOWHERE);

    connections.make(1, 1, LIMIT);

    assertThat(tally.count(Outcome.RIGHT)).isEqualTo(1);
  }

  @Test
  void aWrongByteTowardsTheServerIsFound() throws Exception {
    relay(Integer.BYTES + Mixture.of(0).toServer() / 2, NOWHERE);

    connections.make(1, 1, LIMIT);

    assertThat(tally.count(Outcome.CORRUPTED)).isEqualTo(1);
  }

  @Test
  void aWrongByteTowardsTheClientIsFound() throws Exception {
    int podName = Short.BYTES + pod(waiting.name()).length();
    relay(NOWHERE, podName + Mixture.of(0).toClient() / 2);

    connections.make(1, 1, LIMIT);

    assertThat(tally.count(Outcome.CORRUPTED)).isEqualTo(1);
  }

  /** Serves the one that waits by a relay that changes a byte of each direction. */
  private void relay(int wrongTowardsServer, int wrongTowardsClient) throws IOException {
    int port = FreePorts.next();
    serve(waiting.name(), port, connections.server());
    serve(
        "relay",
        waiting.listener().port(),
        (pod, client) -> {
          try (Socket server = new Socket(InetAddress.ofLiteral(HOST), port)) {
            Thread back = Thread.ofVirtual().start(() -> copy(server, client, wrongTowardsClient));
            copy(client, server, wrongTowardsServer);
            back.join();
          }
        });
  }

  private void serve(String service, int port, Conversation conversation) throws IOException {
    servers.push(new TcpUpstream(port, conversation).start(pod(service), HOST));
  }

  private static String pod(String service) {
    return service + "-1-1";
  }

  private static void copy(Socket from, Socket to, int wrong) {
    byte[] buffer = new byte[1024];
    try {
      int passed = 0;
      for (int count = from.getInputStream().read(buffer);
          count >= 0;
          count = from.getInputStream().read(buffer)) {
        if (wrong >= passed && wrong < passed + count) {
          buffer[wrong - passed] ^= 1;
        }
        passed += count;
        to.getOutputStream().write(buffer, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
