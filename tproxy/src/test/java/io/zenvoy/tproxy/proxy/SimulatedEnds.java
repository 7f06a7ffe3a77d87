package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.proxy.SimulatedEndpoint.Mood;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** All ends of all connections, and who is connected to whom, by the bytes that arrive. */
final class SimulatedEnds {
  private static final int ENDPOINTS_OF_A_CLUSTER = 2;
  private static final int ENDPOINTS = SimulatedTable.CLUSTERS.size() * ENDPOINTS_OF_A_CLUSTER;
  private static final int WORLDS_OF_A_NETWORK = 40;
  private static final AtomicInteger worlds = new AtomicInteger();

  final List<SimulatedEndpoint> endpoints = new ArrayList<>();
  final List<SimulatedClient> clients = new ArrayList<>();
  final List<SimulatedUpstream> upstreams = new ArrayList<>();
  private int nextClient;
  private int nextUpstream;
  private int relays;

  SimulatedEnds() throws IOException {
    List<InetSocketAddress> addresses = addresses();
    for (String cluster : SimulatedTable.CLUSTERS) {
      for (int index = 0; index < ENDPOINTS_OF_A_CLUSTER; index++) {
        SimulatedEndpoint endpoint =
            new SimulatedEndpoint(cluster, addresses.get(endpoints.size()));
        endpoint.become(Mood.OPEN, 0);
        endpoints.add(endpoint);
      }
    }
  }

  /** The number of the next client. */
  int nextClient() {
    return nextClient++;
  }

  /** How many pairs have found each other. */
  int relays() {
    return relays;
  }

  /** Both ends take what has come for them. */
  boolean transfer() throws IOException {
    boolean any = false;
    for (SimulatedEndpoint endpoint : endpoints) {
      any |= accept(endpoint);
    }
    for (SimulatedClient client : clients) {
      any |= client.receive();
      if (client.other() >= 0) {
        pair(client, upstream(client.other()));
      }
    }
    for (SimulatedUpstream upstream : upstreams) {
      any |= upstream.receive();
      if (upstream.other() >= 0) {
        pair(client(upstream.other()), upstream);
      }
    }
    return any;
  }

  /** Takes the connections that wait at an endpoint. */
  boolean accept(SimulatedEndpoint endpoint) throws IOException {
    boolean any = false;
    for (SocketChannel channel = endpoint.accept(); channel != null; channel = endpoint.accept()) {
      upstreams.add(new SimulatedUpstream(nextUpstream++, channel, endpoint));
      any = true;
    }
    return any;
  }

  private void pair(SimulatedClient client, SimulatedUpstream upstream) {
    if ((client.upstream != null && client.upstream != upstream)
        || (upstream.client != null && upstream.client != client)) {
      throw new AssertionError(
          "client %d and upstream %d belong to others".formatted(client.number, upstream.number));
    }
    if (client.upstream == null) {
      relays++;
    }
    client.upstream = upstream;
    upstream.client = client;
  }

  /** Ends of which nothing more is to come. */
  void forgetThoseThatEnded() throws IOException {
    for (SimulatedUpstream upstream : List.copyOf(upstreams)) {
      SimulatedClient client = upstream.client;
      if (client == null || RelayRules.isOver(client, upstream)) {
        upstream.reset();
        upstreams.remove(upstream);
        if (client != null) {
          client.reset();
          clients.remove(client);
        }
      }
    }
    for (SimulatedClient client : List.copyOf(clients)) {
      switch (client.fate()) {
        case OPEN, RELAYED -> {}
        case REFUSED, LEFT -> {
          client.reset();
          clients.remove(client);
        }
      }
    }
  }

  private SimulatedClient client(int number) {
    return byNumber(clients, number);
  }

  private SimulatedUpstream upstream(int number) {
    return byNumber(upstreams, number);
  }

  private static <T extends SimulatedEnd> T byNumber(List<T> ends, int number) {
    return ends.stream()
        .filter(end -> end.number == number)
        .findFirst()
        .orElseThrow(() -> new AssertionError("bytes of " + number + ", which has ended"));
  }

  void close() throws IOException {
    for (SimulatedEndpoint endpoint : endpoints) {
      endpoint.close();
    }
    for (SimulatedEnd end : clients) {
      end.reset();
    }
    for (SimulatedEnd end : upstreams) {
      end.reset();
    }
  }

  /**
   * Nobody else on this machine has them, and no connection of the last minute went there: whose
   * port an earlier one has had, and is chosen again by chance, is not refused where nobody
   * listens. A kernel that remembers the earlier one answers with its ACK, and then with nothing at
   * all.
   */
  private static List<InetSocketAddress> addresses() {
    long process = ProcessHandle.current().pid();
    int port = 17_000 + (int) (process / 60 % 1_000);
    int world = worlds.getAndIncrement() % (256 * WORLDS_OF_A_NETWORK);
    byte[] address = {127, (byte) (64 + process % 60), (byte) (world / WORLDS_OF_A_NETWORK), 0};
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (int index = 0; index < ENDPOINTS; index++) {
      address[3] = (byte) (10 + world % WORLDS_OF_A_NETWORK * ENDPOINTS + index);
      try {
        addresses.add(new InetSocketAddress(InetAddress.getByAddress(address), port));
      } catch (UnknownHostException e) {
        throw new IllegalStateException("four bytes are an address", e);
      }
    }
    return addresses;
  }

  /**
   * To a dial that has not heard of it yet, an upstream that resets is one that does not answer.
   */
  void mayHaveFailedADial(SimulatedEnd end, int step) {
    if (end instanceof SimulatedUpstream upstream && upstream.client == null) {
      upstream.endpoint.hasFailed(step);
    }
  }
}
