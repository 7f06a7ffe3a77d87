package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;

/**
 * One of the two wire protocols of the Aggregated Discovery Service. Stateless.
 *
 * @param <Q> requests
 * @param <R> responses
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol">xDS protocol</a>
 */
interface AdsVariant<Q, R> {
  /** What a request says about the response before it. */
  sealed interface Verdict {
    record Accepted() implements Verdict {}

    /**
     * The client keeps what it had.
     *
     * @param reason in the client's words
     */
    record Rejected(String reason) implements Verdict {}

    /** Nothing about the response that is in flight. */
    record None() implements Verdict {}
  }

  Node node(Q request);

  String typeUrl(Q request);

  Subscription.Answers answers(ResourceType type);

  /**
   * Carries a request over to its type's subscription.
   *
   * @param turn whether it is the stream's first request of this type
   */
  Verdict receive(Q request, Subscription subscription, Turn turn);

  R response(ResourceType type, Update update);

  /** Whether a stream has asked for a type before. */
  enum Turn {
    FIRST,
    LATER
  }
}
