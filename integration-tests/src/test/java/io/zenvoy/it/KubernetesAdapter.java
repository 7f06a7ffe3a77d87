package io.zenvoy.it;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.EndpointsChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import io.zenvoy.xds.workloads.kubernetes.KubernetesSettings;
import io.zenvoy.xds.workloads.kubernetes.KubernetesWorkloads;
import io.zenvoy.xds.workloads.kubernetes.Namespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The Kubernetes adapter, with the rights of the example's Role in a namespace of its own. Each
 * test of a class that is extended by {@link PerTest} gets one, closed after it.
 */
final class KubernetesAdapter implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final ServicePolicy DEFAULTS =
      new ServicePolicy(
          1, Duration.ofMinutes(5), Duration.ofMinutes(1), 1024, false, false, List.of());

  private final KubeCluster cluster;
  private final KubernetesClient client;
  private final String namespace;
  private final List<WorkloadEvent> events = new CopyOnWriteArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Optional<KubernetesWorkloads> workloads = Optional.empty();

  KubernetesAdapter(KubeCluster cluster) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.namespace = cluster.newNamespace();
  }

  /** Gives each test an adapter of its own. */
  static final class PerTest implements ParameterResolver {
    private final SharedKubeCluster clusters = new SharedKubeCluster();

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(
        ExtensionContext rootContext) {
      return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == KubernetesAdapter.class;
    }

    @Override
    public KubernetesAdapter resolveParameter(
        ParameterContext parameter, ExtensionContext context) {
      return context
          .getStore(ExtensionContext.Namespace.create(PerTest.class))
          .computeIfAbsent(
              KubernetesAdapter.class,
              type -> new KubernetesAdapter(clusters.resolveParameter(parameter, context)),
              KubernetesAdapter.class);
    }
  }

  KubeCluster cluster() {
    return cluster;
  }

  KubernetesClient client() {
    return client;
  }

  String namespace() {
    return namespace;
  }

  /** Everything that was told so far. */
  List<WorkloadEvent> events() {
    return events;
  }

  SimpleMeterRegistry registry() {
    return registry;
  }

  @Override
  public void close() {
    workloads.ifPresent(KubernetesWorkloads::close);
  }

  /** Makes a Service that opted in. */
  Service makeService(String name) {
    return makeService(name, Map.of());
  }

  /**
   * The same with further annotations.
   *
   * @param annotations names without the prefix {@code zenvoy.io/}
   */
  Service makeService(String name, Map<String, String> annotations) {
    Map<String, String> all = new HashMap<>(Services.OPTED_IN);
    annotations.forEach((key, value) -> all.put("zenvoy.io/" + key, value));
    return client.resource(Services.service(namespace, name, all)).create();
  }

  /** Makes a Service that did not opt in. */
  void makeForeignService(String name) {
    client.resource(Services.service(namespace, name, Map.of())).create();
  }

  void makeDeployment(String name, int replicas) {
    client.resource(Services.deployment(namespace, name, replicas)).create();
  }

  void makeStatefulSet(String name, int replicas) {
    client.resource(Services.statefulSet(namespace, name, replicas)).create();
  }

  /** Lets the namespace's pods run until it is closed. */
  Kubelet startKubelet() {
    Kubelet kubelet = new Kubelet(cluster, namespace, EchoUpstream.on(Services.CONTAINER_PORT));
    kubelet.start();
    return kubelet;
  }

  /** Starts with the rights of the example's Role and waits until everything is known. */
  void startSynced() {
    Path kubeconfig = cluster.kubeconfigFor(namespace, "zenvoy");
    Permissions.grantIn(cluster, namespace, "zenvoy");
    start(kubeconfig);
    await().atMost(PATIENCE).until(() -> events.contains(new Synced()));
  }

  /** Starts as somebody who may lack rights. */
  KubernetesWorkloads start(Path kubeconfig) {
    KubernetesWorkloads started =
        new KubernetesWorkloads(
            new KubernetesSettings(
                new Namespaces(namespace, List.of(namespace)),
                DEFAULTS,
                Map.of(),
                10_443,
                Optional.empty(),
                Optional.of(kubeconfig)),
            registry);
    workloads = Optional.of(started);
    started.start(events::add);
    return started;
  }

  /** Scales what was observed last. */
  ScaleOutcome scale(WorkloadKey workload, int replicas) {
    return scale(lastObserved(workload), replicas);
  }

  ScaleOutcome scale(WorkloadObserved observed, int replicas) {
    CompletableFuture<ScaleOutcome> outcome = new CompletableFuture<>();
    workloads
        .orElseThrow()
        .scale(
            new ScaleRequest(
                observed.workload(), observed.replicas(), observed.version(), replicas),
            outcome::complete);
    return outcome.orTimeout(30, TimeUnit.SECONDS).join();
  }

  WorkloadObserved lastObserved(WorkloadKey workload) {
    return of(WorkloadObserved.class)
        .filter(observed -> observed.workload().equals(workload))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** What was told of a service, in order. */
  List<ServiceChanged> told(String name) {
    return of(ServiceChanged.class)
        .filter(changed -> changed.service().key().equals(service(name)))
        .toList();
  }

  WorkloadKey target(String name) {
    return told(name).getLast().service().workload();
  }

  int readyEndpoints(String name) {
    return of(EndpointsChanged.class)
        .filter(changed -> changed.service().equals(service(name)))
        .reduce((first, second) -> second)
        .map(EndpointsChanged::byPort)
        .map(byPort -> byPort.get("http"))
        .map(endpoints -> endpoints.ready().size())
        .orElse(0);
  }

  <E extends WorkloadEvent> Stream<E> of(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast);
  }

  /** The Kubernetes Events of a Service that warn. */
  List<Event> warnings(String name) {
    return cluster.warnings(namespace, name);
  }

  Optional<Double> gauge(String name) {
    return registry.find(name).meters().stream()
        .map(Meter::measure)
        .map(measurements -> measurements.iterator().next().getValue())
        .findFirst();
  }

  /** What the Deployment asks for in the API. */
  int replicas(String name) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(name)
        .get()
        .getSpec()
        .getReplicas();
  }

  /** Sets an annotation, of zenvoy's unless the key has a prefix. */
  void annotate(Service service, String key, String value) {
    String full = key.contains("/") ? key : "zenvoy.io/" + key;
    client
        .services()
        .inNamespace(namespace)
        .withName(service.getMetadata().getName())
        .edit(
            before ->
                before.edit().editMetadata().addToAnnotations(full, value).endMetadata().build());
  }

  ServiceKey service(String name) {
    return new ServiceKey(namespace, name);
  }

  WorkloadKey deployment(String name) {
    return new WorkloadKey(Kind.DEPLOYMENT, namespace, name);
  }
}
