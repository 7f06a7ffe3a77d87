/**
 * What runs in the tests' pods: an HTTP server that says who it is and exactly what it has
 * received, counts, and can be made to wait.
 */
@NullMarked
package io.zenvoy.it.upstream;

import org.jspecify.annotations.NullMarked;
