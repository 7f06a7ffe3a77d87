/**
 * What each protocol pays for zenvoy, with real servers and clients: {@link
 * io.zenvoy.benchmarks.protocols.ProtocolBenchmark}.
 */
@NullMarked
package io.zenvoy.benchmarks.protocols;

import org.jspecify.annotations.NullMarked;
