/**
 * Values that xds-server and tproxy share: addresses, slots, durations, and the names by which the
 * two programs understand each other. Depends on the JDK alone.
 */
@NullMarked
package io.zenvoy.common;

import org.jspecify.annotations.NullMarked;
