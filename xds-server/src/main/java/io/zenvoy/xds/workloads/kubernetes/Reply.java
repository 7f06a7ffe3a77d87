package io.zenvoy.xds.workloads.kubernetes;

/** What came of a request to the API server. */
sealed interface Reply {
  /**
   * The server answered.
   *
   * @param status HTTP status
   */
  record Answered(int status, String body) implements Reply {}

  /**
   * There was no answer in time, so that nobody knows whether the request was carried out.
   *
   * @param reason one line for people
   */
  record Unanswered(String reason) implements Reply {}
}
