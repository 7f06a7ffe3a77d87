package io.zenvoy.xds.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IgnoredRequestTest {
  @Test
  void spacesAroundAnItemDoNotMatterAndThoseInAUserAgentDo() {
    assertThat(IgnoredRequest.parse(" path = /a=b ")).isEqualTo(new IgnoredRequest.Path("/a=b"));
    assertThat(IgnoredRequest.parse("user-agent=Uptime Robot/2"))
        .isEqualTo(new IgnoredRequest.UserAgent("Uptime Robot/2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "path",
        "path=",
        "path=healthz",
        "path=/healthz?deep=1",
        "path=/healthz#top",
        "path=/a b",
        "path=/ä",
        "user-agent=",
        "user-agent= ",
        "user-agent=a\tb",
        "method=HEAD",
        "PATH=/healthz",
      })
  void whatIsNeitherAPathNorAUserAgentIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IgnoredRequest.parse(text))
        .withMessageContaining("expected: ");
  }
}
