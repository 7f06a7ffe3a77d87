package io.zenvoy.benchmarks.relay;

import io.zenvoy.common.HostPort;
import java.util.List;

/** The daemon's data path as a program that relays. */
public final class RelayProgram {
  static final String COPY = "copy";

  private RelayProgram() {}

  /**
   * Relays until it is ended.
   *
   * @param arguments the port to listen on, the endpoint as {@code host:port}, and {@code copy} if
   *     nothing is to be spliced
   */
  public static void main(String[] arguments) throws InterruptedException {
    var _ =
        DataPath.start(
            Integer.parseInt(arguments[0]),
            List.of(arguments).contains(COPY),
            HostPort.parse(arguments[1]));
    Thread.currentThread().join();
  }
}
