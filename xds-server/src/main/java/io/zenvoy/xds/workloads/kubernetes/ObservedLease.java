package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;

/**
 * A Lease as the API server told it.
 *
 * @param version its resourceVersion: another one means that somebody has written it
 * @param holder empty if it was given up
 * @param duration for how long its holder wants to be left alone; zero if it does not say
 * @param transitions how often it went to another holder
 */
record ObservedLease(String version, String holder, Duration duration, int transitions) {}
