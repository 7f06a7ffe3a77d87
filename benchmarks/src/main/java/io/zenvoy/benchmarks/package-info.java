/**
 * Measures zenvoy on real components: a real API server, Envoy, firewall rules, and both programs
 * as processes. Needs a quiet machine; what it prints is only as good as that.
 */
@NullMarked
package io.zenvoy.benchmarks;

import org.jspecify.annotations.NullMarked;
