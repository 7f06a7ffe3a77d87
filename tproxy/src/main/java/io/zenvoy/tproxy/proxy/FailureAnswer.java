package io.zenvoy.tproxy.proxy;

import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.Durations;
import io.zenvoy.tproxy.discovery.Route;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a client learns that its connection will not be served: by words where its protocol has some,
 * else by a reset, which every protocol understands. The one place that decides between them.
 */
final class FailureAnswer {
  private FailureAnswer() {}

  /**
   * What a client is told.
   *
   * @param client its connection, open and in no queue
   * @param route of the connection's cluster; empty if it has none
   * @param pages for browsers
   * @return empty: its connection is reset
   */
  static Optional<Refusal> of(
      Client client, CloseReason reason, @Nullable Route route, Pages pages) {
    if (route == null) {
      return Optional.empty();
    }
    return words(client, reason, route)
        .map(text -> new Refusal.Words(route.cluster(), text))
        .flatMap(words -> inItsProtocol(client, reason, route, words, pages));
  }

  private static Optional<Refusal> inItsProtocol(
      Client client, CloseReason reason, Route route, Refusal.Words words, Pages pages) {
    return switch (route.protocol()) {
      case DaemonProtocol.PROTOCOL_HTTP ->
          Optional.<Refusal>of(
                  reason == CloseReason.WAITING_PAGE
                      ? new WaitingPage(words, pages)
                      : new HttpRefusal(words, pages))
              .filter(refusal -> reason == CloseReason.CAP || hasAsked(client));
      case DaemonProtocol.PROTOCOL_HTTP2 -> Optional.of(new Http2Refusal(words, pages));
      case DaemonProtocol.PROTOCOL_POSTGRES -> Optional.of(new PostgresRefusal(words));
      case DaemonProtocol.PROTOCOL_MYSQL ->
          Optional.of(
              new MysqlRefusal(
                  words,
                  reason == CloseReason.CAP
                      ? MysqlRefusal.TOO_MANY_CONNECTIONS
                      : MysqlRefusal.SHUTDOWN_IN_PROGRESS));
      case DaemonProtocol.PROTOCOL_REDIS -> Optional.of(new RedisRefusal(words));
      default -> Optional.empty();
    };
  }

  /**
   * Who has not, by HTTP, is a connection that Envoy has pooled, whose next request shall begin
   * anew; only at the cap the request may just not have arrived yet.
   */
  private static boolean hasAsked(Client client) {
    return Kernel.unreadBytes(client.socket.intValue()) != 0;
  }

  private static Optional<String> words(Client client, CloseReason reason, Route route) {
    return switch (reason) {
      case CAP -> Optional.of("too many connections wait");
      case DEADLINE ->
          Optional.of(
              (route.endpoints().isEmpty() ? "no pod was ready" : "no pod took the connection")
                  + " within "
                  + Durations.format(route.wakeTimeout()));
      case VERDICT ->
          Optional.ofNullable(client.missed).or(route::verdict).map(Route.Verdict::reason);
      case FORBIDDEN_ENDPOINT -> Optional.of("its endpoints must not be dialled");
      case WAITING_PAGE -> Optional.of("it is starting");
      case CLUSTER_REMOVED -> Optional.of("the service is gone");
      // A reset is what Envoy tries again: another daemon, or the next one here, may serve it.
      case ERROR, UNKNOWN_SLOT -> Optional.empty();
      case OUTSIDE_NETWORK, CLIENT_LEFT -> Optional.empty();
    };
  }
}
