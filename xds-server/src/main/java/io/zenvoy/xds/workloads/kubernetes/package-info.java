/**
 * The Kubernetes adapter: informers on Services, EndpointSlices and workloads, and writes to the
 * scale subresource. The only package that knows fabric8.
 */
@NullMarked
package io.zenvoy.xds.workloads.kubernetes;

import org.jspecify.annotations.NullMarked;
