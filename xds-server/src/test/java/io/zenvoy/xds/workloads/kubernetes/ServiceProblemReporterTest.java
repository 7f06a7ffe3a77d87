package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.EventRecorder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceProblemReporterTest {
  private static final ServiceKey OTHER = new ServiceKey("default", "other");

  private final List<String> warnings = new ArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ServiceProblemReporter reporter =
      new ServiceProblemReporter(
          new EventRecorder() {
            @Override
            public void warning(ServiceKey service, String reason, String message) {
              warnings.add(service + " " + reason + " " + message);
            }

            @Override
            public void normal(ServiceKey service, String reason, String message) {
              throw new AssertionError(message);
            }
          },
          registry);

  @Test
  void aProblemIsToldOnceHoweverOftenItIsFound() {
    reporter.found(TestingServices.ECHO, List.of("one", "two"));
    reporter.found(TestingServices.ECHO, List.of("one", "two"));

    assertThat(warnings).containsExactly("default/echo InvalidAnnotation one; two");
    assertThat(registry.get("zenvoy_invalid_annotations").gauge().value()).isEqualTo(2);
  }

  @Test
  void whatIsStillWrongIsToldAgainAndNothingElse() {
    reporter.found(TestingServices.ECHO, List.of("old"));
    reporter.found(TestingServices.ECHO, List.of("new"));
    reporter.found(OTHER, List.of("corrected since"));
    reporter.found(OTHER, List.of());
    warnings.clear();

    reporter.tellAgain();

    assertThat(warnings).containsExactly("default/echo InvalidAnnotation new");
  }
}
