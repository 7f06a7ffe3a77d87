package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
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
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceRemoved;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadFailed;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadMissing;
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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Kubernetes adapter against a real API server, with the rights of the example's Role. */
@ExtendWith(SharedKubeCluster.class)
class KubernetesWorkloadsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ServicePolicy DEFAULTS =
      new ServicePolicy(1, Duration.ofMinutes(5), Duration.ofMinutes(1), 1024, false, false);

  private final KubeCluster cluster;
  private final KubernetesClient client;
  private final List<WorkloadEvent> events = new CopyOnWriteArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private String namespace = "";
  private Optional<KubernetesWorkloads> workloads = Optional.empty();

  KubernetesWorkloadsIT(KubeCluster cluster) {
    this.cluster = cluster;
    this.client = cluster.client();
  }

  @BeforeEach
  void makeNamespace() {
    namespace = cluster.newNamespace();
  }

  @AfterEach
  void close() {
    workloads.ifPresent(KubernetesWorkloads::close);
  }

  @Test
  void tellsWhatOptedInAndThenThatItIsSynced() {
    client.resource(Services.service(namespace, "asleep", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "asleep", 0)).create();
    client.resource(Services.service(namespace, "other", Map.of())).create();
    client.resource(Services.deployment(namespace, "other", 0)).create();

    startSynced();

    assertThat(events).hasSize(4);
    assertThat(events.get(0))
        .isInstanceOfSatisfying(
            ServiceChanged.class,
            changed -> {
              assertThat(changed.service().key()).isEqualTo(service("asleep"));
              assertThat(changed.service().workload()).isEqualTo(deployment("asleep"));
              assertThat(changed.service().policy()).isEqualTo(DEFAULTS);
            });
    assertThat(events.get(1))
        .isInstanceOfSatisfying(
            WorkloadObserved.class, observed -> assertThat(observed.replicas()).isZero());
    assertThat(events.get(2)).isEqualTo(new EndpointsChanged(service("asleep"), Map.of()));
    assertThat(events.get(3)).isEqualTo(new Synced());
  }

  @Test
  void wakesAndSleepsADeployment() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 0)).create();
    try (Kubelet kubelet =
        new Kubelet(cluster, namespace, EchoUpstream.on(Services.CONTAINER_PORT))) {
      kubelet.start();
      startSynced();

      assertThat(scale(deployment("echo"), 1)).isEqualTo(new ScaleOutcome.Scaled());

      await().atMost(PATIENCE).until(() -> readyEndpoints("echo") == 1);
      assertThat(lastObserved(deployment("echo")).replicas()).isEqualTo(1);

      await()
          .atMost(PATIENCE)
          .until(() -> scale(deployment("echo"), 0), new ScaleOutcome.Scaled()::equals);
      await().atMost(PATIENCE).until(() -> readyEndpoints("echo") == 0);
      await().atMost(PATIENCE).until(() -> lastObserved(deployment("echo")).replicas() == 0);
    }
  }

  @Test
  void wakesAStatefulSetToTheNumberThatIsAskedFor() {
    client.resource(Services.service(namespace, "db", Services.OPTED_IN)).create();
    client.resource(Services.statefulSet(namespace, "db", 0)).create();
    startSynced();
    WorkloadKey statefulSet = new WorkloadKey(Kind.STATEFULSET, namespace, "db");

    assertThat(scale(statefulSet, 3)).isEqualTo(new ScaleOutcome.Scaled());

    assertThat(client.apps().statefulSets().inNamespace(namespace).withName("db").get().getSpec())
        .satisfies(spec -> assertThat(spec.getReplicas()).isEqualTo(3));
  }

  @Test
  void aDeploymentThatAppearsTakesTheStatefulSetsPlace() {
    client.resource(Services.service(namespace, "app", Services.OPTED_IN)).create();
    startSynced();
    assertThat(events).contains(new WorkloadMissing(deployment("app")));

    client.resource(Services.statefulSet(namespace, "app", 0)).create();
    await()
        .atMost(PATIENCE)
        .until(() -> target("app").equals(new WorkloadKey(Kind.STATEFULSET, namespace, "app")));

    client.resource(Services.deployment(namespace, "app", 0)).create();
    await().atMost(PATIENCE).until(() -> target("app").equals(deployment("app")));
  }

  @Test
  void aPersonsChangeIsAConflictAndIsNotUndone() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 0)).create();
    startSynced();
    WorkloadObserved stale = lastObserved(deployment("echo"));
    client.apps().deployments().inNamespace(namespace).withName("echo").scale(5);

    ScaleOutcome outcome = scale(stale, 1);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            ScaleOutcome.Conflict.class,
            conflict -> {
              assertThat(conflict.replicas()).isEqualTo(5);
              assertThat(conflict.version()).isNotEqualTo(stale.version());
            });
    assertThat(replicas("echo")).isEqualTo(5);
    assertThat(scale(stale, 5)).isEqualTo(new ScaleOutcome.Scaled());
  }

  @Test
  void anyChangeOfTheWorkloadSinceItWasObservedIsAConflict() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 0)).create();
    startSynced();
    WorkloadObserved stale = lastObserved(deployment("echo"));
    client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("echo")
        .edit(
            deployment ->
                deployment.edit().editMetadata().addToLabels("a", "b").endMetadata().build());

    assertThat(scale(stale, 1))
        .isInstanceOfSatisfying(
            ScaleOutcome.Conflict.class, conflict -> assertThat(conflict.replicas()).isZero());
    assertThat(replicas("echo")).isZero();
  }

  @Test
  void whatDidNotOptInIsRefusedAndWhatIsGoneIsMissing() {
    client.resource(Services.service(namespace, "other", Map.of())).create();
    client.resource(Services.deployment(namespace, "other", 1)).create();
    client.resource(Services.service(namespace, "nothing", Services.OPTED_IN)).create();
    startSynced();

    assertThat(scale(new WorkloadObserved(deployment("other"), 1, "1"), 0))
        .isInstanceOf(ScaleOutcome.Refused.class);
    assertThat(replicas("other")).isEqualTo(1);
    assertThat(scale(new WorkloadObserved(deployment("nothing"), 0, "1"), 1))
        .isEqualTo(new ScaleOutcome.Missing());
  }

  @Test
  void aBadAnnotationKeepsTheLastGoodConfigurationAndTellsTheOwnerOnce() {
    Service good =
        client.resource(Services.service(namespace, "echo", annotated("replicas", "2"))).create();
    startSynced();

    annotate(good, "replicas", "many");
    await().atMost(PATIENCE).until(() -> !warnings("echo").isEmpty());
    annotate(good, "unrelated.example.com/touched", "1");

    assertThat(gauge("zenvoy_invalid_annotations")).contains(1.0);
    annotate(good, "replicas", "3");
    await().atMost(PATIENCE).until(() -> told("echo").getLast().service().policy().replicas() == 3);
    assertThat(gauge("zenvoy_invalid_annotations")).isEmpty();
    assertThat(told("echo")).hasSize(2);
    assertThat(events).noneMatch(ServiceRemoved.class::isInstance);
    assertThat(warnings("echo"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("InvalidAnnotation");
              assertThat(event.getMessage()).contains("zenvoy.io/replicas: \"many\"");
              assertThat(event.getInvolvedObject().getUid()).isEqualTo(good.getMetadata().getUid());
            });
  }

  @Test
  void optingOutReleasesTheService() {
    Service echo = client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 1)).create();
    startSynced();
    WorkloadObserved observed = lastObserved(deployment("echo"));

    annotate(echo, "enabled", "false");

    await().atMost(PATIENCE).until(() -> events.contains(new ServiceRemoved(service("echo"))));
    assertThat(scale(observed, 0)).isInstanceOf(ScaleOutcome.Refused.class);
    assertThat(replicas("echo")).isEqualTo(1);
  }

  @Test
  void zenvoysOwnWorkloadIsNeverManagedWhateverNamesIt() {
    client
        .resource(
            Services.service(namespace, "disguise", annotated("target", "deployment/zenvoy-proxy")))
        .create();
    client.resource(Services.service(namespace, "zenvoy-xds", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "zenvoy-proxy", 1)).create();
    client.resource(Services.deployment(namespace, "zenvoy-xds", 1)).create();

    startSynced();

    assertThat(events).containsExactly(new Synced());
    await().atMost(PATIENCE).until(() -> warnings("disguise").size() == 1);
    await().atMost(PATIENCE).until(() -> warnings("zenvoy-xds").size() == 1);
  }

  @Test
  void aQuotaThatForbidsPodsIsAFailureOfTheWorkload() {
    client
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("no-pods")
                .endMetadata()
                .withNewSpec()
                .withHard(Map.of("pods", new Quantity("0")))
                .endSpec()
                .build())
        .create();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                client
                        .resourceQuotas()
                        .inNamespace(namespace)
                        .withName("no-pods")
                        .get()
                        .getStatus()
                        .getHard()
                    != null);
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 0)).create();
    startSynced();

    assertThat(scale(deployment("echo"), 1)).isEqualTo(new ScaleOutcome.Scaled());

    await()
        .atMost(PATIENCE)
        .until(() -> events.stream().anyMatch(WorkloadFailed.class::isInstance));
    assertThat(of(WorkloadFailed.class).toList())
        .singleElement()
        .satisfies(failed -> assertThat(failed.reason()).contains("exceeded quota: no-pods"));
  }

  @Test
  void withoutRightsItSaysWhatIsMissingAndGoesOnWhenTheyAreGranted() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    KubernetesWorkloads unauthorised = start(cluster.kubeconfigFor(namespace, "zenvoy"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                unauthorised
                    .unready()
                    .matches(
                        "Kubernetes forbids to list (deployments|endpointslices) in namespace "
                            + namespace));
    assertThat(events).isEmpty();

    Permissions.grantIn(cluster, namespace, "zenvoy");

    await().atMost(PATIENCE).until(() -> events.contains(new Synced()));
    assertThat(unauthorised.unready()).isEmpty();
    assertThat(told("echo")).hasSize(1);
  }

  @Test
  void withoutEndpointSlicesItWatchesEndpointsUntilSlicesCanBeRead() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 1)).create();
    try (Kubelet kubelet =
        new Kubelet(cluster, namespace, EchoUpstream.on(Services.CONTAINER_PORT))) {
      kubelet.start();
      grantWithEndpointsInsteadOfSlices();
      start(cluster.kubeconfigFor(namespace, "zenvoy"));
      await().atMost(PATIENCE).until(() -> events.contains(new Synced()));
      await().atMost(PATIENCE).until(() -> readyEndpoints("echo") == 1);

      Permissions.grantIn(cluster, namespace, "zenvoy");
      client.apps().deployments().inNamespace(namespace).withName("echo").scale(2);

      await().atMost(PATIENCE).until(() -> readyEndpoints("echo") == 2);
      assertThat(events.stream().filter(Synced.class::isInstance)).hasSize(1);
    }
  }

  @Test
  void keepsItsStateWhileTheApiServerIsAwayAndCatchesUpAfterwards() {
    client.resource(Services.service(namespace, "kept", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "kept", 0)).create();
    Service removed =
        client.resource(Services.service(namespace, "removed", Services.OPTED_IN)).create();
    startSynced();
    WorkloadObserved observed = lastObserved(deployment("kept"));

    cluster.stopApiServer();
    try {
      assertThat(scale(observed, 1)).isInstanceOf(ScaleOutcome.Unavailable.class);
      assertThat(events).noneMatch(ServiceRemoved.class::isInstance);
    } finally {
      cluster.startApiServer();
    }
    client.resource(removed).delete();
    client.resource(Services.service(namespace, "added", Services.OPTED_IN)).create();

    await().atMost(PATIENCE).until(() -> events.contains(new ServiceRemoved(service("removed"))));
    await().atMost(PATIENCE).until(() -> !told("added").isEmpty());
    assertThat(scale(deployment("kept"), 1)).isEqualTo(new ScaleOutcome.Scaled());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                registry.find("zenvoy_kubernetes_watch_restarts").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum()
                    >= 4);
  }

  @Test
  void aServerThatIsAwayAtTheStartIsAwaited() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    Path kubeconfig = cluster.kubeconfigFor(namespace, "zenvoy");
    Permissions.grantIn(cluster, namespace, "zenvoy");
    cluster.stopApiServer();
    try {
      KubernetesWorkloads waiting = start(kubeconfig);
      await().atMost(PATIENCE).until(() -> waiting.unready().contains("is unreachable"));
    } finally {
      cluster.startApiServer();
    }

    await().atMost(PATIENCE).until(() -> events.contains(new Synced()));
    assertThat(told("echo")).hasSize(1);
  }

  private void startSynced() {
    Path kubeconfig = cluster.kubeconfigFor(namespace, "zenvoy");
    Permissions.grantIn(cluster, namespace, "zenvoy");
    start(kubeconfig);
    await().atMost(PATIENCE).until(() -> events.contains(new Synced()));
  }

  private KubernetesWorkloads start(Path kubeconfig) {
    KubernetesWorkloads started =
        new KubernetesWorkloads(
            new KubernetesSettings(
                new Namespaces(namespace, List.of(namespace)), DEFAULTS, Optional.of(kubeconfig)),
            registry);
    workloads = Optional.of(started);
    started.start(events::add);
    return started;
  }

  private void grantWithEndpointsInsteadOfSlices() {
    List<PolicyRule> rules =
        Stream.of(
                List.of("", "services", "endpoints"),
                List.of("apps", "deployments", "statefulsets"))
            .map(
                rule ->
                    new PolicyRuleBuilder()
                        .withApiGroups(rule.getFirst())
                        .withResources(rule.subList(1, rule.size()))
                        .withVerbs("get", "list", "watch")
                        .build())
            .toList();
    client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName("endpoints")
                .withNamespace(namespace)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("endpoints")
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "endpoints")
                .addNewSubject("", "ServiceAccount", "zenvoy", namespace)
                .build())
        .create();
  }

  private ScaleOutcome scale(WorkloadKey workload, int replicas) {
    return scale(lastObserved(workload), replicas);
  }

  private ScaleOutcome scale(WorkloadObserved observed, int replicas) {
    CompletableFuture<ScaleOutcome> outcome = new CompletableFuture<>();
    workloads
        .orElseThrow()
        .scale(
            new ScaleRequest(
                observed.workload(), observed.replicas(), observed.version(), replicas),
            outcome::complete);
    return outcome.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private WorkloadObserved lastObserved(WorkloadKey workload) {
    return of(WorkloadObserved.class)
        .filter(observed -> observed.workload().equals(workload))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private List<ServiceChanged> told(String name) {
    return of(ServiceChanged.class)
        .filter(changed -> changed.service().key().equals(service(name)))
        .toList();
  }

  private WorkloadKey target(String name) {
    return told(name).getLast().service().workload();
  }

  private int readyEndpoints(String name) {
    return of(EndpointsChanged.class)
        .filter(changed -> changed.service().equals(service(name)))
        .reduce((first, second) -> second)
        .map(EndpointsChanged::byPort)
        .map(byPort -> byPort.get("http"))
        .map(endpoints -> endpoints.ready().size())
        .orElse(0);
  }

  private <E extends WorkloadEvent> Stream<E> of(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast);
  }

  private List<Event> warnings(String name) {
    Predicate<Event> concerns = event -> event.getInvolvedObject().getName().equals(name);
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(concerns.and(event -> event.getType().equals("Warning")))
        .filter(event -> event.getInvolvedObject().getKind().equals("Service"))
        .toList();
  }

  private Optional<Double> gauge(String name) {
    return registry.find(name).meters().stream()
        .map(Meter::measure)
        .map(measurements -> measurements.iterator().next().getValue())
        .findFirst();
  }

  private int replicas(String name) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(name)
        .get()
        .getSpec()
        .getReplicas();
  }

  private void annotate(Service service, String key, String value) {
    String full = key.contains("/") ? key : "zenvoy.io/" + key;
    client
        .services()
        .inNamespace(namespace)
        .withName(service.getMetadata().getName())
        .edit(
            before ->
                before.edit().editMetadata().addToAnnotations(full, value).endMetadata().build());
  }

  private static Map<String, String> annotated(String key, String value) {
    Map<String, String> annotations = new HashMap<>(Services.OPTED_IN);
    annotations.put("zenvoy.io/" + key, value);
    return annotations;
  }

  private ServiceKey service(String name) {
    return new ServiceKey(namespace, name);
  }

  private WorkloadKey deployment(String name) {
    return new WorkloadKey(Kind.DEPLOYMENT, namespace, name);
  }
}
