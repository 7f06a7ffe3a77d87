/**
 * A gRPC service of the tests: what it offers, the program that serves it, and pods that run it.
 */
@NullMarked
package io.zenvoy.it.upstream.grpc;

import org.jspecify.annotations.NullMarked;
