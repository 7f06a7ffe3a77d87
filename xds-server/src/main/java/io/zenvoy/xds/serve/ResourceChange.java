package io.zenvoy.xds.serve;

import com.google.protobuf.Message;
import java.util.Map;
import java.util.Set;

/**
 * Resources of one kind of node and one type that are put into the cache or taken out of it
 * together.
 *
 * @param upserts by resource name
 * @param removals resource names; one that is not there is ignored
 */
public record ResourceChange(
    NodeKind audience, ResourceType type, Map<String, Message> upserts, Set<String> removals) {
  public ResourceChange {
    upserts = Map.copyOf(upserts);
    removals = Set.copyOf(removals);
  }
}
