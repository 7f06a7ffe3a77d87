/** The admin port of both programs: metrics for Prometheus, liveness and readiness. */
@NullMarked
package io.zenvoy.common.admin;

import org.jspecify.annotations.NullMarked;
