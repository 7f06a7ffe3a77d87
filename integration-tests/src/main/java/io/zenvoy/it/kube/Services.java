package io.zenvoy.it.kube;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.List;
import java.util.Map;

/** Builds the objects that a user of zenvoy has: a Service and the workload behind it. */
public final class Services {
  /** The port of the containers. */
  public static final int CONTAINER_PORT = 8080;

  /** The annotation by which a Service opts in. */
  public static final Map<String, String> OPTED_IN = Map.of("zenvoy.io/enabled", "true");

  private Services() {}

  /** A Service on port 80 for the pods of the workload of the same name. */
  public static Service service(String namespace, String name, Map<String, String> annotations) {
    return service(namespace, name, name, annotations);
  }

  /** The same for the pods of another workload. */
  public static Service service(
      String namespace, String name, String workload, Map<String, String> annotations) {
    return service(
        namespace, name, workload, annotations, List.of(port("http", 80, CONTAINER_PORT)));
  }

  /** The same with ports of its own. */
  public static Service service(
      String namespace,
      String name,
      String workload,
      Map<String, String> annotations,
      List<ServicePort> ports) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withSelector(Map.of("app", workload))
        .withPorts(ports)
        .endSpec()
        .build();
  }

  /** A port of a Service. */
  public static ServicePort port(String name, int port, int containerPort) {
    return new ServicePortBuilder()
        .withName(name)
        .withPort(port)
        .withTargetPort(new IntOrString(containerPort))
        .build();
  }

  /** A port whose name says nothing of what it speaks, but its {@code appProtocol} does. */
  public static ServicePort speaking(String appProtocol) {
    return new ServicePortBuilder(port("main", 80, CONTAINER_PORT))
        .withAppProtocol(appProtocol)
        .build();
  }

  public static Deployment deployment(String namespace, String name, int replicas) {
    return new DeploymentBuilder()
        .withMetadata(metadata(namespace, name))
        .withNewSpec()
        .withReplicas(replicas)
        .withSelector(selector(name))
        .withTemplate(template(name))
        .endSpec()
        .build();
  }

  public static StatefulSet statefulSet(String namespace, String name, int replicas) {
    return new StatefulSetBuilder()
        .withMetadata(metadata(namespace, name))
        .withNewSpec()
        .withReplicas(replicas)
        .withServiceName(name)
        .withSelector(selector(name))
        .withTemplate(template(name))
        .endSpec()
        .build();
  }

  private static ObjectMeta metadata(String namespace, String name) {
    return new ObjectMetaBuilder().withNamespace(namespace).withName(name).build();
  }

  private static LabelSelector selector(String name) {
    return new LabelSelectorBuilder().withMatchLabels(Map.of("app", name)).build();
  }

  private static PodTemplateSpec template(String name) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(Map.of("app", name))
        .endMetadata()
        .withNewSpec()
        .withTerminationGracePeriodSeconds(5L)
        .addNewContainer()
        .withName("main")
        .withImage("zenvoy/echo:latest")
        .endContainer()
        .endSpec()
        .build();
  }
}
