package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.zenvoy.xds.model.Certificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/**
 * Reads a certificate and its key from a Secret, and refuses what Envoy would refuse: a listener
 * that waits for a usable certificate holds back every other change of it. Pure.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets">Kubernetes'
 *     TLS Secrets</a>
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/security/ssl#certificate-selection">what
 *     Envoy takes</a>
 */
final class CertificateReader {
  static final String TYPE = "kubernetes.io/tls";

  private static final String CHAIN = "tls.crt";
  private static final String KEY = "tls.key";
  private static final String FOREIGN_KEY =
      KEY + " is not the key of the first certificate in " + CHAIN + " (expected: its own)";
  private static final int SMALLEST_RSA_BITS = 2048;
  private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);

  private CertificateReader() {}

  static ObservedSecret read(Secret secret) {
    String name = ObservedSecret.name(secret);
    Map<String, String> data = Observations.orEmpty(secret.getData());
    try {
      List<? extends java.security.cert.Certificate> chain = certificates(text(data, CHAIN));
      PrivateKey key = usable(chain.getFirst().getPublicKey(), privateKey(text(data, KEY)));
      // As it was understood, not as it was written: nothing else may be in it for Envoy to find.
      StringBuilder certificates = new StringBuilder();
      for (java.security.cert.Certificate certificate : chain) {
        certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      return new ObservedSecret(
          name,
          Optional.of(
              new Certificate(name, certificates.toString(), pem("PRIVATE KEY", key.getEncoded()))),
          "");
    } catch (CertificateEncodingException e) {
      return new ObservedSecret(name, Optional.empty(), Observations.oneLine(e.toString()));
    } catch (IllegalArgumentException e) {
      return new ObservedSecret(
          name, Optional.empty(), Observations.oneLine(String.valueOf(e.getMessage())));
    }
  }

  private static String text(Map<String, String> data, String key) {
    String encoded = data.getOrDefault(key, "");
    if (encoded.isEmpty()) {
      throw new IllegalArgumentException(key + " is empty or missing (expected: PEM)");
    }
    return new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8);
  }

  private static String pem(String label, byte[] content) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static List<? extends java.security.cert.Certificate> certificates(String chain) {
    try {
      List<? extends java.security.cert.Certificate> certificates =
          List.copyOf(
              CertificateFactory.getInstance("X.509")
                  .generateCertificates(
                      new ByteArrayInputStream(chain.getBytes(StandardCharsets.UTF_8))));
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          CHAIN + ": " + e.getMessage() + " (expected: certificates as PEM, the leaf first)", e);
    }
    throw new IllegalArgumentException(
        CHAIN + " holds no certificate (expected: certificates as PEM, the leaf first)");
  }

  private static PrivateKeyInfo privateKey(String pem) {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
        if (object instanceof PrivateKeyInfo key) {
          return key;
        }
        if (object instanceof PEMKeyPair pair) {
          return pair.getPrivateKeyInfo();
        }
      }
    } catch (IOException | RuntimeException e) {
      // What is wrong with it may quote the key.
      throw new IllegalArgumentException(
          KEY + " can't be read (expected: an unencrypted private key as PEM)", e);
    }
    throw new IllegalArgumentException(
        KEY + " holds no private key (expected: an unencrypted one as PEM)");
  }

  private static PrivateKey usable(PublicKey certified, PrivateKeyInfo key) {
    String algorithm =
        switch (certified) {
          case RSAPublicKey rsa when rsa.getModulus().bitLength() >= SMALLEST_RSA_BITS ->
              "SHA256withRSA";
          case ECPublicKey ec
              when CURVE_BITS.contains(ec.getParams().getCurve().getField().getFieldSize()) ->
              "SHA256withECDSA";
          default ->
              throw new IllegalArgumentException(
                  CHAIN
                      + ": a key of "
                      + certified.getAlgorithm()
                      + " that Envoy does not take (expected: RSA of 2048 bits or more, or ECDSA"
                      + " with P-256, P-384 or P-521)");
        };
    try {
      PrivateKey own =
          KeyFactory.getInstance(certified.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
      if (belongTogether(certified, own, Signature.getInstance(algorithm))) {
        return own;
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(FOREIGN_KEY, e); // of another kind
    }
    throw new IllegalArgumentException(FOREIGN_KEY);
  }

  private static boolean belongTogether(PublicKey certified, PrivateKey key, Signature signature)
      throws GeneralSecurityException {
    byte[] anything = CHAIN.getBytes(StandardCharsets.UTF_8);
    signature.initSign(key);
    signature.update(anything);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(anything);
    return signature.verify(signed);
  }
}
