package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.SlotSpace;
import java.time.Duration;

/**
 * What the life cycle is told by its configuration.
 *
 * @param homeNamespace the namespace whose clusters are named by the service alone
 * @param sleepCheck how often it is looked whether a workload has been quiet for long enough
 * @param sleepHoldAfterStart for how long after a start nothing sleeps
 * @param sleepHoldAfterNodeLoss for how long a node that vanished may still be using what it was
 *     told
 * @param local whether endpoints are processes of this machine
 */
public record LifecycleSettings(
    String homeNamespace,
    SlotSpace slots,
    Duration sleepCheck,
    Duration sleepHoldAfterStart,
    Duration sleepHoldAfterNodeLoss,
    boolean local) {}
