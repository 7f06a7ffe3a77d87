package io.zenvoy.tproxy.proxy;

import java.util.Locale;

/** Why a connection was ended before it was relayed. */
enum CloseReason {
  /** No cluster has the slot, also not after the grace. */
  UNKNOWN_SLOT,
  /** It was made to an address that is no slot's. */
  OUTSIDE_NETWORK,
  /** As many as allowed are waiting, for this cluster or in this process. */
  CAP,
  /** No endpoint answered within the cluster's wake timeout. */
  DEADLINE,
  /** The wake failed for good. */
  VERDICT,
  /** A browser was shown that its page is waited for, and asks again. */
  WAITING_PAGE,
  /** The client closed it. */
  CLIENT_LEFT,
  /** The cluster's endpoints must not be dialled. */
  FORBIDDEN_ENDPOINT,
  /** The cluster is gone. */
  CLUSTER_REMOVED,
  /** The kernel refused something; the log has the cause. */
  ERROR;

  /** The value of the metric's tag {@code reason}. */
  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
