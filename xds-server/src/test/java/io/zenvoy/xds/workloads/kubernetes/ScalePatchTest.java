package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScalePatchTest {
  @Test
  void aWakeTestsThatNoReplicasAreWrittenAndAddsThem() {
    assertThat(ScalePatch.body(0, "42", 2, ScalePatch.Zero.ABSENT))
        .isEqualTo(
            """
            [{"op":"test","path":"/metadata/resourceVersion","value":"42"},\
            {"op":"test","path":"/spec/replicas","value":null},\
            {"op":"add","path":"/spec/replicas","value":2}]""");
  }

  @Test
  void aWakeCanTestTheOtherSpellingOfZero() {
    assertThat(ScalePatch.body(0, "42", 2, ScalePatch.Zero.WRITTEN))
        .contains("\"path\":\"/spec/replicas\",\"value\":0}");
  }

  @Test
  void aSleepTestsTheReplicasAndReplacesThem() {
    assertThat(ScalePatch.body(3, "42", 0, ScalePatch.Zero.ABSENT))
        .isEqualTo(
            """
            [{"op":"test","path":"/metadata/resourceVersion","value":"42"},\
            {"op":"test","path":"/spec/replicas","value":3},\
            {"op":"replace","path":"/spec/replicas","value":0}]""");
  }

  @Test
  void aVersionIsQuotedWhateverItHolds() {
    assertThat(ScalePatch.body(1, "a\"b\\c", 0, ScalePatch.Zero.ABSENT))
        .contains("\"value\":\"a\\\"b\\\\c\"");
  }
}
