package io.zenvoy.tproxy.discovery;

import java.util.concurrent.CompletionStage;

/** Puts routing tables to use. */
@FunctionalInterface
public interface TableSink {
  /**
   * Hands a table to every event loop. Tables take effect in the order of the calls. Does not
   * block.
   *
   * @return completes when every event loop uses this table or a later one
   */
  CompletionStage<?> install(RoutingTable table);
}
