/**
 * The local adapter: services are processes of this machine, described by a YAML file. No cluster
 * is needed.
 */
@NullMarked
package io.zenvoy.xds.workloads.local;

import org.jspecify.annotations.NullMarked;
