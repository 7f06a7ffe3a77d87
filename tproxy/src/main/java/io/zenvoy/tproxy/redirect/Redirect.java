package io.zenvoy.tproxy.redirect;

/** Hands connections to slots over to the listener. */
public sealed interface Redirect permits IptablesRedirect, NftRedirect, NoRedirect {
  /** The redirect of a kind, not yet installed. */
  static Redirect of(ReceivableSlots slots) {
    CommandRunner commands = new CommandRunner(slots.kind());
    return switch (slots.kind()) {
      case IPTABLES -> new IptablesRedirect(slots, commands);
      case NFT -> new NftRedirect(slots, commands);
      case NONE -> new NoRedirect();
    };
  }

  /**
   * Puts the rule in place, or replaces the one of an earlier run in one step, so that no
   * connection finds none. The rule stays when the program ends: without a listener the kernel then
   * drops SYNs and clients retry, while without a rule they would be refused.
   *
   * @throws io.zenvoy.common.StartupException if the tool is missing or the privilege is
   */
  void install();
}
