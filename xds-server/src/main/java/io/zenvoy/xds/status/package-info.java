/**
 * What the control plane tells about itself: metrics and, for people, where each service stands.
 */
@NullMarked
package io.zenvoy.xds.status;

import org.jspecify.annotations.NullMarked;
