package io.zenvoy.xds.workloads.kubernetes;

import java.net.InetAddress;

/**
 * This control plane as one of several that may lead.
 *
 * @param pod the name of its pod
 * @param address the pod's address, which clients connect to while it leads
 * @param port where it serves
 */
public record Candidate(String pod, InetAddress address, int port) {}
