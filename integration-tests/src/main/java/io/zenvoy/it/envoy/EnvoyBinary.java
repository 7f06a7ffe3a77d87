package io.zenvoy.it.envoy;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the Envoy that the tests run is. */
public final class EnvoyBinary {
  private EnvoyBinary() {}

  /**
   * The program that {@code ENVOY_BIN} names. Failsafe's preparation sets it to what {@code
   * cli/src/distribution/find-envoy.sh} found or fetched, since there is no network inside the
   * tests' namespace.
   *
   * @throws IllegalStateException if it is not set, or no program
   */
  public static Path find() {
    String configured = System.getenv("ENVOY_BIN");
    if (configured == null || !Files.isExecutable(Path.of(configured))) {
      throw new IllegalStateException(
          "ENVOY_BIN: \"" + configured + "\" (expected: an Envoy; ./mvnw verify sets it)");
    }
    return Path.of(configured);
  }
}
