package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Services as tests need them. */
final class TestingServices {
  static final Map<Integer, String> TAKEN_PORTS = Map.of(10_000, "HTTP_PORT");
  static final ServicePolicy DEFAULTS =
      new ServicePolicy(
          1, Duration.ofMinutes(5), Duration.ofMinutes(1), 1024, false, false, List.of());
  static final ServiceKey ECHO = new ServiceKey("default", "echo");

  private TestingServices() {}

  /** A Service "default/echo" with an HTTP port that opted in. */
  static ObservedService optedIn() {
    return annotated(ECHO, Map.of());
  }

  /** The same with one more annotation. */
  static ObservedService annotated(String key, String value) {
    return annotated(ECHO, Map.of(key, value));
  }

  static ObservedService annotated(ServiceKey service, Map<String, String> annotations) {
    Map<String, String> all = new HashMap<>();
    all.put("enabled", "true");
    all.putAll(annotations);
    Map<String, String> withPrefix = new HashMap<>();
    all.forEach((key, value) -> withPrefix.put("zenvoy.io/" + key, value));
    return new ObservedService(
        service,
        "uid-of-" + service.name(),
        Instant.EPOCH,
        withPrefix,
        false,
        true,
        List.of(new ObservedService.Port("http", 80, "TCP", "")));
  }

  static ObservedService withPorts(ObservedService.Port... ports) {
    ObservedService service = optedIn();
    return new ObservedService(
        service.key(),
        service.uid(),
        service.created(),
        service.annotations(),
        false,
        true,
        List.of(ports));
  }

  static ObservedService withUid(ObservedService service, String uid) {
    return new ObservedService(
        service.key(),
        uid,
        service.created(),
        service.annotations(),
        service.externalName(),
        service.selectsPods(),
        service.ports());
  }
}
