/**
 * Decides: phases, activity, deadlines, slots. Driven by events and a clock on one thread, without
 * any I/O of its own.
 */
@NullMarked
package io.zenvoy.xds.lifecycle;

import org.jspecify.annotations.NullMarked;
