/**
 * What the programs tell, made readable: their log events as values, as single lines, and as the
 * time line of one request.
 */
@NullMarked
package io.zenvoy.cli.events;

import org.jspecify.annotations.NullMarked;
