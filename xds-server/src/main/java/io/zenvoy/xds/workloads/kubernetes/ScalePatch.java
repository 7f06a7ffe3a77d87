package io.zenvoy.xds.workloads.kubernetes;

/**
 * Bodies of JSON patches on a workload's {@code scale}, which change it only if it still is as it
 * was observed.
 *
 * <p>A Scale at zero is stored without {@code replicas}, so what a wake tests is that it is absent
 * ({@code null}); should a server write the zero after all, the other spelling is tried.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902, JSON Patch</a>
 */
final class ScalePatch {
  /** How a server writes that there are no replicas. */
  enum Zero {
    ABSENT("null"),
    WRITTEN("0");

    private final String json;

    Zero(String json) {
      this.json = json;
    }
  }

  private ScalePatch() {}

  /**
   * From a number of replicas to another one.
   *
   * @param version the resourceVersion that was observed
   */
  static String body(int observedReplicas, String version, int replicas, Zero zero) {
    String observed = observedReplicas == 0 ? zero.json : Integer.toString(observedReplicas);
    String change = observedReplicas == 0 ? "add" : "replace";
    return """
        [{"op":"test","path":"/metadata/resourceVersion","value":%s},\
        {"op":"test","path":"/spec/replicas","value":%s},\
        {"op":"%s","path":"/spec/replicas","value":%d}]"""
        .formatted(quoted(version), observed, change, replicas);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
