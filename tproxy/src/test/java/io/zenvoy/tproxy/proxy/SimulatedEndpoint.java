package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An endpoint of one cluster, with a real port that may be open or not. */
final class SimulatedEndpoint {
  private static final int BACKLOG = 1000;

  final String cluster;
  final InetSocketAddress address;
  private final List<SocketChannel> fillers = new ArrayList<>();
  private @Nullable ServerSocketChannel listener;
  private Mood mood = Mood.REFUSING;
  private int openSince = Integer.MAX_VALUE;
  private int lastFailed = -1;

  SimulatedEndpoint(String cluster, InetSocketAddress address) {
    this.cluster = cluster;
    this.address = address;
  }

  /** What it does with those that connect. */
  enum Mood {
    OPEN,
    REFUSING,
    /** The kernel drops what asks for a connection, because nobody accepts. */
    SWALLOWING
  }

  Mood mood() {
    return mood;
  }

  /**
   * @param step the number of the schedule's step
   */
  void become(Mood changed, int step) throws IOException {
    if (mood == Mood.SWALLOWING) {
      lastFailed = step;
    }
    if (changed == mood) {
      return;
    }
    close();
    mood = changed;
    if (changed == Mood.REFUSING) {
      return;
    }
    ServerSocketChannel opened = ServerSocketChannel.open();
    listener = opened;
    opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    opened.configureBlocking(false);
    opened.bind(address, changed == Mood.OPEN ? BACKLOG : 1);
    if (changed == Mood.OPEN) {
      openSince = step;
    } else {
      lastFailed = step;
      // listen(2): a backlog of one takes two.
      fillers.add(SocketChannel.open(address));
      fillers.add(SocketChannel.open(address));
    }
  }

  /** Whether whoever dials it since that step is accepted at once. */
  boolean isOpenFor(int dialledStep) {
    return mood == Mood.OPEN && openSince < dialledStep;
  }

  boolean hasFailedSince(int step) {
    return mood == Mood.SWALLOWING || lastFailed >= step;
  }

  /** A dial may have met no endpoint here. */
  void hasFailed(int step) {
    lastFailed = step;
  }

  /** The next connection that waits at its open port. */
  @Nullable SocketChannel accept() throws IOException {
    return mood == Mood.OPEN && listener != null ? listener.accept() : null;
  }

  void close() throws IOException {
    for (SocketChannel filler : fillers) {
      filler.setOption(StandardSocketOptions.SO_LINGER, 0);
      filler.close();
    }
    fillers.clear();
    if (listener != null) {
      listener.close();
      listener = null;
    }
    mood = Mood.REFUSING;
    openSince = Integer.MAX_VALUE;
  }
}
