package io.zenvoy.example.echo;

import io.zenvoy.common.Durations;
import io.zenvoy.common.environment.Environment;
import java.time.Duration;

/**
 * The settings of the echo upstream.
 *
 * @param port the port to listen on, on all addresses
 * @param startupDelay how long to wait before listening, to look like a program that starts slowly
 */
record EchoConfig(int port, Duration startupDelay) {
  /**
   * Reads {@code PORT} (8080) and {@code STARTUP_DELAY} (none).
   *
   * @throws io.zenvoy.common.StartupException if one of them is not usable
   */
  static EchoConfig read(Environment environment) {
    return new EchoConfig(
        environment.port("PORT", 8080),
        environment.parsed(
            "STARTUP_DELAY", "0s", "a duration such as 500ms or 10s", Durations::parse));
  }
}
