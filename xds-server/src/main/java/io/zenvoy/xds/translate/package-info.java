/** Turns the model into Envoy's resources. Pure functions, held by golden files. */
@NullMarked
package io.zenvoy.xds.translate;

import org.jspecify.annotations.NullMarked;
