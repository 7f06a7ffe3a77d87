/** Thousands of connections that wait at the same time: parking, releasing, leaving, memory. */
@NullMarked
package io.zenvoy.benchmarks.crowd;

import org.jspecify.annotations.NullMarked;
