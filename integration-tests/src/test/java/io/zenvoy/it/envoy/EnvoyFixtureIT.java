package io.zenvoy.it.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.FailureLogs;
import io.zenvoy.it.FreePorts;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(FailureLogs.class)
class EnvoyFixtureIT {
  @ParameterizedTest
  @EnumSource
  void takesTheBootstrapAndWaitsForItsControlPlane(XdsVariant variant) {
    EnvoyBootstrap bootstrap = EnvoyBootstrap.of(FreePorts.next(), variant);
    try (Envoy envoy = Envoy.start("EnvoyFixtureIT", bootstrap)) {
      assertThat(envoy.clusters()).isEmpty();
      assertThat(envoy.listeners()).isEmpty();
      assertThat(envoy.domains()).isEmpty();
      assertThat(envoy.endpoints("unknown")).isEmpty();
      assertThat(envoy.refusals()).isEmpty();
      assertThat(envoy.clusterVersion("unknown")).isEmpty();
      assertThat(envoy.stats("")).as("only what zenvoy reads").isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsAtOnceWhenItIsKilled(XdsVariant variant) {
    try (Envoy envoy =
        Envoy.start("EnvoyFixtureIT", EnvoyBootstrap.of(FreePorts.next(), variant))) {
      envoy.kill();

      assertThat(envoy.process().isAlive()).isFalse();
    }
  }
}
