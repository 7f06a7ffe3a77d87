/** Clients of the tests' gRPC service, in more than one language. */
@NullMarked
package io.zenvoy.it.downstream.grpc;

import org.jspecify.annotations.NullMarked;
