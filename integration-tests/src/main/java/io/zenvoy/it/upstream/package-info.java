/**
 * What runs in the tests' pods: an HTTP server that says who it is and exactly what it has
 * received, counts, and can be made to wait; servers of other protocols; and real programs.
 */
@NullMarked
package io.zenvoy.it.upstream;

import org.jspecify.annotations.NullMarked;
