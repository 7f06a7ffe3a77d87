/**
 * The life cycle against a simulated world, under schedules that nobody would think of: a simulated
 * Kubernetes whose informers lag and whose API server fails, Envoys and daemons that accept, switch
 * and report late or never, restarts of everything, and clients that come and go in between.
 */
@NullMarked
package io.zenvoy.xds.lifecycle.schedules;

import org.jspecify.annotations.NullMarked;
