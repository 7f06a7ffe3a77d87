package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes from Kubernetes' objects what zenvoy reads of them. Pure. */
final class Observations {
  private Observations() {}

  static ServiceKey serviceKey(HasMetadata object) {
    return new ServiceKey(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  static WorkloadKey workloadKey(Kind kind, HasMetadata object) {
    return new WorkloadKey(
        kind, object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  static ObservedService service(Service service) {
    ObjectMeta metadata = service.getMetadata();
    Map<String, String> annotations =
        orEmpty(metadata.getAnnotations()).entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(Annotations.PREFIX))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return new ObservedService(
        serviceKey(service),
        metadata.getUid(),
        Instant.parse(metadata.getCreationTimestamp()),
        annotations,
        "ExternalName".equals(service.getSpec().getType()),
        !orEmpty(service.getSpec().getSelector()).isEmpty(),
        service.getSpec().getPorts().stream().map(Observations::port).toList());
  }

  static ObservedWorkload deployment(Deployment deployment) {
    DeploymentStatus status =
        deployment.getStatus() == null ? new DeploymentStatus() : deployment.getStatus();
    int replicas = replicas(deployment.getSpec().getReplicas());
    int pods = number(status.getReplicas());
    return new ObservedWorkload(
        workloadKey(Kind.DEPLOYMENT, deployment),
        replicas,
        deployment.getMetadata().getResourceVersion(),
        app(deployment, deployment.getSpec().getTemplate(), deployment.getSpec().getSelector()),
        pods == 0 ? failure(status) : "",
        standing(
            deployment,
            deployment.getSpec().getSelector(),
            replicas,
            pods,
            number(status.getReadyReplicas())));
  }

  static ObservedWorkload statefulSet(StatefulSet statefulSet) {
    StatefulSetStatus status =
        statefulSet.getStatus() == null ? new StatefulSetStatus() : statefulSet.getStatus();
    int replicas = replicas(statefulSet.getSpec().getReplicas());
    return new ObservedWorkload(
        workloadKey(Kind.STATEFULSET, statefulSet),
        replicas,
        statefulSet.getMetadata().getResourceVersion(),
        app(statefulSet, statefulSet.getSpec().getTemplate(), statefulSet.getSpec().getSelector()),
        "",
        standing(
            statefulSet,
            statefulSet.getSpec().getSelector(),
            replicas,
            number(status.getReplicas()),
            number(status.getReadyReplicas())));
  }

  /** As long as a single pod could be made, it may become ready. */
  private static String failure(DeploymentStatus status) {
    return status.getConditions().stream()
        .filter(Observations::isReplicaFailure)
        .map(condition -> oneLine(condition.getReason() + ": " + condition.getMessage()))
        .findFirst()
        .orElse("");
  }

  /**
   * Why a pod is not ready, or could not be made, only pods and Events tell, which we can't read.
   */
  private static String standing(
      HasMetadata workload, @Nullable LabelSelector selector, int replicas, int pods, int ready) {
    if (replicas == 0) {
      return "";
    }
    String labels =
        orEmpty(selector == null ? null : selector.getMatchLabels()).entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .sorted()
            .collect(Collectors.joining(","));
    return "%d of %d pods made, %d ready (see: kubectl -n %s %s)"
        .formatted(
            pods,
            replicas,
            ready,
            workload.getMetadata().getNamespace(),
            pods == 0 || labels.isEmpty() ? "get events" : "describe pods -l " + labels);
  }

  private static ObservedService.Port port(ServicePort port) {
    return new ObservedService.Port(
        text(port.getName()),
        port.getPort(),
        port.getProtocol() == null ? "TCP" : port.getProtocol(),
        text(port.getAppProtocol()),
        targetPort(port));
  }

  private static int targetPort(ServicePort port) {
    IntOrString target = port.getTargetPort();
    if (target == null) {
      return port.getPort();
    }
    return target.getIntVal() == null ? 0 : target.getIntVal();
  }

  private static boolean isReplicaFailure(DeploymentCondition condition) {
    return "ReplicaFailure".equals(condition.getType()) && "True".equals(condition.getStatus());
  }

  private static int number(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  /** An absent number of replicas means one. */
  private static int replicas(@Nullable Integer replicas) {
    return replicas == null ? 1 : replicas;
  }

  private static String app(
      HasMetadata workload, @Nullable PodTemplateSpec template, @Nullable LabelSelector selector) {
    return label(workload.getMetadata())
        .or(() -> Optional.ofNullable(template).flatMap(pods -> label(pods.getMetadata())))
        .or(
            () ->
                Optional.ofNullable(selector)
                    .map(labels -> orEmpty(labels.getMatchLabels()).get("app")))
        .orElse("");
  }

  private static Optional<String> label(@Nullable ObjectMeta metadata) {
    return metadata == null
        ? Optional.empty()
        : Optional.ofNullable(orEmpty(metadata.getLabels()).get("app"));
  }

  static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  static <K, V> Map<K, V> orEmpty(@Nullable Map<K, V> map) {
    return map == null ? Map.of() : map;
  }

  static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
