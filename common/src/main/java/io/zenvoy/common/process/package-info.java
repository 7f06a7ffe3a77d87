/**
 * Child processes that end with this one, however it ends. Each child leads a session of its own,
 * so that its own children end with it and a terminal's Ctrl-C reaches only who is meant.
 */
@NullMarked
package io.zenvoy.common.process;

import org.jspecify.annotations.NullMarked;
