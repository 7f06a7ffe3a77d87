package io.zenvoy.benchmarks.protocols;

import io.zenvoy.common.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients that ask as fast as they are answered.
 *
 * @param millis how long each exchange took
 * @param perSecond exchanges of all clients together
 */
record Load(List<Double> millis, double perSecond) {
  Load {
    millis = List.copyOf(millis);
  }

  /**
   * Connects the clients, lets each exchange once, and then measures.
   *
   * @throws Exception of the first client that was not answered rightly
   */
  static Load run(Subject subject, HostPort server, int clients, Duration time) throws Exception {
    List<Client> connected = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (int number = 0; number < clients; number++) {
        Client client = subject.connector().connect(server);
        connected.add(client);
        client.exchange();
      }
      long began = System.nanoTime();
      long end = began + time.toNanos();
      List<Callable<List<Double>>> tasks = new ArrayList<>();
      connected.forEach(client -> tasks.add(() -> exchangeUntil(end, client)));
      List<Double> millis = new ArrayList<>();
      for (Future<List<Double>> done : threads.invokeAll(tasks)) {
        millis.addAll(done.get());
      }
      return new Load(millis, millis.size() * 1e9 / (System.nanoTime() - began));
    } finally {
      for (Client client : connected) {
        client.close();
      }
    }
  }

  private static List<Double> exchangeUntil(long end, Client client) throws Exception {
    List<Double> millis = new ArrayList<>();
    long before = System.nanoTime();
    do {
      client.exchange();
      long after = System.nanoTime();
      millis.add((after - before) / 1e6);
      before = after;
    } while (before - end < 0);
    return millis;
  }
}
