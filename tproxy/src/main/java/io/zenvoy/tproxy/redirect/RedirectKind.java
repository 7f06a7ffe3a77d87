package io.zenvoy.tproxy.redirect;

import java.util.Locale;

/** How connections to slots reach the listener: the setting {@code TPROXY_CMD}. */
public enum RedirectKind {
  /** A TPROXY rule in the mangle table. Needs NET_ADMIN. */
  IPTABLES,
  /** A tproxy rule in a table of its own. Needs NET_ADMIN. */
  NFT,
  /** No rule: every slot has the listener's own port. Needs no privilege. */
  NONE;

  /** Whether the kernel hands over connections whose port is not the listener's. */
  public boolean isTransparent() {
    return this != NONE;
  }

  /** The value as a user writes it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
