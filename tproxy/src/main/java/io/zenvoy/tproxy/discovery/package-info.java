/**
 * The daemon as a client of xds-server: it keeps the routing table up to date over delta xDS and
 * reports the activity of every cluster. The only package that knows Envoy's protos.
 */
@NullMarked
package io.zenvoy.tproxy.discovery;

import org.jspecify.annotations.NullMarked;
