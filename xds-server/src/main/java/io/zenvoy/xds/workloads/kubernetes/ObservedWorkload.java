package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.WorkloadKey;

/**
 * What zenvoy reads of a Deployment or StatefulSet.
 *
 * @param version its resourceVersion, which its scale subresource shares
 * @param app the label {@code app} of the workload or, without it, of its pods; empty if neither
 *     has it
 * @param failure why none of its pods can be made, as its controller says; empty if nothing is
 *     wrong
 * @param standing how far its pods have come, and where to look; empty if it has no replicas
 */
record ObservedWorkload(
    WorkloadKey key, int replicas, String version, String app, String failure, String standing) {}
