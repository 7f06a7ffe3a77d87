/**
 * The command {@code zenvoy}: starts xds-server, tproxy and Envoy on this machine, without root and
 * without Kubernetes, and shows what happens. Read the packages in the order stack, events.
 */
@NullMarked
package io.zenvoy.cli;

import org.jspecify.annotations.NullMarked;
