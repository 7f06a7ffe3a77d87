/**
 * The whole of zenvoy as a user runs it in Kubernetes: a namespace with a kubelet, xds-server under
 * the example's Role, tproxy with real redirect rules, and Envoy.
 */
@NullMarked
package io.zenvoy.it.stack;

import org.jspecify.annotations.NullMarked;
