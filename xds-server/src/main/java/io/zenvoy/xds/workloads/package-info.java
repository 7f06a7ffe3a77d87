/**
 * The port to whatever runs the workloads: what changes there comes in as {@link
 * io.zenvoy.xds.workloads.WorkloadEvent}s, what is asked of it goes out through {@link
 * io.zenvoy.xds.workloads.Scaler}. Kubernetes and local processes are its two adapters.
 */
@NullMarked
package io.zenvoy.xds.workloads;

import org.jspecify.annotations.NullMarked;
