/** How log events are written. */
@NullMarked
package io.zenvoy.common.log;

import org.jspecify.annotations.NullMarked;
