/**
 * xds-server, tproxy and Envoy as children of this process: their settings, their start, their
 * readiness and their end.
 */
@NullMarked
package io.zenvoy.cli.stack;

import org.jspecify.annotations.NullMarked;
