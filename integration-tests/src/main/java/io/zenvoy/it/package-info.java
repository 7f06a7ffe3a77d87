/**
 * Starts zenvoy's programs and their surroundings as real processes, so that tests and benchmarks
 * see what a user sees. Everything started here ends with its owner, at the latest with the Java
 * virtual machine.
 */
@NullMarked
package io.zenvoy.it;

import org.jspecify.annotations.NullMarked;
