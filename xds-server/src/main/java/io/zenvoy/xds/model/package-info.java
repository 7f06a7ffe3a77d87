/**
 * Pure values of the control plane: services, workloads, clusters, phases. They check themselves
 * and know nobody.
 */
@NullMarked
package io.zenvoy.xds.model;

import org.jspecify.annotations.NullMarked;
