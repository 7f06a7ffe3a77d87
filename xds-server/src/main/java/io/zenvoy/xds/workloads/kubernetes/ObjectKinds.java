package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.model.jackson.Jackson2JdkTypesModule;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * The kinds of objects that zenvoy reads. fabric8 would else look for every kind that there is, and
 * load some 700 classes: a tenth of a start, and of what stays resident.
 */
final class ObjectKinds {
  private static final List<Class<? extends KubernetesResource>> ALL =
      List.of(
          Service.class,
          EndpointSlice.class,
          Endpoints.class,
          Deployment.class,
          StatefulSet.class,
          Secret.class,
          Lease.class,
          Event.class,
          Status.class);

  private ObjectKinds() {}

  /** As fabric8 makes its own, but for these kinds alone. */
  static KubernetesSerialization serialization() {
    KubernetesSerialization serialization =
        new KubernetesSerialization(
            JsonMapper.builderWithJackson2Defaults()
                .addModule(new Jackson2JdkTypesModule())
                .build(),
            false);
    ALL.forEach(serialization::registerKubernetesResource);
    return serialization;
  }
}
