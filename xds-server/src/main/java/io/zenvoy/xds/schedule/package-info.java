/**
 * Times at which something is to be awake whoever asks, written as cron expressions: the only user
 * of the cron library.
 */
@NullMarked
package io.zenvoy.xds.schedule;

import org.jspecify.annotations.NullMarked;
