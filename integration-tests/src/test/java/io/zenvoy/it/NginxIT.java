package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.Curl;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.NginxUpstream;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** nginx, which ends TLS itself and speaks what it has agreed on with its client, behind SNI. */
class NginxIT extends OneStack {
  @ParameterizedTest
  @CsvSource({"--http1.1, HTTP/1.1", "--http2, HTTP/2.0"})
  void aTlsServiceAndItsClientAgreeOnTheProtocol(String option, String protocol) throws Exception {
    String name = "nginx-" + protocol.toLowerCase(Locale.ROOT).replaceAll("[/.]", "-");
    String host = name + ".example.com";
    SelfSigned identity = SelfSigned.of("NginxIT", host);
    stack.kubelet().runtime(NginxUpstream.tls("NginxIT", Services.CONTAINER_PORT, identity));
    workloads.make(name, Map.of("sni", host));
    await("Envoy knows " + host)
        .atMost(PATIENCE)
        .until(() -> stack.envoy().serverNames().contains(host));

    coldWarmAndColdAgain(
        name,
        () -> {
          Curl.Answer answer = Curl.askTls(host, "/", identity.certificate(), option);

          assertThat(answer.body()).startsWith(protocol + " from 10.99.");
          assertThat(answer.exitCode()).isZero();
        });
    assertThat(evidence.wakes(name, "ready")).isEqualTo(2);
  }
}
