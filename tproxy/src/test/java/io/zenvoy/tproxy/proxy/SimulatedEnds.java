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
  private static final int ADDRESSES_OF_A_NETWORK = 240;
  private static final AtomicInteger latestAddress = new AtomicInteger();

  final List<SimulatedEndpoint> endpoints = new ArrayList<>();
  final List<SimulatedClient> clients = new ArrayList<>();
  final List<SimulatedUpstream> upstreams = new ArrayList<>();
  private int nextClient;
  private int nextUpstream;
  private int relays;

  SimulatedEnds() throws IOException {
    for (String cluster : SimulatedTable.CLUSTERS) {
      for (int index = 0; index < ENDPOINTS_OF_A_CLUSTER; index++) {
        SimulatedEndpoint endpoint = new SimulatedEndpoint(cluster, nextAddress());
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
   * Nobody else on this machine has it, and no connection of the last minute went there: whose port
   * an earlier one has had, and is chosen again by chance, is not refused where nobody listens. A
   * kernel that remembers the earlier one answers with its ACK, and then with nothing at all.
   */
  private static InetSocketAddress nextAddress() {
    long process = ProcessHandle.current().pid();
    int number = latestAddress.getAndIncrement() % (256 * ADDRESSES_OF_A_NETWORK);
    byte[] address = {
      127,
      (byte) (64 + process % 60),
      (byte) (number / ADDRESSES_OF_A_NETWORK),
      (byte) (10 + number % ADDRESSES_OF_A_NETWORK)
    };
    int port = 17_000 + (int) (process / 60 % 1_000);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
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
