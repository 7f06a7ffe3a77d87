package io.zenvoy.xds.workloads.local;

import java.time.Duration;

/**
 * What holds for a local service that does not say otherwise.
 *
 * @param scaleToZeroAfter how long it must be quiet before it sleeps, more than zero
 * @param wakeTimeout how long a connection waits for it, more than zero
 * @param maxParked how many of its connections are parked, 1 or more
 */
public record LocalDefaults(Duration scaleToZeroAfter, Duration wakeTimeout, int maxParked) {}
