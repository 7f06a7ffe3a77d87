package io.zenvoy.tproxy.redirect;

import java.util.List;

/** A tproxy rule in an nftables table of its own, replaced as one transaction (nft(8)). */
record NftRedirect(ReceivableSlots slots, CommandRunner commands) implements Redirect {
  /** The input of {@code nft -f}: adding before deleting makes the deletion right in every case. */
  String rules() {
    return """
    add table ip zenvoy
    delete table ip zenvoy
    table ip zenvoy {
      chain prerouting {
        type filter hook prerouting priority mangle; policy accept;
        iifname "lo" ip daddr %s tcp dport %s tproxy to :%d
      }
    }
    """
        .formatted(slots.network(), slots.ports(), slots.listenerPort());
  }

  @Override
  public void install() {
    commands.run(List.of("nft", "-f", "-"), rules());
  }
}
