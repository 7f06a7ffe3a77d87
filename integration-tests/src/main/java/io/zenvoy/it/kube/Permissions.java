package io.zenvoy.it.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.Project;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Grants what the Role in the example's manifests grants, and nothing more. */
public final class Permissions {
  private static final String NAME = "zenvoy-xds";
  private static final String API_GROUP = "rbac.authorization.k8s.io";

  private Permissions() {}

  /** Lets the ServiceAccount do in its own namespace what the example's Role allows. */
  public static void grantIn(KubeCluster cluster, String namespace, String serviceAccount) {
    KubernetesClient client = cluster.client();
    role(client, namespace, exampleRules(client));
    client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef(API_GROUP, "Role", NAME)
                .addNewSubject("", "ServiceAccount", serviceAccount, namespace)
                .build())
        .serverSideApply();
  }

  /**
   * Takes away the part of what {@link #grantIn} has granted that concerns a resource; another
   * {@code grantIn} gives it back. Returns once it is denied.
   *
   * @param resource plural, with its subresource: {@code deployments/scale}
   */
  public static void withholdIn(
      KubeCluster cluster, String namespace, String serviceAccount, String resource) {
    KubernetesClient client = cluster.client();
    List<PolicyRule> rules = exampleRules(client);
    Predicate<PolicyRule> concerns = rule -> rule.getResources().contains(resource);
    PolicyRule taken = rules.stream().filter(concerns).findFirst().orElseThrow();
    role(client, namespace, rules.stream().filter(concerns.negate()).toList());
    String[] parts = resource.split("/", 2);
    ResourceAttributes denied =
        new ResourceAttributesBuilder()
            .withNamespace(namespace)
            .withGroup(taken.getApiGroups().getFirst())
            .withResource(parts[0])
            .withSubresource(parts.length == 2 ? parts[1] : "")
            .withVerb(taken.getVerbs().getFirst())
            .build();
    String user = "system:serviceaccount:" + namespace + ":" + serviceAccount;
    Awaitility.await(resource + " is denied")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !isAllowed(client, user, denied));
  }

  /** Takes away what {@link #grantIn} has granted. */
  public static void revokeIn(KubeCluster cluster, String namespace) {
    cluster.client().rbac().roleBindings().inNamespace(namespace).withName(NAME).delete();
  }

  /** Lets the ServiceAccount do in every namespace what the example's Role allows in its own. */
  public static void grantEverywhere(KubeCluster cluster, String namespace, String serviceAccount) {
    KubernetesClient client = cluster.client();
    client
        .resource(
            new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(NAME)
                .endMetadata()
                .withRules(exampleRules(client))
                .build())
        .serverSideApply();
    client
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(NAME + "-" + namespace)
                .endMetadata()
                .withNewRoleRef(API_GROUP, "ClusterRole", NAME)
                .addNewSubject("", "ServiceAccount", serviceAccount, namespace)
                .build())
        .serverSideApply();
  }

  private static boolean isAllowed(
      KubernetesClient client, String user, ResourceAttributes attributes) {
    return client
        .authorization()
        .v1()
        .subjectAccessReview()
        .create(
            new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(user)
                .withResourceAttributes(attributes)
                .endSpec()
                .build())
        .getStatus()
        .getAllowed();
  }

  private static void role(KubernetesClient client, String namespace, List<PolicyRule> rules) {
    client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(namespace)
                .endMetadata()
                .withRules(rules)
                .build())
        .serverSideApply();
  }

  private static List<PolicyRule> exampleRules(KubernetesClient client) {
    Path manifests = Project.root().resolve("example/minikube/kube.yaml");
    try (InputStream stream = Files.newInputStream(manifests)) {
      List<HasMetadata> objects = client.load(stream).items();
      List<PolicyRule> rules =
          objects.stream()
              .filter(Role.class::isInstance)
              .flatMap(role -> ((Role) role).getRules().stream())
              .toList();
      if (rules.isEmpty()) {
        throw new IllegalStateException(manifests + " has no Role");
      }
      return rules;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
