package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.schedule.AwakeTimes;
import java.util.List;
import java.util.Optional;

/** What services ask for in tests. */
final class TestingPolicies {
  private TestingPolicies() {}

  static ServicePolicy plain() {
    return policy(List.of(), Optional.empty());
  }

  static ServicePolicy wakingWith(String service) {
    return policy(List.of(new ServiceKey("default", service)), Optional.empty());
  }

  static ServicePolicy awakeAt(String times) {
    return policy(List.of(), Optional.of(AwakeTimes.parse(times)));
  }

  static ServicePolicy policy(List<ServiceKey> wakeWith, Optional<AwakeTimes> times) {
    return new ServicePolicy(
        1,
        WINDOW,
        WAKE_TIMEOUT,
        100,
        false,
        false,
        List.of(),
        wakeWith,
        times,
        Optional.empty(),
        false);
  }

  /** The same service, asking for something else. */
  static ServiceSpec withPolicy(ServiceSpec service, ServicePolicy policy) {
    return new ServiceSpec(
        service.key(),
        service.uid(),
        service.created(),
        service.workload(),
        service.ports(),
        service.hosts(),
        policy);
  }
}
