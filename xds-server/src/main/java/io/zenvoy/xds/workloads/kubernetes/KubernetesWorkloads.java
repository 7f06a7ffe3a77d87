package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.Election;
import io.zenvoy.xds.workloads.EventRecorder;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workloads of a Kubernetes cluster: what informers see becomes events, requests become patches
 * of the {@code scale} subresource.
 *
 * <p>Events are delivered by one thread, {@code kubernetes-events}. Nothing is told before
 * Services, endpoints and workloads of all watched namespaces are known; a server that is away or
 * denies access is asked again for ever, and what was told stays.
 */
public final class KubernetesWorkloads implements WorkloadSource, Scaler {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesWorkloads.class);

  private final KubernetesSettings settings;
  private final KubernetesConnection connection;
  private final KubernetesEvents recorder;
  private final KubernetesScaler scaler;
  private final Optional<KubernetesElection> election;
  private final ServiceProblemReporter problems;
  private final ManagedWorkloads managed = new ManagedWorkloads();
  private final EventLoop loop = new EventLoop();
  private final Map<ServiceKey, String> uids = new ConcurrentHashMap<>();
  private final List<AutoCloseable> watches = new CopyOnWriteArrayList<>();

  /** What was not listed yet; owned by the event loop. */
  private final Set<String> unlisted = new HashSet<>();

  private volatile boolean synced;

  /**
   * Connects to nothing yet.
   *
   * @throws io.zenvoy.common.StartupException if nothing tells where Kubernetes is
   */
  public KubernetesWorkloads(KubernetesSettings settings, MeterRegistry registry) {
    this.settings = settings;
    this.connection = KubernetesConnection.open(settings.kubeconfig(), registry);
    KubernetesApi api = new KubernetesApi(connection, registry);
    this.election =
        settings
            .candidate()
            .map(
                candidate ->
                    new KubernetesElection(
                        api, settings.namespaces().home(), candidate, this::elected));
    UnaryOperator<Duration> limits =
        election.<UnaryOperator<Duration>>map(one -> one::writeLimit).orElse(limit -> limit);
    this.scaler = new KubernetesScaler(api, managed, limits);
    this.recorder =
        new KubernetesEvents(
            new EventClient(api, service -> Optional.ofNullable(uids.get(service))),
            limits,
            InstantSource.system(),
            System::nanoTime,
            registry);
    this.problems = new ServiceProblemReporter(recorder, registry);
    Gauge.builder("zenvoy_kubernetes_synced", () -> synced ? 1 : 0)
        .description("1 once everything that existed at the start is known")
        .register(registry);
  }

  @Override
  public void start(Consumer<WorkloadEvent> events) {
    List<String> names = settings.namespaces().watched();
    List<Optional<String>> scopes =
        names.isEmpty() ? List.of(Optional.empty()) : names.stream().map(Optional::of).toList();
    Inventory inventory =
        new Inventory(
            new ServiceParser(settings.defaults(), settings.takenPorts()),
            new ExposedPorts(settings.tlsPort()),
            wanted -> scopes.forEach(namespace -> watchSecrets(wanted, namespace)),
            problems,
            managed,
            events);
    recorder.start();
    List<Runnable> starts = new ArrayList<>();
    for (Optional<String> namespace : scopes) {
      watch(inventory, namespace, starts);
    }
    starts.forEach(Runnable::run);
  }

  @Override
  public void scale(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    scaler.scale(request, outcome);
  }

  /** Writes Kubernetes Events of Services. */
  public EventRecorder recorder() {
    return recorder;
  }

  /** Chooses who serves; empty if this is the only control plane. */
  public Optional<Election> election() {
    return election.map(one -> one);
  }

  /** Why not everything is known yet, in one line; empty once it is. Thread-safe. */
  public String unready() {
    if (synced) {
      return "";
    }
    String problem = connection.reachability().problem();
    return problem.isEmpty() ? "Kubernetes' objects are not all known yet" : problem;
  }

  @Override
  public void close() {
    loop.close();
    for (AutoCloseable watch : watches) {
      try {
        watch.close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("a watch did not end well");
      }
    }
    watches.clear();
    recorder.close();
    connection.close();
  }

  /** The owners of Services are told what was noticed while another one led. */
  private void elected() {
    loop.execute(problems::tellAgain);
  }

  private void watch(Inventory inventory, Optional<String> namespace, List<Runnable> starts) {
    KubernetesClient client = connection.client();
    ResourceWatch<Service> services =
        new ResourceWatch<>(
            Scope.of(client.services(), namespace),
            Service::new,
            new ServiceListener(loop, inventory, uids, awaited("services", namespace, inventory)));
    ResourceWatch<Deployment> deployments =
        new ResourceWatch<>(
            Scope.of(client.apps().deployments(), namespace),
            Deployment::new,
            new WorkloadListener<>(
                loop,
                inventory,
                Kind.DEPLOYMENT,
                Observations::deployment,
                awaited("deployments", namespace, inventory)));
    ResourceWatch<StatefulSet> statefulSets =
        new ResourceWatch<>(
            Scope.of(client.apps().statefulSets(), namespace),
            StatefulSet::new,
            new WorkloadListener<>(
                loop,
                inventory,
                Kind.STATEFULSET,
                Observations::statefulSet,
                awaited("statefulsets", namespace, inventory)));
    EndpointWatches endpoints =
        new EndpointWatches(
            client, namespace, loop, inventory, awaited("endpoints", namespace, inventory));
    watches.addAll(List.of(services, deployments, statefulSets, endpoints));
    starts.addAll(
        List.of(services::start, deployments::start, statefulSets::start, endpoints::start));
  }

  /** Runs on the event loop: what is not told before the Secrets are known waits for them. */
  private void watchSecrets(Inventory inventory, Optional<String> namespace) {
    String what = described("secrets", namespace);
    unlisted.add(what);
    ResourceWatch<Secret> secrets =
        new ResourceWatch<>(
            Scope.of(connection.client().secrets(), namespace, "type", CertificateReader.TYPE),
            Secret::new,
            new SecretListener(
                loop, inventory, namespace, () -> listed(what, inventory), System::nanoTime));
    watches.add(secrets);
    secrets.start();
  }

  /** Something without which we are not synced; what is returned is run on the event loop. */
  private Runnable awaited(String resource, Optional<String> namespace, Inventory inventory) {
    String what = described(resource, namespace);
    loop.execute(() -> unlisted.add(what));
    return () -> listed(what, inventory);
  }

  private static String described(String resource, Optional<String> namespace) {
    return resource + "@" + namespace.orElse("*");
  }

  private void listed(String what, Inventory inventory) {
    if (unlisted.remove(what) && unlisted.isEmpty() && !synced) {
      inventory.synced();
      synced = true;
      LOG.atInfo().log("everything in Kubernetes is known");
    }
  }
}
