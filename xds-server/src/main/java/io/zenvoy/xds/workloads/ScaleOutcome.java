package io.zenvoy.xds.workloads;

/** What became of a {@link ScaleRequest}. */
public sealed interface ScaleOutcome {
  /** It was carried out. */
  record Scaled() implements ScaleOutcome {}

  /** The workload had changed; this is how it looks now, so decide again. */
  record Conflict(int replicas, String version) implements ScaleOutcome {}

  /** There is no such workload. */
  record Missing() implements ScaleOutcome {}

  /**
   * It was not carried out and may be later: an overloaded server.
   *
   * @param reason one line for people
   */
  record Unavailable(String reason) implements ScaleOutcome {}

  /**
   * Nobody knows whether it was carried out, or will be: there was no answer.
   *
   * @param reason one line for people
   */
  record Unanswered(String reason) implements ScaleOutcome {}

  /**
   * It will not work until somebody changes something: forbidden, invalid.
   *
   * @param reason one line for people
   */
  record Refused(String reason) implements ScaleOutcome {}
}
