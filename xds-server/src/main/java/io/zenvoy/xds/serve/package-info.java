/**
 * The gRPC edge: the resource cache, the ADS streams of Envoys and daemons, and the receiver of
 * their metrics. Knows protos, not Kubernetes and not the life cycle.
 */
@NullMarked
package io.zenvoy.xds.serve;

import org.jspecify.annotations.NullMarked;
