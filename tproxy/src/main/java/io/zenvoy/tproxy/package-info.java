/**
 * The daemon beside each Envoy: its composition root and its configuration. Read the packages in
 * the order that data flows: redirect, discovery, proxy.
 */
@NullMarked
package io.zenvoy.tproxy;

import org.jspecify.annotations.NullMarked;
