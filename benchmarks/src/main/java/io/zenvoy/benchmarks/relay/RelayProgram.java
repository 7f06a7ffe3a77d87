package io.zenvoy.benchmarks.relay;

import io.zenvoy.common.HostPort;

/** The daemon's data path as a program that relays. */
public final class RelayProgram {
  private RelayProgram() {}

  /**
   * Relays until it is ended.
   *
   * @param arguments the port to listen on, and the endpoint as {@code host:port}
   */
  public static void main(String[] arguments) throws InterruptedException {
    var _ = DataPath.start(Integer.parseInt(arguments[0]), HostPort.parse(arguments[1]));
    Thread.currentThread().join();
  }
}
