package io.zenvoy.it.kube;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The programs that make a Kubernetes API.
 *
 * @param etcd 3.4 or newer
 */
record KubeAssets(Path etcd, Path apiServer, Path controllerManager) {

  /**
   * The programs in the folder that {@code KUBE_ASSETS} names; etcd, if it is not there, from the
   * {@code PATH}. Failsafe's preparation sets it to what {@code kube-assets/find-kube-assets.sh}
   * found or built, since there is no network inside the tests' namespace.
   *
   * @throws IllegalStateException if it is not set, or lacks a program
   */
  static KubeAssets find() {
    String configured = System.getenv("KUBE_ASSETS");
    if (configured == null) {
      throw new IllegalStateException(
          "KUBE_ASSETS is not set (expected: a folder with kube-apiserver; ./mvnw verify sets it)");
    }
    Path folder = Path.of(configured);
    Path etcd = folder.resolve("etcd");
    return new KubeAssets(
        Files.isExecutable(etcd) ? etcd : onPath("etcd"),
        required(folder.resolve("kube-apiserver")),
        required(folder.resolve("kube-controller-manager")));
  }

  private static Path onPath(String program) {
    for (String folder : System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1)) {
      Path candidate = Path.of(folder, program);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new IllegalStateException(
        program + " is neither in KUBE_ASSETS nor on the PATH (Debian: etcd-server)");
  }

  private static Path required(Path program) {
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException("KUBE_ASSETS: no program " + program);
    }
    return program;
  }
}
