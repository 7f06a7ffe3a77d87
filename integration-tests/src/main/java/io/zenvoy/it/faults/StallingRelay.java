package io.zenvoy.it.faults;

import io.zenvoy.common.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries TCP connections and can be made to hold every byte back: connections stay open, new ones
 * are accepted, and nothing arrives. Thread-safe.
 */
public final class StallingRelay implements AutoCloseable {
  private final HostPort target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean stalled;

  public StallingRelay(HostPort target) {
    this.target = target;
    try {
      listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("relay to " + target).start(this::accept);
  }

  /** Where it listens. */
  public HostPort address() {
    return new HostPort("127.0.0.1", listener.getLocalPort());
  }

  /** From now on nothing is carried. */
  public void stall() {
    set(true);
  }

  /** Carries what was held back, and what comes. */
  public void resume() {
    set(false);
  }

  @Override
  public void close() {
    resume();
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void set(boolean value) {
    lock.lock();
    try {
      stalled = value;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(target.host(), target.port());
        sockets.add(client);
        sockets.add(server);
        Thread.ofVirtual().start(() -> carry(client, server));
        Thread.ofVirtual().start(() -> carry(server, client));
      } catch (IOException e) {
        // the listener was closed, or the target is away: the client sees its connection close
      }
    }
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[16 * 1024];
    try (from;
        to) {
      for (int count = from.getInputStream().read(buffer);
          count >= 0;
          count = from.getInputStream().read(buffer)) {
        awaitPassage();
        to.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException e) {
      // either side has closed: both are closed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private void awaitPassage() throws InterruptedException {
    lock.lock();
    try {
      while (stalled) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
