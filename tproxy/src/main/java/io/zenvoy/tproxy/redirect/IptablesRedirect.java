package io.zenvoy.tproxy.redirect;

import java.util.List;
import java.util.stream.Stream;

/**
 * A TPROXY rule in a chain of its own, to which PREROUTING of the mangle table jumps once (Linux,
 * Documentation/networking/tproxy.rst; iptables-extensions(8)). Policy routing is not needed: the
 * addresses are loopback already.
 */
record IptablesRedirect(ReceivableSlots slots, CommandRunner commands) implements Redirect {
  private static final String CHAIN = "ZENVOY";

  /** The input of {@code iptables-restore --noflush}: declaring the chain empties an old one. */
  String rules() {
    return """
    *mangle
    :%1$s - [0:0]
    -A %1$s -i lo -p tcp -d %2$s --dport %3$d:%4$d -j TPROXY --on-port %5$d
    COMMIT
    """
        .formatted(
            CHAIN, slots.network(), slots.ports().min(), slots.ports().max(), slots.listenerPort());
  }

  @Override
  public void install() {
    commands.run(List.of("iptables-restore", "--noflush", "--wait"), rules());
    List<String> jump = List.of("PREROUTING", "-j", CHAIN);
    if (!commands.succeeds(iptables("-C", jump))) {
      commands.run(iptables("-A", jump), "");
    }
  }

  private static List<String> iptables(String action, List<String> rule) {
    return Stream.concat(
            List.of("iptables", "--wait", "-t", "mangle", action).stream(), rule.stream())
        .toList();
  }
}
