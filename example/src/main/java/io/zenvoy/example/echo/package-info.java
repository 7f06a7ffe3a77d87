/**
 * The upstream of the demo: an HTTP server that answers every request with a dump of it. It needs
 * nothing but the JDK, and starts quickly, because its start is part of every wake.
 */
@NullMarked
package io.zenvoy.example.echo;

import org.jspecify.annotations.NullMarked;
