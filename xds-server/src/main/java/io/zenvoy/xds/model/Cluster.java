package io.zenvoy.xds.model;

import io.zenvoy.common.Slot;

/**
 * The Envoy cluster of one service port.
 *
 * @param name as users see it in Envoy's statistics: {@code service}, {@code namespace/service} or
 *     {@code namespace/service/port-name}
 * @param local whether the endpoints are processes of this machine, so that loopback may be dialled
 */
public record Cluster(
    String name,
    ServiceKey service,
    ServicePort port,
    Slot slot,
    ServicePolicy policy,
    boolean local) {}
