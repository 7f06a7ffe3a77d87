/**
 * What it costs to relay bytes, beside other relays: {@link
 * io.zenvoy.benchmarks.relay.RelayBenchmark}.
 */
@NullMarked
package io.zenvoy.benchmarks.relay;

import org.jspecify.annotations.NullMarked;
