package io.zenvoy.xds;

/** Composition root of the control plane. */
public final class XdsServer {
  private XdsServer() {}

  public static void main(String[] arguments) {}
}
