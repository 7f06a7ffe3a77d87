package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.model.Certificate;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceChanged;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The Secret that a Service names: what is told of it, and when it is asked for. */
class CertificatesTest {
  private static final Certificate FIRST = new Certificate("default/echo-tls", "chain 1", "key 1");
  private static final Certificate SECOND = new Certificate("default/echo-tls", "chain 2", "key 2");

  private final List<WorkloadEvent> events = new ArrayList<>();
  private List<String> problems = List.of();
  private int watched;
  private final Inventory inventory =
      new Inventory(
          new ServiceParser(TestingServices.DEFAULTS, TestingServices.TAKEN_PORTS),
          new ExposedPorts(10_443),
          wanted -> watched++,
          (service, found) -> problems = found,
          new ManagedWorkloads(),
          events::add);

  @Test
  void secretsAreWatchedOnceAndOnlyIfAServiceNamesOne() {
    inventory.serviceObserved(TestingServices.optedIn());
    assertThat(watched).isZero();

    inventory.serviceObserved(withSecret());
    inventory.serviceObserved(withSecret());
    assertThat(watched).isEqualTo(1);
  }

  @Test
  void aServiceHasItsSecretsCertificateAndEveryNewOne() {
    inventory.serviceObserved(withSecret());
    inventory.secretObserved(usable(FIRST));
    inventory.synced();
    assertThat(told()).contains(FIRST);

    inventory.secretObserved(usable(SECOND));

    assertThat(told()).contains(SECOND);
    assertThat(problems).isEmpty();
  }

  @Test
  void theLastGoodCertificateStaysWhateverBecomesOfTheSecret() {
    inventory.serviceObserved(withSecret());
    inventory.secretObserved(usable(FIRST));
    inventory.synced();
    events.clear();

    inventory.secretsListed(Optional.empty());
    inventory.secretObserved(
        new ObservedSecret("default/echo-tls", Optional.empty(), "tls.key is missing"));
    assertThat(problems).containsExactly("zenvoy.io/tls-secret: \"echo-tls\": tls.key is missing");
    inventory.secretGone("default/echo-tls");
    assertThat(problems)
        .containsExactly(
            "zenvoy.io/tls-secret: \"echo-tls\": there is no such Secret (expected: one of type"
                + " kubernetes.io/tls in the Service's namespace)");

    assertThat(events).as("nothing has changed").isEmpty();
  }

  @Test
  void aServiceWithoutItsSecretIsManagedAndReachedByPlainHttp() {
    inventory.serviceObserved(withSecret());
    inventory.synced();
    assertThat(told()).isEmpty();

    assertThat(problems).as("nothing is known of Secrets yet").isEmpty();
    inventory.secretsRefused(Optional.of("default"), 403);
    assertThat(problems.getFirst()).contains("Secrets can't be read, status 403", "Role");

    inventory.secretsListed(Optional.of("other"));
    assertThat(problems.getFirst()).contains("Secrets can't be read, status 403");

    inventory.secretsListed(Optional.of("default"));
    inventory.secretObserved(usable(FIRST));
    assertThat(told()).contains(FIRST);
    assertThat(problems).isEmpty();
  }

  @Test
  void aServiceThatNoLongerNamesASecretHasNoCertificate() {
    inventory.serviceObserved(withSecret());
    inventory.secretObserved(usable(FIRST));
    inventory.synced();

    inventory.serviceObserved(TestingServices.optedIn());

    assertThat(told()).isEmpty();
  }

  @Test
  void theCertificateThatStaysIsAsItsOwnSecretIsNow() {
    inventory.serviceObserved(withSecret());
    inventory.secretObserved(usable(FIRST));
    inventory.synced();

    inventory.serviceObserved(TestingServices.annotated("tls-secret", "nowhere"));
    assertThat(told()).contains(FIRST);
    inventory.secretObserved(usable(SECOND));

    assertThat(told()).contains(SECOND);
  }

  private Optional<Certificate> told() {
    return events.reversed().stream()
        .filter(ServiceChanged.class::isInstance)
        .map(ServiceChanged.class::cast)
        .findFirst()
        .orElseThrow()
        .service()
        .certificate();
  }

  private static ObservedSecret usable(Certificate certificate) {
    return new ObservedSecret(certificate.name(), Optional.of(certificate), "");
  }

  private static ObservedService withSecret() {
    return TestingServices.annotated("tls-secret", "echo-tls");
  }
}
