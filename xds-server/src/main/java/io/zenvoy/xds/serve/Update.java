package io.zenvoy.xds.serve;

import java.util.List;
import java.util.Set;

/**
 * One response to be sent.
 *
 * @param version names the response; it is also its nonce
 * @param removed names of what is gone, for the variant that can tell it
 * @param changed names of those resources that differ from what was sent before
 */
record Update(
    String version, List<CachedResource> resources, List<String> removed, Set<String> changed) {}
