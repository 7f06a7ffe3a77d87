package io.zenvoy.xds.serve;

import java.util.List;

/** What the life cycle may ask of the gRPC edge. */
public interface XdsEdge {
  /**
   * Changes the cache and pushes what changed to every stream that asked for it. Resources whose
   * content did not change are not sent again. Thread-safe and non-blocking.
   *
   * @return the cache's revision after the change; it only grows
   */
  long apply(List<ResourceChange> changes);

  /**
   * Opens the door: until then every stream is told to come back later, because nothing may be
   * served before the caches have synced. Idempotent.
   */
  void open();
}
