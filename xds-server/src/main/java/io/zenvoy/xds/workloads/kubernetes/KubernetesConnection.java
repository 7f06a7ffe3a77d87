package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Utils;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.common.StartupException;
import io.zenvoy.xds.workloads.kubernetes.transport.AttentiveHttpClientFactory;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * The client and what its requests tell. Making it sends nothing: whether the server is there shows
 * later.
 */
final class KubernetesConnection implements AutoCloseable {
  private static final int CONNECT_LIMIT_MILLIS = 3_000;
  private static final int WATCH_RECONNECT_MILLIS = 100;

  private final KubernetesClient client;
  private final Reachability reachability;

  private KubernetesConnection(KubernetesClient client, Reachability reachability) {
    this.client = client;
    this.reachability = reachability;
  }

  /**
   * Finds out where Kubernetes is and who we are there.
   *
   * @throws StartupException if nothing says so, or what says so can't be read
   */
  static KubernetesConnection open(Optional<Path> kubeconfig, MeterRegistry registry) {
    Config config = configuration(kubeconfig);
    config.setConnectionTimeout(CONNECT_LIMIT_MILLIS);
    // One repetition, for fabric8 tells of a failed connection only where it will repeat.
    config.setRequestRetryBackoffLimit(1);
    config.setRequestRetryBackoffInterval(WATCH_RECONNECT_MILLIS);
    config.setWatchReconnectInterval(WATCH_RECONNECT_MILLIS);
    config.setUserAgent("zenvoy");
    Reachability reachability = new Reachability(config.getMasterUrl());
    RequestObserver observer = new RequestObserver(reachability, registry);
    try {
      KubernetesClient client =
          new KubernetesClientBuilder()
              .withConfig(config)
              .withKubernetesSerialization(ObjectKinds.serialization())
              .withHttpClientFactory(new AttentiveHttpClientFactory(observer::silent))
              .withHttpClientBuilderConsumer(
                  http -> http.addOrReplaceInterceptor("zenvoy", observer))
              .build();
      return new KubernetesConnection(client, reachability);
    } catch (RuntimeException e) {
      throw new StartupException(
          "Kubernetes: the configuration is not usable: " + Reachability.reason(e), e);
    }
  }

  KubernetesClient client() {
    return client;
  }

  Reachability reachability() {
    return reachability;
  }

  @Override
  public void close() {
    client.close();
  }

  private static Config configuration(Optional<Path> kubeconfig) {
    if (kubeconfig.isPresent()) {
      return read(kubeconfig.get().toFile());
    }
    Collection<String> files = Config.getKubeconfigFilenames();
    Optional<File> file = files.stream().map(File::new).filter(File::isFile).findFirst();
    if (file.isEmpty() && isSet(Config.KUBERNETES_KUBECONFIG_FILE)) {
      throw new StartupException(
          "KUBECONFIG: \"" + String.join(File.pathSeparator, files) + "\" (expected: a file)");
    }
    if (file.isEmpty() && !isSet(Config.KUBERNETES_MASTER_SYSTEM_PROPERTY) && !isInCluster()) {
      throw new StartupException(
          "Kubernetes: found neither a kubeconfig (set KUBECONFIG to one, or put it at"
              + " ~/.kube/config) nor a pod's service account");
    }
    try {
      return Config.autoConfigure(null);
    } catch (RuntimeException e) {
      throw new StartupException(
          "Kubernetes: the configuration is not usable: " + Reachability.reason(e), e);
    }
  }

  private static Config read(File file) {
    if (!file.isFile()) {
      throw new StartupException("kubeconfig: \"" + file + "\" (expected: a file)");
    }
    try {
      return Config.fromKubeconfig(file);
    } catch (RuntimeException e) {
      throw new StartupException(
          "kubeconfig: \"" + file + "\" is not usable: " + Reachability.reason(e), e);
    }
  }

  private static boolean isInCluster() {
    return isSet(Config.KUBERNETES_SERVICE_HOST_PROPERTY)
        && Files.exists(Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH));
  }

  private static boolean isSet(String key) {
    String value = Utils.getSystemPropertyOrEnvVar(key);
    return value != null && !value.isEmpty();
  }
}
