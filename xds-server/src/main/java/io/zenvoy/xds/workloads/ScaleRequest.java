package io.zenvoy.xds.workloads;

import io.zenvoy.xds.model.WorkloadKey;

/**
 * A scale write, conditional on what was observed: it never undoes a change that somebody else made
 * meanwhile.
 *
 * @param observedReplicas the replicas that the decision was based on
 * @param observedVersion the version that the decision was based on
 * @param replicas what to scale to
 */
public record ScaleRequest(
    WorkloadKey workload, int observedReplicas, String observedVersion, int replicas) {}
