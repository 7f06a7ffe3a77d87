package io.zenvoy.xds.workloads.kubernetes;

import java.util.List;

/** What a Service's annotations say. */
sealed interface ParsedService {
  /** It is none of zenvoy's business. */
  record OptedOut() implements ParsedService {}

  /**
   * It opted in.
   *
   * @param notices what its owner may want to know, one line each
   */
  record Declared(ServiceDeclaration declaration, List<String> notices) implements ParsedService {}

  /**
   * It wants to opt in, but something is wrong.
   *
   * @param problems at least one, one line each
   */
  record Rejected(List<String> problems) implements ParsedService {}
}
