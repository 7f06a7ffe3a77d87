/**
 * HTTP and WebSocket connections to the API server that notice when the other end is silent, so
 * that what waits for it goes on over a new connection: TCP would take minutes. Under fabric8's
 * client, which knows nothing of it.
 */
@NullMarked
package io.zenvoy.xds.workloads.kubernetes.transport;

import org.jspecify.annotations.NullMarked;
