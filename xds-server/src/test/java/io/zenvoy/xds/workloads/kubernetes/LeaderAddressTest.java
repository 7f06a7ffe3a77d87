package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderAddressTest {
  private static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/home/endpointslices";
  private static final String SERVICE =
      "{\"kind\":\"Service\",\"metadata\":{\"name\":\"zenvoy-xds\",\"uid\":\"of-the-service\"}}";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TestingApiServer server = new TestingApiServer();
  private final KubernetesConnection connection;
  private final LeaderAddress address;

  LeaderAddressTest(@TempDir Path folder) {
    connection = KubernetesConnection.open(Optional.of(server.kubeconfig(folder)), registry);
    address =
        new LeaderAddress(
            new KubernetesApi(connection, registry),
            "home",
            new Candidate("zenvoy-xds-1", InetAddress.ofLiteral("10.1.2.3"), 18000));
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void theSliceIsMadeAndGoesWithItsService() {
    EndpointSlice made = made(SERVICE);

    assertThat(made.getEndpoints().getFirst().getAddresses()).containsExactly("10.1.2.3");
    assertThat(made.getMetadata().getOwnerReferences())
        .extracting(OwnerReference::getKind, OwnerReference::getUid)
        .containsExactly(tuple("Service", "of-the-service"));
  }

  @Test
  void aSliceThatIsRightIsLeftAlone() {
    String slice = Serialization.asJson(made(SERVICE));
    server.answering(200, slice);

    assertThat(address.bring(LeaderAddressTest::leads)).isEmpty();

    assertThat(server.requests()).hasSize(4);
    assertThat(server.requests().getLast().method()).isEqualTo("GET");
  }

  @Test
  void aSliceThatIsOlderThanItsServiceIsGivenToIt() {
    EndpointSlice slice = madeWithoutService();
    assertThat(slice.getMetadata().getOwnerReferences()).isEmpty();
    server.answering(200, withVersion(slice, "7")).answering(200, SERVICE).answering(200, "{}");

    assertThat(address.bring(LeaderAddressTest::leads)).isEmpty();

    TestingApiServer.Request patch = server.requests().getLast();
    assertThat(patch.method()).isEqualTo("PATCH");
    assertThat(patch.path()).isEqualTo(SLICES + "/zenvoy-xds-leader");
    assertThat(patch.body())
        .contains(
            "\"resourceVersion\":\"7\"", "\"ownerReferences\":[{", "\"uid\":\"of-the-service\"");
  }

  @Test
  void withoutItsServiceASliceIsAsRightAsItCanBe() {
    server.answering(200, withVersion(madeWithoutService(), "7")).answering(404, "{}");

    assertThat(address.bring(LeaderAddressTest::leads)).isEmpty();

    assertThat(server.requests()).noneMatch(request -> request.method().equals("PATCH"));
  }

  @Test
  void whoLeadsNoLongerWritesNothingAndDoesNotSayThatItDid() {
    server.answering(404, "{}").answering(200, SERVICE);
    assertThat(address.bring(LeaderAddressTest::leadsNoLonger))
        .isEqualTo("this control plane does not lead");

    String others = withVersion(made(SERVICE), "7").replace("10.1.2.3", "10.9.9.9");
    server.answering(200, others);
    assertThat(address.bring(LeaderAddressTest::leadsNoLonger))
        .isEqualTo("this control plane does not lead");

    assertThat(methods()).containsExactly("GET", "GET", "GET", "GET", "POST", "GET");
  }

  @Test
  void whatIsRefusedIsSaid() {
    server
        .answering(404, "{}")
        .answering(200, SERVICE)
        .answering(403, "{\"kind\":\"Status\",\"message\":\"not you\"}");

    assertThat(address.bring(LeaderAddressTest::leads)).isEqualTo("HTTP 403: not you");
  }

  private static Duration leads(Duration limit) {
    return limit;
  }

  private static Duration leadsNoLonger(Duration limit) {
    return Duration.ZERO;
  }

  private EndpointSlice made(String service) {
    server.answering(404, "{}").answering(200, service).echoing(201);
    return make();
  }

  private EndpointSlice madeWithoutService() {
    server.answering(404, "{}").answering(404, "{}").echoing(201);
    return make();
  }

  private EndpointSlice make() {
    assertThat(address.bring(LeaderAddressTest::leads)).isEmpty();
    TestingApiServer.Request post = server.requests().getLast();
    assertThat(post.method()).isEqualTo("POST");
    assertThat(post.path()).isEqualTo(SLICES);
    return Serialization.unmarshal(post.body(), EndpointSlice.class);
  }

  private List<String> methods() {
    return server.requests().stream().map(TestingApiServer.Request::method).toList();
  }

  private static String withVersion(EndpointSlice slice, String version) {
    return Serialization.asJson(
        slice.edit().editMetadata().withResourceVersion(version).endMetadata().build());
  }
}
