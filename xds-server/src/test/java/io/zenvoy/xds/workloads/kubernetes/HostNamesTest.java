package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.UniqueElements;

class HostNamesTest {
  @Property(tries = 200)
  void hostsComeBackInLowerCaseAndInOrder(
      @ForAll("hosts") @NotEmpty @UniqueElements List<String> hosts) {
    String text = String.join(" , ", hosts).toUpperCase(Locale.ROOT);

    assertThat(HostNames.parse(text)).isEqualTo(hosts);
  }

  @Property(tries = 200)
  void whateverIsTakenIsFitForARouteTable(@ForAll String text) {
    try {
      assertThat(HostNames.parse(text))
          .isNotEmpty()
          .allSatisfy(host -> assertThat(host).matches("(\\*\\.)?[a-z0-9_.-]{1,253}"));
    } catch (IllegalArgumentException e) {
      assertThat(e).isNotNull();
    }
  }

  @Property(tries = 50)
  void aHostWithAPortIsRefused(@ForAll("host") String host) {
    assertThatThrownBy(() -> HostNames.parse(host + ":80"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Provide
  Arbitrary<String> host() {
    Arbitrary<String> label =
        Arbitraries.strings().withCharRange('a', 'z').numeric().ofMinLength(1).ofMaxLength(10);
    Arbitrary<String> name =
        label.list().ofMinSize(1).ofMaxSize(4).map(all -> String.join(".", all));
    return Arbitraries.oneOf(name, name.map(text -> "*." + text));
  }

  @Provide
  Arbitrary<List<String>> hosts() {
    return host().list().ofMaxSize(5);
  }
}
