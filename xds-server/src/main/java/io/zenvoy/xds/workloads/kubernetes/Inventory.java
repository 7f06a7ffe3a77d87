package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.Certificate;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.EndpointsChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceRemoved;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the cluster, and what of it was told. Every observation is a whole state; events
 * come from comparing what should be told with what was. Until {@link #synced} nothing is told:
 * which workload a Service means is known only once all of them are.
 *
 * <p>Not thread-safe: all methods are called by one thread, which the events come from.
 */
final class Inventory {
  private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

  private final ServiceParser parser;
  private final ServiceProblems problems;
  private final Consumer<WorkloadEvent> events;
  private final WorkloadBook workloads;
  private final Map<ServiceKey, Candidate> candidates = new TreeMap<>();
  private final KnownEndpoints endpoints = new KnownEndpoints();
  private final Map<WorkloadKey, Set<ServiceKey>> candidatesByTarget = new HashMap<>();
  private final ExposedPorts exposed;
  private final Certificates certificates;
  private boolean synced;

  /** A Service that wants to be managed. */
  private static final class Candidate {
    final String uid;
    List<String> problems = List.of();
    List<String> notices = List.of();

    /** The last good configuration. */
    @Nullable ServiceDeclaration declaration;

    /** The last good one. */
    Optional<Certificate> certificate = Optional.empty();

    @Nullable WorkloadKey target;
    @Nullable ServiceSpec told;
    @Nullable Map<String, Endpoints> toldEndpoints;

    Candidate(String uid) {
      this.uid = uid;
    }
  }

  /**
   * @param watchSecrets begins to tell of TLS Secrets; called once, when a Service names one
   */
  Inventory(
      ServiceParser parser,
      ExposedPorts exposed,
      Consumer<Inventory> watchSecrets,
      ServiceProblems problems,
      ManagedWorkloads managed,
      Consumer<WorkloadEvent> events) {
    this.parser = parser;
    this.exposed = exposed;
    this.certificates = new Certificates(() -> watchSecrets.accept(this));
    this.problems = problems;
    this.events = events;
    this.workloads = new WorkloadBook(managed, events);
  }

  void serviceObserved(ObservedService service) {
    if (ExposedPorts.isAbout(service.key())) {
      exposed.observed(service);
      refreshAll();
    }
    switch (parser.parse(service)) {
      case ParsedService.OptedOut() -> drop(service.key());
      case ParsedService.Rejected(List<String> found) -> candidate(service).problems = found;
      case ParsedService.Declared(ServiceDeclaration declaration, List<String> notices) -> {
        Candidate candidate = candidate(service);
        candidate.declaration = declaration;
        candidate.problems = List.of();
        if (declaration.secret().isPresent()) {
          certificates.wanted();
        }
        if (!notices.equals(candidate.notices)) {
          candidate.notices = notices;
          LOG.atInfo()
              .addKeyValue("service", service.key())
              .addKeyValue("notice", String.join("; ", notices))
              .log("annotation noted");
        }
      }
    }
    refresh(service.key());
  }

  void serviceGone(ServiceKey service) {
    if (ExposedPorts.isAbout(service)) {
      exposed.gone(service);
      refreshAll();
    }
    drop(service);
  }

  private void drop(ServiceKey service) {
    Candidate candidate = candidates.remove(service);
    if (candidate != null) {
      aim(service, candidate, null);
      release(service, candidate);
      problems.found(service, List.of());
    }
  }

  /**
   * @see KnownEndpoints#observed
   */
  void endpointsObserved(ServiceKey service, String source, List<ObservedSlice> told) {
    endpoints.observed(service, source, told);
    Candidate candidate = candidates.get(service);
    if (candidate != null) {
      tellEndpoints(service, candidate);
    }
  }

  void secretObserved(ObservedSecret secret) {
    certificates.observed(secret);
    secretChanged(secret.name());
  }

  void secretGone(String secret) {
    certificates.gone(secret);
    secretChanged(secret);
  }

  /**
   * @see Certificates#listed
   */
  void secretsListed(Optional<String> scope) {
    certificates.listed(scope);
    refreshAll();
  }

  /**
   * @see Certificates#refused
   */
  void secretsRefused(Optional<String> scope, int status) {
    if (certificates.refused(scope, status)) {
      refreshAll();
    }
  }

  private void secretChanged(String secret) {
    for (Map.Entry<ServiceKey, Candidate> entry : List.copyOf(candidates.entrySet())) {
      Candidate candidate = entry.getValue();
      ServiceDeclaration declaration = candidate.declaration;
      if (declaration != null
          && Certificates.concerns(secret, declaration, candidate.certificate)) {
        refresh(entry.getKey());
      }
    }
  }

  void workloadObserved(ObservedWorkload workload) {
    workloads.observed(workload);
    workloadChanged(workload.key());
  }

  void workloadGone(WorkloadKey workload) {
    workloads.gone(workload);
    workloadChanged(workload);
  }

  /** Everything that existed at the start was observed: tells it, and {@link Synced} at last. */
  void synced() {
    synced = true;
    refreshAll();
    events.accept(new Synced());
  }

  private void workloadChanged(WorkloadKey workload) {
    Set<ServiceKey> affected = new TreeSet<>(candidatesByTarget.getOrDefault(workload, Set.of()));
    affected.add(new ServiceKey(workload.namespace(), workload.name()));
    affected.forEach(this::refresh);
    if (synced) {
      workloads.tell(workload);
    }
  }

  private Candidate candidate(ObservedService service) {
    Candidate known = candidates.get(service.key());
    if (known != null && !known.uid.equals(service.uid())) {
      drop(service.key());
    }
    return candidates.computeIfAbsent(service.key(), key -> new Candidate(service.uid()));
  }

  /** What concerns any of them has changed. */
  private void refreshAll() {
    List.copyOf(candidates.keySet()).forEach(this::refresh);
  }

  /** Brings what was told of a Service up to date with what is known. */
  private void refresh(ServiceKey service) {
    Candidate candidate = candidates.get(service);
    if (candidate == null || !synced) {
      return;
    }
    ServiceDeclaration declaration = candidate.declaration;
    if (declaration == null) {
      problems.found(service, candidate.problems);
      return;
    }
    WorkloadKey target = declaration.target().orElseGet(() -> workloads.ofName(service));
    aim(service, candidate, target);
    if (workloads.isOwn(target)) {
      release(service, candidate);
      problems.found(service, List.of(OwnWorkloads.PROBLEM));
      return;
    }
    candidate.certificate = certificates.of(declaration, candidate.certificate);
    problems.found(
        service,
        Stream.of(
                candidate.problems.stream(),
                exposed.missing(declaration.tcp()),
                certificates.problem(declaration))
            .flatMap(found -> found)
            .toList());
    tell(service, candidate, declaration.scaling(target, candidate.certificate));
  }

  private void tell(ServiceKey service, Candidate candidate, ServiceSpec spec) {
    ServiceSpec told = candidate.told;
    if (spec.equals(told)) {
      return;
    }
    candidate.told = spec;
    if (told == null) {
      LOG.atInfo()
          .addKeyValue("service", service)
          .addKeyValue("workload", spec.workload())
          .log("service managed");
    }
    if (told == null || !told.workload().equals(spec.workload())) {
      if (told != null) {
        workloads.release(told.workload(), service);
      }
      events.accept(new ServiceChanged(spec));
      workloads.manage(spec.workload(), service);
    } else {
      events.accept(new ServiceChanged(spec));
    }
    tellEndpoints(service, candidate);
  }

  private void tellEndpoints(ServiceKey service, Candidate candidate) {
    ServiceSpec told = candidate.told;
    if (told == null) {
      return;
    }
    Map<String, Endpoints> byPort =
        endpoints.of(
            service, told.ports().stream().map(ServicePort::name).collect(Collectors.toSet()));
    if (!byPort.equals(candidate.toldEndpoints)) {
      candidate.toldEndpoints = byPort;
      events.accept(new EndpointsChanged(service, byPort));
    }
  }

  private void release(ServiceKey service, Candidate candidate) {
    ServiceSpec told = candidate.told;
    if (told == null) {
      return;
    }
    candidate.told = null;
    candidate.toldEndpoints = null;
    workloads.release(told.workload(), service);
    LOG.atInfo().addKeyValue("service", service).log("service released");
    events.accept(new ServiceRemoved(service));
  }

  /** Remembers which workload's changes concern a Service. */
  private void aim(ServiceKey service, Candidate candidate, @Nullable WorkloadKey target) {
    WorkloadKey former = candidate.target;
    if (former != null && !former.equals(target)) {
      candidatesByTarget.computeIfPresent(
          former,
          (key, services) -> {
            services.remove(service);
            return services.isEmpty() ? null : services;
          });
    }
    candidate.target = target;
    if (target != null) {
      candidatesByTarget.computeIfAbsent(target, key -> new TreeSet<>()).add(service);
    }
  }
}
