package io.zenvoy.xds.serve;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.zenvoy.common.DaemonProtocol;
import java.util.Objects;
import java.util.Set;

/** Tells whether a daemon, set up as its node metadata says, receives the slots in use. */
final class DaemonCompatibility {
  private static final Set<String> REDIRECTING = Set.of("iptables", "nft");

  private final SlotRequirements slots;

  DaemonCompatibility(SlotRequirements slots) {
    this.slots = slots;
  }

  /**
   * Why connections to the slots would not reach the daemon, for people; empty if they do.
   *
   * @param daemon zenvoy's part of the daemon's node metadata
   */
  String problem(Struct daemon) {
    String addresses = text(daemon, DaemonProtocol.NODE_PROXY_ADDRESS);
    if (!addresses.equals(slots.addresses().toString())) {
      return differs("PROXY_ADDR", addresses, slots.addresses().toString());
    }
    return switch (slots.kind()) {
      case TRANSPARENT -> transparentProblem(daemon);
      case DIRECT -> directProblem(daemon);
    };
  }

  private String transparentProblem(Struct daemon) {
    String redirect = text(daemon, DaemonProtocol.NODE_REDIRECT);
    if (!REDIRECTING.contains(redirect)) {
      return differs("TPROXY_CMD", redirect, "iptables or nft, as SLOTS is transparent");
    }
    String ports = text(daemon, DaemonProtocol.NODE_PROXY_PORTS);
    return ports.equals(slots.ports().toString())
        ? ""
        : differs("PROXY_PORT_MIN and PROXY_PORT_MAX", ports, slots.ports().toString());
  }

  private String directProblem(Struct daemon) {
    String port = text(daemon, DaemonProtocol.NODE_PROXY_PORT);
    return port.equals(Integer.toString(slots.port()))
        ? ""
        : differs("PROXY_PORT", port, slots.port() + ", as SLOTS is direct");
  }

  private static String differs(String setting, String value, String expected) {
    return setting + ": the daemon has \"" + value + "\" (expected: " + expected + ")";
  }

  private static String text(Struct struct, String key) {
    Value value = struct.getFieldsOrDefault(key, Value.getDefaultInstance());
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case NUMBER_VALUE -> number(value.getNumberValue());
      case NULL_VALUE, BOOL_VALUE, STRUCT_VALUE, LIST_VALUE, KIND_NOT_SET -> "";
    };
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Objects.toString(value);
  }
}
