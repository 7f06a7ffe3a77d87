package io.zenvoy.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A certificate that signs itself, made by OpenSSL.
 *
 * @param key as PEM
 * @param certificate as PEM; also whom clients have to trust
 */
public record SelfSigned(Path key, Path certificate) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * Makes one.
   *
   * @param name that it is for
   */
  public static SelfSigned of(String test, String name) throws IOException {
    Path folder = Files.createTempDirectory("zenvoy-tls-");
    SelfSigned made = new SelfSigned(folder.resolve("key.pem"), folder.resolve("certificate.pem"));
    int exitCode =
        ChildProcess.start(
                "openssl-req",
                Project.logs(test).resolve("openssl-req.log"),
                Map.of(),
                List.of(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days",
                    "1",
                    "-subj",
                    "/CN=" + name,
                    "-addext",
                    "subjectAltName=DNS:" + name,
                    "-keyout",
                    made.key.toString(),
                    "-out",
                    made.certificate.toString()))
            .awaitExit(PATIENCE);
    if (exitCode != 0) {
      throw new IllegalStateException("openssl req ended with " + exitCode);
    }
    return made;
  }
}
