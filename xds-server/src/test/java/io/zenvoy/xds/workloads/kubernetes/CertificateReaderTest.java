package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.model.Certificate;
import java.security.KeyPair;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateReaderTest {
  @ParameterizedTest
  @CsvSource({"RSA, 2048", "EC, 256", "EC, 384"})
  void everyKindOfKeyIsReadInBothOfItsForms(String algorithm, int bits) throws Exception {
    KeyPair keys = TestingCertificates.keys(algorithm, bits);
    String chain = TestingCertificates.certificate(keys);

    for (String key :
        new String[] {
          TestingCertificates.traditionalKey(keys), TestingCertificates.pkcs8Key(keys)
        }) {
      ObservedSecret read = read(chain, key);

      assertThat(read.problem()).isEmpty();
      Certificate certificate = read.certificate().orElseThrow();
      assertThat(certificate.name()).isEqualTo("default/echo-tls");
      assertThat(certificate.chain()).isEqualTo(chain);
      assertThat(certificate.privateKey()).startsWith("-----BEGIN PRIVATE KEY-----\n");
      assertThat(read(certificate.chain(), certificate.privateKey()).certificate())
          .contains(certificate);
    }
  }

  @Test
  void whatEnvoyWouldRefuseIsRefusedWithWhatIsExpected() throws Exception {
    KeyPair keys = TestingCertificates.keys("EC", 256);
    KeyPair small = TestingCertificates.keys("RSA", 1024);
    String chain = TestingCertificates.certificate(keys);
    String key = TestingCertificates.pkcs8Key(keys);

    assertThat(problem(Map.of("tls.crt", chain)))
        .isEqualTo("tls.key is empty or missing (expected: PEM)");
    assertThat(problem(Map.of("tls.key", key)))
        .isEqualTo("tls.crt is empty or missing (expected: PEM)");
    assertThat(read("", key).problem()).startsWith("tls.crt is empty");
    assertThat(read("nonsense", key).problem()).startsWith("tls.crt").contains("expected:");
    assertThat(read(chain, "nonsense").problem())
        .isEqualTo("tls.key holds no private key (expected: an unencrypted one as PEM)");
    assertThat(read(chain, chain).problem()).startsWith("tls.key holds no private key");
    assertThat(read(chain, key.substring(0, key.length() / 2)).problem())
        .startsWith("tls.key can't be read");
    assertThat(
            read(chain, TestingCertificates.pkcs8Key(TestingCertificates.keys("EC", 256)))
                .problem())
        .contains("is not the key of the first certificate");
    assertThat(read(chain, TestingCertificates.pkcs8Key(small)).problem())
        .contains("is not the key of the first certificate");
    assertThat(
            read(TestingCertificates.certificate(small), TestingCertificates.pkcs8Key(small))
                .problem())
        .contains("that Envoy does not take (expected: RSA of 2048 bits or more");
  }

  @Test
  void aKeyIsNeverPrinted() throws Exception {
    KeyPair keys = TestingCertificates.keys("EC", 256);
    String key = TestingCertificates.pkcs8Key(keys);

    assertThat(read(TestingCertificates.certificate(keys), key).toString())
        .contains("default/echo-tls")
        .doesNotContain("PRIVATE KEY");
  }

  private static String problem(Map<String, String> data) {
    return CertificateReader.read(TestingCertificates.secret("echo-tls", data)).problem();
  }

  private static ObservedSecret read(String chain, String key) {
    return CertificateReader.read(
        TestingCertificates.secret("echo-tls", Map.of("tls.crt", chain, "tls.key", key)));
  }
}
