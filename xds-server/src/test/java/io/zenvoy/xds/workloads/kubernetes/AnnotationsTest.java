package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.workloads.kubernetes.Annotations.Annotation;
import org.junit.jupiter.api.Test;

class AnnotationsTest {
  @Test
  void everyAnnotationIsListedOnceAndDescribed() {
    assertThat(Annotations.ALL).extracting(Annotation::key).doesNotHaveDuplicates();
    assertThat(Annotations.ALL)
        .allSatisfy(
            annotation -> {
              assertThat(annotation.key()).startsWith(Annotations.PREFIX);
              assertThat(annotation.expected()).isNotBlank();
              assertThat(annotation.description()).endsWith(".");
              assertThat(Annotations.of(annotation.key())).contains(annotation);
            });
  }
}
