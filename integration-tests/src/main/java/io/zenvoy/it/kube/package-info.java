/**
 * A real Kubernetes API: etcd, kube-apiserver and kube-controller-manager as processes, and a
 * kubelet that the test plays itself, so that controller-manager writes real EndpointSlices.
 */
@NullMarked
package io.zenvoy.it.kube;

import org.jspecify.annotations.NullMarked;
