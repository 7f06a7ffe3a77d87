package io.zenvoy.it.kube;

import io.zenvoy.it.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files that the control plane's processes read and write, in a folder of their own. */
final class ControlPlaneFiles {
  static final String ADMIN_TOKEN = "admin-token";

  private final Path folder;

  private ControlPlaneFiles(Path folder) {
    this.folder = folder;
  }

  static ControlPlaneFiles create() {
    try {
      Path parent = Project.root().resolve("integration-tests/target");
      Files.createDirectories(parent);
      ControlPlaneFiles files =
          new ControlPlaneFiles(Files.createTempDirectory(parent, "kubernetes"));
      Files.writeString(files.tokens(), ADMIN_TOKEN + ",admin,admin,system:masters\n");
      Files.writeString(files.serviceAccountKey(), newPrivateKey());
      Files.writeString(
          files.auditPolicy(),
          """
          apiVersion: audit.k8s.io/v1
          kind: Policy
          omitStages: [RequestReceived]
          rules: [{level: Metadata}]
          """);
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path etcdData() {
    return folder.resolve("etcd");
  }

  Path certificates() {
    return folder.resolve("certificates");
  }

  /** Written by the API server when it starts: its own certificate and who has signed it. */
  Path apiServerCertificate() {
    return certificates().resolve("apiserver.crt");
  }

  Path tokens() {
    return folder.resolve("tokens.csv");
  }

  Path serviceAccountKey() {
    return folder.resolve("service-account.key");
  }

  Path auditPolicy() {
    return folder.resolve("audit-policy.yaml");
  }

  Path auditLog() {
    return folder.resolve("audit.log");
  }

  AuditLog audit() {
    return new AuditLog(folder);
  }

  /**
   * Writes a kubeconfig; another one of the same name is replaced.
   *
   * @param namespace the context's
   * @return its path
   */
  Path writeKubeconfig(String name, String server, String token, String namespace) {
    try {
      Path file = folder.resolve(name + ".kubeconfig");
      String authority =
          Base64.getEncoder().encodeToString(Files.readAllBytes(apiServerCertificate()));
      return Files.writeString(
          file,
          """
          apiVersion: v1
          kind: Config
          current-context: test
          clusters: [{name: test, cluster: {server: "%s", certificate-authority-data: %s}}]
          users: [{name: test, user: {token: "%s"}}]
          contexts: [{name: test, context: {cluster: test, user: test, namespace: "%s"}}]
          """
              .formatted(server, authority, token, namespace));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete() {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String newPrivateKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder().encodeToString(key)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has RSA", e);
    }
  }
}
