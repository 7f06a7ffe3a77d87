package io.zenvoy.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.zenvoy.it.downstream.Curl;
import io.zenvoy.it.kube.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Envoy ends TLS with certificates from Secrets: curl is the client. */
class TlsTerminationIT extends OneStack {
  @Test
  void aServiceThatSleepsIsWokenByTlsOfBothVersionsOfHttpAndByPlainHttp() throws Exception {
    SelfSigned identity = make("shop");

    assertThat(get("shop", identity, "--http1.1")).contains("200 1.1 0");
    workloads.awaitAsleep("shop");
    assertThat(get("shop", identity, "--http2")).contains("200 2 0");
    workloads.awaitAsleep("shop");
    assertThat(getPlain("shop")).contains("200 1.1 0");
    assertThat(evidence.wakes("shop", "ready")).isEqualTo(3);
    assertThat(stack.envoy().refusals()).isEmpty();
  }

  @Test
  void aNewCertificateIsUsedFromThenOnAndCutsNobody() throws Exception {
    SelfSigned first = make("rotated");
    assertThat(get("rotated", first)).contains("200");
    SelfSigned second = SelfSigned.of("TlsTerminationIT", "rotated.example.com");

    Process open = openTls("rotated", first);
    try {
      store("rotated", pem(second.certificate()), pem(second.key()));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(get("rotated", second)).contains("200"));
      assertThat(get("rotated", first)).as("not trusted any more").doesNotContain("200");
      assertThat(ask(open)).as("the connection from before").contains("200 OK");
    } finally {
      open.destroyForcibly();
    }
    assertThat(stack.envoy().refusals()).isEmpty();
  }

  @Test
  void aSecretThatCanNotBeUsedIsToldAndTheLastGoodOneStays() throws Exception {
    SelfSigned identity = make("spoilt");
    store("spoilt", pem(identity.certificate()), "");

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evidence.warnings("spoilt"))
                    .anyMatch(
                        warning ->
                            warning.contains(
                                "zenvoy.io/tls-secret: \"spoilt-tls\": tls.key is empty")));
    assertThat(evidence.metric("zenvoy_invalid_annotations", "service=\"spoilt\"")).isEqualTo(1);
    assertThat(get("spoilt", identity)).contains("200");

    Map<String, String> missing = new HashMap<>(Services.OPTED_IN);
    missing.put("zenvoy.io/tls-secret", "nowhere");
    workloads.annotate("spoilt", missing);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evidence.warnings("spoilt"))
                    .anyMatch(warning -> warning.contains("\"nowhere\": there is no such Secret")));
    assertThat(stack.envoy().refusals()).isEmpty();
  }

  @Test
  void aServiceThatIsOnlyToldOfItsSecretLaterIsServedMeanwhileByPlainHttp() throws Exception {
    SelfSigned identity = SelfSigned.of("TlsTerminationIT", "late.example.com");
    workloads.makeAsleep("late", Map.of("hosts", "late.example.com", "tls-secret", "late-tls"));
    assertThat(getPlain("late")).contains("200");

    store("late", pem(identity.certificate()), pem(identity.key()));
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(get("late", identity)).contains("200"));

    workloads.annotate("late", Services.OPTED_IN);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(get("late", identity)).doesNotContain("200"));
    assertThat(getPlain("late")).contains("200");
  }

  /** A service at zero, its Secret, and Envoy ready for both. */
  private SelfSigned make(String name) throws IOException {
    String host = name + ".example.com";
    SelfSigned identity = SelfSigned.of("TlsTerminationIT", host);
    store(name, pem(identity.certificate()), pem(identity.key()));
    workloads.makeAsleep(name, Map.of("hosts", host, "tls-secret", name + "-tls"));
    await("Envoy ends TLS for " + host)
        .atMost(PATIENCE)
        .until(
            () ->
                stack
                    .envoy()
                    .configDump()
                    .toString()
                    .contains(stack.namespace() + "/" + name + "-tls"));
    return identity;
  }

  private void store(String name, String certificate, String key) {
    stack
        .cluster()
        .client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(stack.namespace())
                .withName(name + "-tls")
                .endMetadata()
                .withType("kubernetes.io/tls")
                .addToData("tls.crt", base64(certificate))
                .addToData("tls.key", base64(key))
                .build())
        .serverSideApply();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String pem(Path file) throws IOException {
    return Files.readString(file);
  }

  private static String get(String name, SelfSigned identity, String... options)
      throws IOException {
    return Curl.askHttps(name + ".example.com", "/", identity.certificate(), told(options)).body();
  }

  private static String getPlain(String name) throws IOException {
    return Curl.ask(name, "/", told()).body();
  }

  /** The status, the version of HTTP, and what curl says of the certificate. */
  private static String[] told(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(
        List.of(
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code} %{http_version} %{ssl_verify_result}"));
    return all.toArray(String[]::new);
  }

  /** A connection whose handshake is done and that nothing was asked on. */
  private static Process openTls(String name, SelfSigned identity) throws IOException {
    Process client =
        new ProcessBuilder(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:10000",
                "-servername",
                name + ".example.com",
                "-CAfile",
                identity.certificate().toString(),
                "-verify_return_error",
                "-ign_eof")
            .redirectErrorStream(true)
            .start();
    String line = "";
    while (line != null && !line.contains("Verify return code: 0")) {
      line = client.inputReader().readLine();
    }
    assertThat(line).as("the handshake").isNotNull();
    return client;
  }

  private static String ask(Process client) throws IOException {
    client.outputWriter().write("GET / HTTP/1.1\r\nHost: rotated\r\nConnection: close\r\n\r\n");
    client.outputWriter().flush();
    return client.inputReader().readAllAsString();
  }
}
