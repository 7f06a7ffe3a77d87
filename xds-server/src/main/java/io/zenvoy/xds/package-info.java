/**
 * The control plane: its composition root and its configuration. Read the packages in the order
 * that data flows: model, workloads, lifecycle, translate, serve, status.
 */
@NullMarked
package io.zenvoy.xds;

import org.jspecify.annotations.NullMarked;
