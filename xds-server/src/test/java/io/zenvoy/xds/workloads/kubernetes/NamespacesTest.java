package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespacesTest {
  @Test
  void theFirstIsHomeAndEachCountsOnce() {
    assertThat(Namespaces.parse("shop, other,shop"))
        .isEqualTo(new Namespaces("shop", List.of("shop", "other")));
  }

  @Test
  void aStarMeansAll() {
    Namespaces all = Namespaces.parse("*");

    assertThat(all.watched()).isEmpty();
    assertThat(all.home()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,", "a,*", "A", "a.b", "-a", "a b"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Namespaces.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
