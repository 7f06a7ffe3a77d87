package io.zenvoy.it.stack;

/** The ways in which connections reach the daemon, with the slots that fit. */
public enum Redirect {
  IPTABLES("iptables", "transparent"),
  NFT("nft", "transparent"),
  NONE("none", "direct");

  private final String command;
  private final String slots;

  Redirect(String command, String slots) {
    this.command = command;
    this.slots = slots;
  }

  /** The daemon's {@code TPROXY_CMD}. */
  public String command() {
    return command;
  }

  /** The control plane's {@code SLOTS}. */
  public String slots() {
    return slots;
  }
}
