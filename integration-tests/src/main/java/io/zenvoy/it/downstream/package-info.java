/** The clients of the tests: they speak to Envoy's listener as a user's programs do. */
@NullMarked
package io.zenvoy.it.downstream;

import org.jspecify.annotations.NullMarked;
