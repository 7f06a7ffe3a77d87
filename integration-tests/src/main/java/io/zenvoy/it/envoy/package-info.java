/**
 * The real Envoy, started with the bootstrap that users get, and asked through its admin port what
 * it has taken from xDS.
 */
@NullMarked
package io.zenvoy.it.envoy;

import org.jspecify.annotations.NullMarked;
